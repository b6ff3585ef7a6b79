import type { Context } from '../context/index.ts';
import { PgStreamError, StreamTableNotFoundError } from '../errors/index.ts';
import { quoteName, resolveName, type QualifiedName, type StreamTableName } from '../name/index.ts';
import {
  afterCommit,
  checkInDialect,
  checkRefresh,
  checkWork,
  commitFirst,
  refreshAll,
  refreshingAfter,
  type RefreshAfterOptions,
  type Writing,
} from '../refresh/index.ts';
import { look } from './facts.ts';
import { abortOf } from './goal.ts';
import { patienceOf, type WaitingOptions } from './options.ts';
import { waitFor } from './wait-until-fresh.ts';

/** How stream tables come to include a write: they are refreshed (the default), or somebody else's refresh is waited for. */
export type ReadYourWritesOptions =
  | ({
      /** Refreshes them, and those that they read before them. */
      readonly by?: 'refresh' | undefined;
    } & RefreshAfterOptions)
  | ({
      /** Waits until the extension's scheduler, or whoever refreshes, has done so: for roles that may not. */
      readonly by: 'wait';
    } & WaitingOptions);

const WRITING: Writing = { operation: 'readYourWrites' };

/** How it is done after the commit. */
type Bring = () => Promise<unknown>;

/** See {@link PgStream.readYourWrites}. */
export async function readYourWrites<T>(
  context: Context,
  work: () => PromiseLike<T>,
  tables: readonly StreamTableName[],
  options: ReadYourWritesOptions = {},
): Promise<T> {
  const names = namesOf(tables, context.defaultSchema);
  const by = options.by ?? 'refresh';
  checkWork(context, work, WRITING);
  const bring = options.by === 'wait' ? waiting(context, names, options) : await refreshing(context, names, options);
  // What is not there, or may not be asked, is told before anything is written.
  const { facts } = await look(context, names, true);
  for (const name of names) {
    if (!facts.has(quoteName(name))) throw new StreamTableNotFoundError(name, WRITING);
  }
  const result = await commitFirst(context, work, WRITING);
  try {
    await bring();
  } catch (error) {
    throw afterCommit(error, by, WRITING);
  }
  return result;
}

function namesOf(tables: readonly StreamTableName[], defaultSchema: string): QualifiedName[] {
  if (!Array.isArray(tables) || tables.length === 0) throw refuse('readYourWrites() takes an array of stream tables.');
  return tables.map((table) => resolveName(table, defaultSchema));
}

function waiting(context: Context, names: readonly QualifiedName[], options: WaitingOptions): Bring {
  patienceOf(options, WRITING.operation);
  const aborted = abortOf(options.signal);
  if (aborted) throw aborted;
  if (context.executor.transaction === 'unknown') {
    throw refuse(
      'Nothing can be waited for where nobody can tell whether a transaction is open on the connection: nothing was done. Give a pool, or let it refresh.',
    );
  }
  const wanted = { maxAgeMs: undefined, since: { kind: 'now' } } as const;
  return () => all(names.map((name) => waitFor(context, name, wanted, options)));
}

async function refreshing(
  context: Context,
  names: readonly QualifiedName[],
  given: RefreshAfterOptions & { readonly by?: unknown },
): Promise<Bring> {
  const { by = 'refresh', ...rest } = given;
  if (by !== 'refresh') throw refuse("by is 'refresh' or 'wait'.");
  const options = refreshingAfter(rest, WRITING);
  const plan = checkRefresh(context, options);
  const dialect = await context.dialect();
  for (const name of names) checkInDialect(plan, name, dialect);
  return async () => {
    const { results } = await refreshAll(context, { ...options, tables: names });
    // What reads one that failed was left alone: the first that failed says why.
    for (const result of results) if (result.status === 'failed') throw result.error;
  };
}

/** Waits for all of them, and then throws what the first one of those that failed did: nothing goes on unseen. */
async function all(promises: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(promises)) if (outcome.status === 'rejected') throw outcome.reason;
}

function refuse(message: string): PgStreamError {
  return new PgStreamError('INVALID_ARGUMENT', message, WRITING);
}
