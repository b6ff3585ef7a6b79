/** A stream table as the extension's catalog knows it. */
export interface StreamTableIdentity {
  readonly schema: string;
  readonly name: string;
}

/** Where a stream table carries its identity: one place for both module formats of this package. */
export const identity = Symbol.for('@pgstream/drizzle.identity');

/**
 * The identity of a stream table, of its alias, and of whatever Drizzle has wrapped around one; undefined for
 * everything else.
 */
export function identityOf(value: unknown): StreamTableIdentity | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as { [identity]?: StreamTableIdentity })[identity];
}
