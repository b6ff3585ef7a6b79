import { isAbandonedTransaction, PgStreamError, type SqlExecutor } from '@pgstream/core';
import type { Client, Connection, Queryable } from './prisma.ts';
import { send } from './statement.ts';

/** The executor of a transaction of Prisma's. */
export function transactionExecutor(client: Client, transaction: Queryable): SqlExecutor {
  return {
    scope: client.context,
    transaction: 'open',
    query: (text, params) => send(transaction, client, text, params),
  };
}

/** The executor of a client: each statement by itself, on whichever connection Prisma takes. */
export function clientExecutor(client: Client, open: ReadonlySet<Queryable>): SqlExecutor {
  let isSingle: boolean | undefined;
  const apart = async (): Promise<void> => {
    const [transaction] = open;
    if (transaction) isSingle ??= await areOne(client, transaction);
    if (transaction && isSingle) throw inTheWay();
  };
  return {
    scope: client.context,
    transaction: 'none',
    async query(text, params) {
      await apart();
      try {
        return await send(client.runtime(), client, text, params);
      } catch (error) {
        if (!isAbandonedTransaction(error)) throw error;
        // Prisma has no say in which connection it gets, and has given this one back: it is closed when it comes again.
        return await leased(client, (connection) => send(connection, client, text, params));
      }
    },
    async begin(work) {
      await apart();
      return await leased(client, async (connection) => {
        const transaction = await connection.transaction();
        try {
          const result = await work(transactionExecutor(client, transaction));
          await transaction.commit();
          return result;
        } catch (error) {
          await transaction.rollback();
          throw error;
        }
      });
    },
  };
}

async function leased<T>(client: Client, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await client.runtime().connection();
  try {
    const result = await work(connection);
    await connection.release();
    return result;
  } catch (error) {
    await (isAbandonedTransaction(error) ? connection.destroy(error) : connection.release());
    throw error;
  }
}

/** Whether the client has one connection alone, on which a transaction of its own is open; undefined if that cannot be told. */
async function areOne(client: Client, transaction: Queryable): Promise<boolean | undefined> {
  const pidOf = async (queryable: Queryable): Promise<unknown> =>
    (await send(queryable, client, 'SELECT pg_catalog.pg_backend_pid()::text AS pid'))[0]?.['pid'];
  const [ours, theirs] = await Promise.allSettled([pidOf(client.runtime()), pidOf(transaction)]);
  if (ours.status === 'rejected') return isAbandonedTransaction(ours.reason) ? true : undefined;
  return theirs.status === 'rejected' ? undefined : ours.value === theirs.value;
}

function inTheWay(): PgStreamError {
  return new PgStreamError(
    'INVALID_ARGUMENT',
    'This client has one connection, and a transaction is open on it. Within that, call the model of the transaction, as in tx.orm.public.OrderTotals.isStale(); beside it, give Prisma a pool of connections.',
  );
}
