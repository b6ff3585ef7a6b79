import type { SqlExecutor } from '@pgstream/core';
import { type PgDatabaseLike, primaryOf } from './database.ts';
import { drizzleExecutor } from './executor.ts';

/**
 * The executor of a db, or of a transaction of it: for `createPgStream` of `@pgstream/core`, where more is wanted than the
 * helpers of one stream table, say `list()` for a page of operators, or `create()`.
 *
 * Everything goes through Drizzle's own `execute`: over the driver that the db has, logged as any other statement, part of
 * the transaction where it is given one, and with replicas to the primary. Throws INVALID_ARGUMENT for anything but a
 * PostgreSQL db of Drizzle or a transaction of one.
 *
 * @example
 * const pgstream = createPgStream(fromDrizzle(db));
 * for (const { name, isStale } of await pgstream.list()) console.log(name, isStale);
 */
export function fromDrizzle(db: PgDatabaseLike): SqlExecutor {
  return drizzleExecutor(primaryOf(db, 'fromDrizzle()'));
}
