import { createPgStream, PgStreamError, type StreamTable } from '@pgstream/core';
import { type AnyPgStreamTable, identityOf } from '../stream-table/index.ts';
import { type PgDatabaseLike, primaryOf } from './database.ts';
import { drizzleExecutor } from './executor.ts';

/**
 * What an application asks of a stream table and does with it. Creating, altering and dropping belong to
 * `@pgstream/core`.
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

/**
 * The helpers of one stream table, over the db or the transaction that you give: inside `db.transaction` they are part
 * of the transaction. Nothing is sent before a method is called.
 *
 * Every statement goes through `execute`, of the primary where there are replicas, so caches and replicas play no part.
 * Throws INVALID_ARGUMENT for anything but a PostgreSQL db of Drizzle and a stream table; a stream table that is not in
 * the database is `StreamTableNotFoundError` from the methods.
 *
 * @example
 * const OrderTotals = streamTable(db, orderTotals);
 * await OrderTotals.refreshIfStale({ maxAgeMs: 60_000 });
 *
 * @example
 * await streamTable(db, orderTotals).refreshAfter(() => db.transaction(async (tx) => { … }));
 *
 * @example
 * await db.transaction((tx) => streamTable(tx, orderTotals).refresh());
 */
export function streamTable(db: PgDatabaseLike, table: AnyPgStreamTable): StreamTableHandle {
  const name = identityOf(table);
  if (!name) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      'streamTable() takes a db and then a stream table that pgStreamTable() declared.',
    );
  }
  const executor = drizzleExecutor(primaryOf(db, 'streamTable()'));
  // oxlint-disable-next-line typescript/unbound-method -- closures of core: they have no `this`
  const { isStale, lastRefreshAt, stalenessMs, status, verify, refresh, refreshIfStale, refreshAfter, waitUntilFresh } =
    createPgStream(executor).table(name);
  return { isStale, lastRefreshAt, stalenessMs, status, verify, refresh, refreshIfStale, refreshAfter, waitUntilFresh };
}
