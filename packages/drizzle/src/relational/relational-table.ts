import { type Column, type ColumnsSelection, entityKind, is, Table } from 'drizzle-orm';
import { PgStreamError } from '@pgstream/core';
import {
  type AnyPgStreamTable,
  identity,
  quoted,
  ReadOnlySelect,
  selectText,
  type StreamTableIdentity,
  type StreamTableIsReadOnly,
  TableColumns,
  TableName,
} from '../stream-table/index.ts';

/** Where a stream table keeps its variant: Drizzle pairs relations by comparing objects, so there is but one. */
const variant = Symbol.for('@pgstream/drizzle.relational');

/**
 * A stream table as Drizzle's relational queries want it: a table for the types, of columns that are nobody's to write,
 * so that inserts, updates and deletes do not compile.
 */
export type RelationalStreamTable<TTable extends AnyPgStreamTable = AnyPgStreamTable> = StreamTableIsReadOnly &
  Table<{
    name: TTable['_']['name'];
    schema: string | undefined;
    columns: ReadColumns<TTable['_']['selectedFields']>;
    dialect: 'pg';
  }>;

/** Columns as they are read: no PgTable can have them. */
type ReadColumns<TSelection extends ColumnsSelection> = {
  [Key in keyof TSelection & string as TSelection[Key] extends Column ? Key : never]: TSelection[Key] extends Column
    ? Column<Omit<TSelection[Key]['_'], 'dialect'>, object, { dialect: 'a stream table is read-only' }>
    : never;
};

/**
 * What relational queries read a stream table by. They name the table itself, under an alias of their own, so that there
 * a whole row has the hidden columns, too. Where they put this object into a statement, as the inside of a sub-select, it
 * is the text below: the declared columns, unless the `casing` of a db names them. Nothing writes to that.
 *
 * drizzle-kit looks for tables of PostgreSQL by their class, and does not find one here.
 */
class RelationalSelect extends Table {
  static override readonly [entityKind]: string = 'StringChunk';

  readonly [identity]: StreamTableIdentity;
  readonly value: readonly string[];

  constructor(source: ReadOnlySelect) {
    const { schema, name } = source[identity];
    super(name, schema, name);
    this[identity] = source[identity];
    this.value = [source[selectText] ?? `select * from ${quoted(schema)}.${quoted(name)}`];
    // Drizzle tells the tables of a schema apart by this name: an alias has its own.
    Object.assign(this, { [TableName]: source[TableName], [TableColumns]: source[TableColumns] });
  }
}

/**
 * The stream table as `relations()` and its `one` and `many` take it. Always the same one of a stream table. It is for
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
  const owner = declared as ReadOnlySelect & { [variant]?: RelationalSelect };
  owner[variant] ??= new RelationalSelect(declared);
  return owner[variant] as unknown as RelationalStreamTable<TTable>;
}
