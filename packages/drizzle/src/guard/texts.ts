import { PgStreamError } from '@pgstream/core';
import { DeclaredTables, type StreamTables, TableNames } from '@pgstream/core/statement';
import {
  type AnyPgStreamTable,
  declaredStreamTables,
  identityOf,
  type StreamTableIdentity,
} from '../stream-table/index.ts';

/** Which tables the guard takes for stream tables where SQL text names them. */
export interface GuardOptions {
  /**
   * The stream tables of this db. Default: all that were declared. For a process with another database, in which an
   * ordinary table has the name of one of them.
   */
  readonly streamTables?: readonly AnyPgStreamTable[] | undefined;
  /**
   * The schemas in which PostgreSQL looks for a table that is named without one, as the `search_path` of the connections
   * has them. Default: `['public']`.
   */
  readonly searchPath?: readonly string[] | undefined;
}

/** The stream tables of a db, for SQL text. Throws INVALID_ARGUMENT for what is none. */
export function streamTablesOf({ streamTables, searchPath = ['public'] }: GuardOptions): StreamTables {
  return new DeclaredTables(streamTables ? namesOf(streamTables) : declaredStreamTables(), searchPath);
}

function namesOf(streamTables: readonly AnyPgStreamTable[]): TableNames<StreamTableIdentity> {
  const names = new TableNames<StreamTableIdentity>();
  for (const each of streamTables) {
    const table = identityOf(each);
    if (!table) {
      throw new PgStreamError(
        'INVALID_ARGUMENT',
        'guardStreamTables() takes as streamTables what pgStreamTable() or streamTable() declared.',
      );
    }
    names.set(table, table);
  }
  return names;
}
