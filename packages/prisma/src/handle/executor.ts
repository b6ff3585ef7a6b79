import { isPgStreamError, type Row, type SqlExecutor } from '@pgstream/core';
import type { PrismaClientLike, PrismaPromiseLike } from './client.ts';

/** Prisma ends transactions after five seconds otherwise; how long ours takes is up to the refresh. */
const NO_LIMIT_MS = 2_147_483_647;

/**
 * The executor of a client, or of the transaction that it belongs to. Raw statements of Prisma go to the primary where
 * there are replicas.
 */
export function clientExecutor(client: PrismaClientLike, scope: object): SqlExecutor {
  const query = async (text: string, params: readonly unknown[] = []): Promise<readonly Row[]> =>
    await unexplained(client.$queryRawUnsafe(text, ...params));
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
    query: async (text, params = []) =>
      await unexplained(inBatch(client.$queryRawUnsafe(failingIfEmpty(text), ...params), batch)),
  };
}

/** What Prisma gives, or throws: what the guard tells of the server's refusals is for other statements than core's own. */
async function unexplained<T>(sent: PromiseLike<T>): Promise<T> {
  try {
    return await sent;
  } catch (error) {
    throw isPgStreamError(error) ? (error.cause ?? error) : error;
  }
}

function inBatch<T>(promise: PrismaPromiseLike<T>, batch: unknown): PromiseLike<T> {
  // Without it, Prisma itself has no other way than the promise.
  return promise.requestTransaction?.(batch) ?? promise;
}

/** What {@link failingIfEmpty} fails with: division by zero. */
const EMPTY = '22012';

/**
 * A batch is committed before its results are looked at. So a question about a stream table that is not there must fail
 * in the database, or the batch would be rejected and yet be done.
 */
function failingIfEmpty(text: string): string {
  if (!text.startsWith('SELECT ')) return text;
  return `WITH asked (answer) AS (${text})
SELECT answer FROM asked UNION ALL SELECT (1 OPERATOR(pg_catalog./) pg_catalog.count(*))::pg_catalog.text
FROM asked HAVING pg_catalog.count(*) OPERATOR(pg_catalog.=) 0`;
}

/** Whether a question in a batch found nothing. */
export function isEmptyAnswer(error: unknown): boolean {
  return isPgStreamError(error) && error.sqlState === EMPTY;
}
