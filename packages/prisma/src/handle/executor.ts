import type { Row, SqlExecutor } from '@pgstream/core';
import type { PrismaClientLike, PrismaPromiseLike } from './client.ts';

/** Prisma ends transactions after five seconds otherwise; how long ours takes is up to the refresh. */
const NO_LIMIT_MS = 2_147_483_647;

/**
 * The executor of a client, or of the transaction that it belongs to. Raw statements of Prisma go to the primary where
 * there are replicas.
 */
export function clientExecutor(client: PrismaClientLike, scope: object): SqlExecutor {
  const query = async (text: string, params: readonly unknown[] = []): Promise<readonly Row[]> =>
    await client.$queryRawUnsafe(text, ...params);
  if (typeof client.$connect !== 'function') return { scope, transaction: 'open', query };
  return {
    scope,
    transaction: 'none',
    query,
    begin: async <T>(work: (executor: SqlExecutor) => Promise<T>): Promise<T> => {
      if (!client.$transaction) throw new TypeError('A client of Prisma has $transaction().');
      return await client.$transaction((tx) => work(clientExecutor(tx, scope)), {
        maxWait: NO_LIMIT_MS,
        timeout: NO_LIMIT_MS,
        isolationLevel: 'ReadCommitted',
      });
    },
  };
}

/**
 * The executor of one place in a batch. Each place has one statement, and Prisma sends none before it has those of all
 * places: nothing can be asked before, and nothing read after.
 */
export function batchExecutor(client: PrismaClientLike, scope: object, batch: unknown): SqlExecutor {
  return {
    scope,
    transaction: 'unknown',
    query: async (text, params = []) => await inBatch(client.$queryRawUnsafe(text, ...params), batch),
  };
}

function inBatch<T>(promise: PrismaPromiseLike<T>, batch: unknown): PromiseLike<T> {
  // Without it, Prisma itself has no other way than the promise.
  return promise.requestTransaction?.(batch) ?? promise;
}
