import { PgStreamError, type SqlExecutor } from '@pgstream/core';

const executors = new WeakMap<object, SqlExecutor>();

/** What the statements of a client, or of a transaction, are sent by from now on. */
export function remember(client: object, executor: SqlExecutor): void {
  executors.set(client, executor);
}

/**
 * The executor of `@pgstream/core` over a client that `guard.extend()` has given, or over the `tx` of one of its transactions:
 * for what is not about one model, such as all stream tables of the database, over the connections that Prisma has.
 *
 * Throws INVALID_ARGUMENT for anything else.
 *
 * @example
 * const all = await createPgStream(fromPrisma(db)).list();
 */
export function fromPrisma(client: object): SqlExecutor {
  const executor = executors.get(client);
  if (!executor) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      'fromPrisma() takes the client that guard.extend() has given, or the tx of a transaction of it: fromPrisma(db), or fromPrisma(tx) in db.transaction(async (tx) => …).',
      { operation: 'fromPrisma' },
    );
  }
  return executor;
}
