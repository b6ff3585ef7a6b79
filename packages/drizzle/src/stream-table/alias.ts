import { PgStreamError } from '@pgstream/core';
import { is } from 'drizzle-orm';
import type { BuildAliasTable } from 'drizzle-orm/pg-core';
import { declaration, ReadOnlySelect, readOnlySelect } from './read-only-select.ts';
import type { AnyPgStreamTable, StreamTableIsReadOnly } from './stream-table.ts';
import { checkIdentifier } from './visible-columns.ts';

/** The same stream table under another name, with the columns that belong to it. */
export type StreamTableAlias<TTable extends AnyPgStreamTable, TAlias extends string> = StreamTableIsReadOnly &
  BuildAliasTable<TTable, TAlias>;

/**
 * The stream table under another name, for joining it with itself or with one of the same name in another schema.
 * Drizzle's own `alias()` cannot rename a stream table and ends in an error.
 *
 * @example
 * const other = streamAlias(orderTotals, 'other');
 * await db.select().from(orderTotals).innerJoin(other, gt(other.total, orderTotals.total));
 */
export function streamAlias<TTable extends AnyPgStreamTable, TAlias extends string>(
  table: TTable,
  alias: TAlias,
): StreamTableAlias<TTable, TAlias> {
  const declared: unknown = table;
  if (!is(declared, ReadOnlySelect)) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      'streamAlias() takes a stream table that pgStreamTable() or streamTable() declared. For tables and views use alias() of drizzle-orm/pg-core.',
    );
  }
  checkIdentifier('alias', alias);
  return readOnlySelect(declared[declaration], alias) as unknown as StreamTableAlias<TTable, TAlias>;
}
