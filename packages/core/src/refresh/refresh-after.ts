import type { Context } from '../context/index.ts';
import { PgStreamError } from '../errors/index.ts';
import type { QualifiedName } from '../name/index.ts';
import { afterCommit, checkWork, commitFirst, type Writing } from './after-commit.ts';
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

/** Then refreshing is worth some waiting: see {@link RefreshAfterOptions}. */
const LOCK_TIMEOUT_MS = 30_000;

/** The options of the refresh, with the defaults that it has after a write. Throws INVALID_ARGUMENT where it is to be skipped. */
export function refreshingAfter(
  { ifBusy = 'wait', lockTimeoutMs = LOCK_TIMEOUT_MS, ...rest }: RefreshAfterOptions,
  { operation, name }: Writing,
): Omit<RefreshOptions, 'ifBusy'> & { readonly ifBusy: 'throw' | 'wait' } {
  const given: unknown = ifBusy;
  if (given !== 'skip') return { ...rest, ifBusy, lockTimeoutMs };
  throw new PgStreamError(
    'INVALID_ARGUMENT',
    `${operation}() cannot skip: the refresh that is running may have begun before your commit. Let it 'wait' or 'throw'.`,
    { schema: name?.schema, table: name?.name, operation },
  );
}

/** See {@link StreamTable.refreshAfter}. */
export async function refreshAfter<T>(
  context: Context,
  name: QualifiedName,
  work: () => PromiseLike<T>,
  given: RefreshAfterOptions = {},
): Promise<T> {
  const writing: Writing = { operation: 'refreshAfter', name };
  // What can be told without asking about the stream table is refused before anything is written.
  const options = refreshingAfter(given, writing);
  const plan = checkRefresh(context, options);
  checkWork(context, work, writing);
  checkInDialect(plan, name, await context.dialect());
  const result = await commitFirst(context, work, writing);
  try {
    await refreshStreamTable(context, name, options);
  } catch (error) {
    throw afterCommit(error, 'refresh', writing);
  }
  return result;
}
