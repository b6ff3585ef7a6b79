import { classify, type ErrorContext } from '../errors/index.ts';
import { query, type Parameters, type SqlExecutor } from '../executor/index.ts';
import { detectDialect, forgetDialect } from './detect.ts';
import { DIALECTS, type Dialect, type DialectName } from './names.ts';
import type { Statement } from './statement.ts';

/** What every call needs to know: whom to ask, in which dialect, and where unqualified names are. */
export interface Context {
  readonly executor: SqlExecutor;
  readonly defaultSchema: string;
  /** The server's dialect; detected by the first call in the executor's scope unless it was given. */
  dialect(): Promise<Dialect>;
}

/** A context; with `dialect` nothing is detected. */
export function createContext(executor: SqlExecutor, defaultSchema: string, dialect?: DialectName): Context {
  return {
    executor,
    defaultSchema,
    dialect: () => (dialect === undefined ? detectDialect(executor) : Promise.resolve(DIALECTS[dialect])),
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
  const dialect = await context.dialect();
  try {
    return await query<Wire>(context.executor, asked.text(dialect), params);
  } catch (error) {
    const classified = classify(error, { ...about, dialect });
    if (classified.code === 'EXTENSION_MISSING') forgetDialect(context.executor);
    throw classified;
  }
}
