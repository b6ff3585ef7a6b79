import { createContext, type DialectName } from './dialect/index.ts';
import type { SqlExecutor } from './executor/index.ts';
import { resolveName, type StreamTableName } from './name/index.ts';
import { createStreamTable, type StreamTable } from './stream-table.ts';

/** How stream tables are looked for. */
export interface PgStreamOptions {
  /** The schema of names that come without one. Default: `public`. The search_path plays no part. */
  readonly defaultSchema?: string | undefined;
  /** Default: asked of the server, once for each scope of executors. Name it, and it is not asked. */
  readonly dialect?: DialectName | undefined;
}

/** The stream tables of one database. */
export interface PgStream {
  /**
   * The stream table of that name. Asks nothing of the server; a name that is not there shows when a method is called.
   * Throws INVALID_NAME.
   */
  table(name: StreamTableName): StreamTable;
}

/**
 * The stream tables of the database behind an executor.
 *
 * @example
 * const pgstream = createPgStream(fromPg(pool));
 * await pgstream.table('order_totals').isStale();
 */
export function createPgStream(executor: SqlExecutor, options: PgStreamOptions = {}): PgStream {
  const context = createContext(executor, options.defaultSchema ?? 'public', options.dialect);
  return {
    table: (name) => createStreamTable(context, resolveName(name, context.defaultSchema)),
  };
}
