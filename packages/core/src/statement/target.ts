import type { TableName } from './identifier.ts';

/** What a statement would do to a table, as SQL calls it. */
export type WriteOperation =
  | 'insert'
  | 'update'
  | 'delete'
  | 'merge'
  | 'truncate'
  | 'copy'
  | 'drop table'
  | 'alter table'
  | 'drop schema'
  | 'alter schema';

/** One table, or all that are in the schema of that name, that a statement would change, by the names in the text. */
export interface WriteTarget extends TableName {
  readonly operation: WriteOperation;
}

/** Takes down a target; what is no name, which PostgreSQL refuses, is none. */
export function report(targets: WriteTarget[], operation: WriteOperation, table: TableName | undefined): void {
  if (table) targets.push({ operation, ...table });
}
