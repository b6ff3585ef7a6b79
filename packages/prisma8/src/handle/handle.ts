import {
  createPgStream,
  type PgStreamOptions,
  type QualifiedName,
  type SqlExecutor,
  type StreamTable,
} from '@pgstream/core';

/**
 * What the model of a stream table has besides its reads: the methods of `@pgstream/core`. Those of `tx.orm` are part of the
 * transaction. Creating, altering and dropping belong to core.
 */
export type StreamTableHandle = Pick<
  StreamTable,
  | 'isStale'
  | 'lastRefreshAt'
  | 'stalenessMs'
  | 'status'
  | 'verify'
  | 'refresh'
  | 'refreshIfStale'
  | 'refreshAfter'
  | 'waitUntilFresh'
>;

const HELPERS: readonly (keyof StreamTableHandle)[] = [
  'isStale',
  'lastRefreshAt',
  'stalenessMs',
  'status',
  'verify',
  'refresh',
  'refreshIfStale',
  'refreshAfter',
  'waitUntilFresh',
];

/** Which stream table a collection is of, and what its statements are sent by. */
export interface Asked {
  readonly name: QualifiedName;
  readonly executor: SqlExecutor;
  readonly options: PgStreamOptions;
}

/** Gives the collections of a class the helpers. */
export function addHelpers(target: object, askedOf: (collection: unknown) => Asked): void {
  for (const helper of HELPERS) {
    const call = async function call(this: unknown, ...args: readonly unknown[]): Promise<unknown> {
      const { name, executor, options } = askedOf(this);
      const table = createPgStream(executor, options).table(name);
      return await (table[helper] as (...given: readonly unknown[]) => Promise<unknown>)(...args);
    };
    Object.defineProperty(target, helper, { value: call, configurable: true, writable: true });
  }
}
