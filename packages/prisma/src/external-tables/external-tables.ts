import type { StreamTableRegistry } from '../registry/index.ts';

/** What the module that the generator writes exports as `streamTables`. */
export interface WithRegistry {
  readonly registry: StreamTableRegistry;
}

/** How names without a schema are completed. */
export interface ExternalTablesOptions {
  /** The schema of models without `@@schema`. Default: `public`. */
  readonly defaultSchema?: string | undefined;
}

/**
 * The stream tables of a schema, with their schemas, for `tables.external` of prisma.config.ts: `prisma migrate` then
 * leaves them alone. `undefined` gives none: before the first `prisma generate` there is no module to import.
 *
 * @example
 * tables: { external: externalTables(streamTables) }
 */
export function externalTables(
  streamTables: WithRegistry | undefined,
  { defaultSchema = 'public' }: ExternalTablesOptions = {},
): string[] {
  const names = Object.values(streamTables?.registry ?? {}).flatMap(({ streamTable }) =>
    streamTable ? [`${streamTable.schema ?? defaultSchema}.${streamTable.name}`] : [],
  );
  return [...new Set(names)];
}
