import { classify } from '../classification/index.ts';
import type { Context } from '../context/index.ts';
import { PgStreamError, StreamTableNotFoundError } from '../errors/index.ts';
import type { QualifiedName } from '../name/index.ts';

/** A call that lets the caller write and commit, before it does what it is for. */
export interface Writing {
  /** The call's name. */
  readonly operation: string;
  /** The stream table that it is about, where it is about one. */
  readonly name?: QualifiedName | undefined;
}

/** Throws INVALID_ARGUMENT before anything is written: for what is no function, and inside a transaction. */
export function checkWork(context: Context, work: unknown, writing: Writing): void {
  const call = `${writing.operation}()`;
  if (typeof work !== 'function') throw refuse(writing, `${call} takes a function that writes, and gives a promise.`);
  if (!isOpen(context)) return;
  throw refuse(
    writing,
    `${call} goes on after a commit, and is called inside a transaction, where nothing is committed yet: nothing was done. Call it outside of the transaction, and begin and commit inside of the function; or call refresh() as the last thing of this transaction.`,
  );
}

/** Runs what writes, and gives what it gives. Its errors pass. Throws INVALID_ARGUMENT where it cannot have committed. */
export async function commitFirst<T>(context: Context, work: () => PromiseLike<T>, writing: Writing): Promise<T> {
  const working: unknown = work();
  if (!isPromiseLike<T>(working)) {
    throw refuse(
      writing,
      `The function given to ${writing.operation}() has given no promise, so nothing was waited for and nothing was refreshed. What an ORM builds is not even sent until somebody awaits it. Have the function return it, or await it in an async function: with braces, an arrow function returns nothing by itself.`,
    );
  }
  const result = await working;
  if (isOpen(context)) {
    throw refuse(
      writing,
      `The function given to ${writing.operation}() has left its transaction open, so nothing was refreshed: it has to commit.`,
    );
  }
  return result;
}

const isOpen = ({ executor }: Context): boolean => executor.transaction === 'open';

/** Not by its class: ORMs have promises of their own. */
function isPromiseLike<T>(value: unknown): value is PromiseLike<T> {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject && 'then' in value && typeof value.then === 'function';
}

const WRITTEN = 'The function has written';
const COMMITTED = 'The write is committed';

/** What has become of the write, after what could not be done of the stream table. */
const SENTENCES = {
  refresh: {
    committed: `${COMMITTED}, but the stream table could not be refreshed after it, so do not write again:`,
    // Over a pool nobody can see that the work wrote through a transaction that is open around the call; it is then in the way.
    inTheWay: `${WRITTEN}, but the stream table could not be refreshed after it. Do not write again, unless the call was made inside a transaction, where nothing is committed yet. Call it outside of the transaction, and begin and commit inside of the function.`,
  },
  wait: {
    committed: `${COMMITTED}, but was not seen to be in the stream table, so do not write again:`,
    inTheWay: `${COMMITTED}, but was not seen to be in the stream table, so do not write again:`,
  },
} as const;

/** A new error, which says that the write is committed: the one that came may be that of other callers, too. */
export function afterCommit(error: unknown, by: keyof typeof SENTENCES, { operation, name }: Writing): PgStreamError {
  const { code, message, cause, sqlState, schema, table } = classify(error, { operation, name });
  const fields = { cause, sqlState, operation };
  const about = { schema: name?.schema ?? schema, table: name?.name ?? table };
  const told =
    code === 'NOT_FOUND' && about.schema !== undefined && about.table !== undefined
      ? new StreamTableNotFoundError({ schema: about.schema, name: about.table }, fields)
      : new PgStreamError(code, message, { ...fields, ...about });
  const { committed, inTheWay } = SENTENCES[by];
  told.message = `${code === 'SOURCES_BUSY' ? inTheWay : committed} ${message}`;
  return told;
}

function refuse({ operation, name }: Writing, message: string): PgStreamError {
  return new PgStreamError('INVALID_ARGUMENT', message, { schema: name?.schema, table: name?.name, operation });
}
