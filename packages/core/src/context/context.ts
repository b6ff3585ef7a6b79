import { classify, type ErrorContext } from '../classification/index.ts';
import { commandBlock, type Command } from '../command/index.ts';
import type { Dialect, DialectName, Statement } from '../dialect/index.ts';
import { StreamTableNotFoundError } from '../errors/index.ts';
import { query, send, type Parameters, type SqlExecutor } from '../executor/index.ts';
import type { QualifiedName } from '../name/index.ts';
import { detectExtension, findExtension, forgetExtension, type Installation } from './detect.ts';

/** What every call needs to know: whom to ask, in which dialect, and where unqualified names are. */
export interface Context {
  readonly executor: SqlExecutor;
  readonly defaultSchema: string;
  /** The database's extension; detected by the first call in the executor's scope. */
  extension(): Promise<Installation>;
  /** Its dialect. */
  dialect(): Promise<Dialect>;
  /** The same, asked anew. */
  find(): Promise<Dialect>;
}

/** A context; `chosen` says which extension is meant in a database that has both. */
export function createContext(executor: SqlExecutor, defaultSchema: string, chosen?: DialectName): Context {
  const extension = (): Promise<Installation> => detectExtension(executor, chosen);
  return {
    executor,
    defaultSchema,
    extension,
    dialect: async () => (await extension()).dialect,
    find: async () => (await findExtension(executor, chosen)).dialect,
  };
}

/** The same context on another executor of the same scope: the one of a transaction. */
export function within(context: Context, executor: SqlExecutor): Context {
  return { ...context, executor };
}

/** What the caller of `run` knows about an error that may come. */
export type About = Omit<ErrorContext, 'dialect'>;

/** Sends a statement in the server's dialect and decodes its rows; errors of the driver become PgStreamErrors. */
export async function run<Wire>(
  context: Context,
  asked: Statement<Wire>,
  params: Parameters,
  about: About,
): Promise<Wire[]> {
  const { executor } = context;
  return await inDialect(context, about, (dialect) =>
    query<Wire>(executor, asked.text(dialect, beginningOf(executor)), params),
  );
}

/** Sends a command in the server's dialect: by itself and committed, unless the executor is in a transaction. */
export async function execute(context: Context, write: (dialect: Dialect) => Command, about: About): Promise<void> {
  const { executor } = context;
  await inDialect(context, about, (dialect) => send(executor, commandBlock(write(dialect), executor.transaction)));
}

/** An undefined column, or function. */
const CHANGED = /^(?:42703|42883)$/;

/** Does what needs the server's dialect; errors of the driver become PgStreamErrors. */
export async function inDialect<T>(context: Context, about: About, work: (dialect: Dialect) => Promise<T>): Promise<T> {
  const { executor } = context;
  const { dialect, surplusRows } = await context.extension();
  if (about.name) surplusRows.warn(about.name);
  try {
    return await work(dialect);
  } catch (error) {
    const classified = classify(error, { transaction: executor.transaction, ...about, dialect });
    // It is gone, or another release by now: ALTER EXTENSION … UPDATE changes its columns and functions.
    if (classified.code === 'EXTENSION_MISSING' || CHANGED.test(classified.sqlState ?? '')) forgetExtension(executor);
    throw classified;
  }
}

/**
 * Where there is no transaction, the statement's own beginning: now() may be that of a transaction which somebody left
 * open on the connection, and long ago.
 */
function beginningOf({ transaction }: SqlExecutor): string {
  return transaction === 'none' ? 'pg_catalog.statement_timestamp()' : 'pg_catalog.now()';
}

/** More than its name that a question about one stream table needs. */
export interface Asking {
  /** Parameters after the schema ($1) and the name ($2). */
  readonly params?: Parameters;
  /** As in an error's context: what it reads besides the table of stream tables. */
  readonly reads?: ErrorContext['reads'];
}

/**
 * Asks about one stream table by its schema ($1) and name ($2). The statement gives one row, and none for a name that
 * is not in the catalog: NOT_FOUND.
 */
export async function ask<Wire>(
  context: Context,
  asked: Statement<Wire>,
  name: QualifiedName,
  { params = [], reads = [] }: Asking = {},
): Promise<Wire> {
  const about: About = { operation: 'read', name, reads };
  const [row] = await run(context, asked, [name.schema, name.name, ...params], about);
  if (row === undefined) throw new StreamTableNotFoundError(name, about);
  return row;
}
