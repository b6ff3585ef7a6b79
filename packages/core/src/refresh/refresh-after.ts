import { classify } from '../classification/index.ts';
import type { Context } from '../context/index.ts';
import { PgStreamError, StreamTableNotFoundError } from '../errors/index.ts';
import type { QualifiedName } from '../name/index.ts';
import { checkRefresh, refreshStreamTable } from './refresh.ts';
import { checkInDialect, type RefreshOptions } from './options.ts';

/** How a stream table is refreshed after a write. Every option may be left out. */
export interface RefreshAfterOptions extends Omit<RefreshOptions, 'ifBusy'> {
  /**
   * How long to wait for other writers of the sources, in milliseconds; 30,000 by default. The write is committed by
   * then, so there is nothing to be gained by giving up early. Then SOURCES_BUSY.
   */
  readonly lockTimeoutMs?: number | undefined;
  /**
   * What to do when another refresh of the stream table is running elsewhere: `wait` and try again for `timeoutMs`, or
   * 30,000 ms (the default), or `throw` REFRESH_BUSY. It cannot be skipped, for it may have begun before your commit.
   */
  readonly ifBusy?: 'throw' | 'wait' | undefined;
}

const OPERATION = 'refreshAfter';
const LOCK_TIMEOUT_MS = 30_000;

/** See {@link StreamTable.refreshAfter}. */
export async function refreshAfter<T>(
  context: Context,
  name: QualifiedName,
  work: () => PromiseLike<T>,
  { ifBusy = 'wait', lockTimeoutMs = LOCK_TIMEOUT_MS, ...rest }: RefreshAfterOptions = {},
): Promise<T> {
  const options: RefreshOptions = { ...rest, ifBusy, lockTimeoutMs };
  const refuse = (message: string): PgStreamError =>
    new PgStreamError('INVALID_ARGUMENT', message, { schema: name.schema, table: name.name, operation: OPERATION });
  // What can be told without asking about the stream table is refused before anything is written.
  if (typeof work !== 'function') throw refuse('refreshAfter() takes a function that writes, and gives a promise.');
  if (options.ifBusy === 'skip') {
    throw refuse(
      "refreshAfter() cannot skip: the refresh that is running may have begun before your commit. Let it 'wait' or 'throw'.",
    );
  }
  const plan = checkRefresh(context, options);
  const isOpen = (): boolean => context.executor.transaction === 'open';
  if (isOpen()) {
    throw refuse(
      'refreshAfter() refreshes after a commit, and is called inside a transaction, where nothing is committed yet: nothing was done. Call it outside of the transaction, and begin and commit inside of the function; or call refresh() as the last thing of this transaction.',
    );
  }
  checkInDialect(plan, name, await context.dialect());
  const working: unknown = work();
  if (!isPromiseLike<T>(working)) {
    throw refuse(
      'The function given to refreshAfter() has given no promise, so nothing was waited for and nothing was refreshed. What an ORM builds is not even sent until somebody awaits it. Have the function return it, or await it in an async function: with braces, an arrow function returns nothing by itself.',
    );
  }
  const result = await working;
  if (isOpen()) {
    throw refuse(
      'The function given to refreshAfter() has left its transaction open, so nothing was refreshed: it has to commit.',
    );
  }
  try {
    await refreshStreamTable(context, name, options);
  } catch (error) {
    throw afterCommit(error, name);
  }
  return result;
}

/** Not by its class: ORMs have promises of their own. */
function isPromiseLike<T>(value: unknown): value is PromiseLike<T> {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject && 'then' in value && typeof value.then === 'function';
}

const COMMITTED =
  'The write is committed, but the stream table could not be refreshed after it, so do not write again:';

/** Over a pool nobody can see that the work wrote through a transaction that is open around the call; it is then in the way. */
const MAYBE_COMMITTED =
  'The function has written, but the stream table could not be refreshed after it. Do not write again, unless refreshAfter() is called inside a transaction, where nothing is committed yet. Call it outside of the transaction, and begin and commit inside of the function.';

/** A new error: the refresh's own may be that of other callers, who have shared it. */
function afterCommit(error: unknown, name: QualifiedName): PgStreamError {
  const { code, message, cause, sqlState } = classify(error, { operation: OPERATION, name });
  const fields = { cause, sqlState, operation: OPERATION };
  const told =
    code === 'NOT_FOUND'
      ? new StreamTableNotFoundError(name, fields)
      : new PgStreamError(code, message, { ...fields, schema: name.schema, table: name.name });
  told.message = `${code === 'SOURCES_BUSY' ? MAYBE_COMMITTED : COMMITTED} ${message}`;
  return told;
}
