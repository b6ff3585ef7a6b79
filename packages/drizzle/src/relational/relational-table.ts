import { type Column, type ColumnsSelection, is, type Table, type TableConfig } from 'drizzle-orm';
import { PgStreamError } from '@pgstream/core';
import { type AnyPgStreamTable, ReadOnlySelect, type StreamTableIsReadOnly } from '../stream-table/index.ts';
import { relationalSelect } from './relational-select.ts';

/** Where a stream table keeps its variant: Drizzle pairs relations by comparing objects, so there is but one. */
const variant = Symbol.for('@pgstream/drizzle.relational');

/** Whether the types are those of Drizzle 1.0, whose relational queries take views. */
export type TakesViews = 'isAlias' extends keyof TableConfig ? true : false;

/**
 * A stream table as Drizzle's relational queries want it. In 1.0 it is what it was: a view. In 0.45 a table for the types,
 * of columns that are nobody's to write, so that inserts, updates and deletes do not compile.
 */
export type RelationalStreamTable<TTable extends AnyPgStreamTable = AnyPgStreamTable> = TakesViews extends true
  ? TTable
  : StreamTableIsReadOnly & TableOf<TTable>;

type TableOf<TTable extends AnyPgStreamTable> = Table<{
  name: TTable['_']['name'];
  schema: string | undefined;
  columns: ReadColumns<TTable['_']['selectedFields']>;
  dialect: 'pg';
  /** What 1.0 asks for, where nobody looks at it. */
  isAlias: false;
}>;

/** Columns as they are read: no PgTable can have them. */
type ReadColumns<TSelection extends ColumnsSelection> = {
  [Key in keyof TSelection & string as TSelection[Key] extends Column ? Key : never]: TSelection[Key] extends Column
    ? Column<Omit<TSelection[Key]['_'], 'dialect'>> & {
        readonly _: { readonly dialect: 'a stream table is read-only' };
      }
    : never;
};

/**
 * The stream table as `relations()` of Drizzle 0.45 and its `one` and `many` take it. (In 1.0 {@link streamSchema} is all
 * that relational queries need.) Always the same one of a stream table. It is for
 * relations alone: read with the stream table itself. Throws INVALID_ARGUMENT for anything else.
 *
 * @example
 * export const orderTotalsRelations = relations(relational(orderTotals), ({ one }) => ({
 *   customer: one(customers, { fields: [orderTotals.customerId], references: [customers.id] }),
 * }));
 */
export function relational<TTable extends AnyPgStreamTable>(table: TTable): RelationalStreamTable<TTable> {
  const declared: unknown = table;
  if (!is(declared, ReadOnlySelect)) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      'relational() takes a stream table that pgStreamTable() or streamTable() declared. Tables go into relations() as they are.',
    );
  }
  const owner = declared as ReadOnlySelect & { [variant]?: Table };
  owner[variant] ??= relationalSelect(declared);
  return owner[variant] as unknown as RelationalStreamTable<TTable>;
}
