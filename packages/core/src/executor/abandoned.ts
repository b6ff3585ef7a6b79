import { findDriverError } from '../errors/index.ts';
import type { Row, SqlExecutor } from './executor.ts';

/** More connections than this with somebody's transaction on them are not passed over in a row. */
const MOST_ATTEMPTS = 16;

/**
 * Whether an error says that a statement of an executor without a transaction met one that somebody had left open on the
 * connection, or left failed. Nothing of the statement was done. For the authors of executors: that connection must be
 * closed, or rolled back, before it is used again.
 */
export function isAbandonedTransaction(error: unknown): boolean {
  const { sqlState } = findDriverError(error);
  return sqlState === ENDS_NO_TRANSACTION || sqlState === FAILED_TRANSACTION;
}

/** What a COMMIT at the beginning of a block raises in somebody's transaction. */
const ENDS_NO_TRANSACTION = '2D000';
const FAILED_TRANSACTION = '25P02';
/** What {@link UNTOUCHED} raises where the transaction has run a query already. */
const NOT_THE_FIRST = '25001';

/**
 * Sends a statement; where the connection was left in a transaction, again, because the executor has another one for it
 * then.
 */
export async function send(
  executor: SqlExecutor,
  text: string,
  params?: readonly (string | null)[],
): Promise<readonly Row[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await (params === undefined ? executor.query(text) : executor.query(text, params));
    } catch (error) {
      if (attempt === MOST_ATTEMPTS || executor.transaction !== 'none' || !isAbandonedTransaction(error)) throw error;
    }
  }
}

/**
 * PostgreSQL takes this only as the first statement of a transaction, so it tells our own from one that was open
 * already: there BEGIN is but a warning, and our COMMIT would commit what somebody else has done half.
 */
const UNTOUCHED = 'SET TRANSACTION NOT DEFERRABLE';

/** An executor that can open transactions of ours. */
type Beginner = SqlExecutor & { readonly begin: NonNullable<SqlExecutor['begin']> };

export function canBegin(executor: SqlExecutor): executor is Beginner {
  return executor.begin !== undefined;
}

/** Runs `work` in a transaction of ours, and in nobody else's. */
export async function inOwnTransaction<T>(executor: Beginner, work: (executor: SqlExecutor) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    let isOurs = false;
    try {
      return await executor.begin(async (ours) => {
        await ours.query(UNTOUCHED);
        isOurs = true;
        return await work(ours);
      });
    } catch (error) {
      if (isOurs || attempt === MOST_ATTEMPTS) throw error;
      if (!isAbandonedTransaction(error) && findDriverError(error).sqlState !== NOT_THE_FIRST) throw error;
    }
  }
}
