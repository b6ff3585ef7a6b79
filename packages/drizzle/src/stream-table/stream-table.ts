import type { BuildColumns, ColumnsSelection } from 'drizzle-orm';
import type { PgView, PgViewWithSelection } from 'drizzle-orm/pg-core';
import type { PgColumnsBuilders } from 'drizzle-orm/pg-core/columns/all';
import { declaredStreamTables } from './declared.ts';
import { identity, type StreamTableIdentity } from './identity.ts';
import { type Declaration, readOnlySelect } from './read-only-select.ts';
import { type ColumnBuilders, checkIdentifier, type VisibleColumns } from './visible-columns.ts';

/**
 * A declared stream table. For the types it is an existing view, so that it reads in every position and a write to it
 * does not compile; `typeof orderTotals.$inferSelect` is the type of its rows.
 */
export type PgStreamTable<TName extends string, TColumns extends ColumnsSelection> = StreamTableIsReadOnly &
  PgViewWithSelection<TName, true, TColumns>;

/** Any stream table, for the parameters of functions that take one. */
export type AnyPgStreamTable = StreamTableIsReadOnly & PgView;

/**
 * What no view and no table has. Its name stands first in what the compiler says of a write: to the tables that the stream
 * table's query reads it would compile, and `streamTable(db, orderTotals).refresh()` brings it in.
 */
export interface StreamTableIsReadOnly {
  readonly [identity]: StreamTableIdentity;
}

/** Declares a stream table: its name, and the columns that are wanted of it. */
export interface PgStreamTableFn {
  <TName extends string, TColumns extends ColumnBuilders>(
    name: TName,
    columns: TColumns & VisibleColumns<TColumns>,
  ): PgStreamTable<TName, BuildColumns<TName, TColumns, 'pg'>>;
  // A union of both forms would lose the types of the callback's argument.
  <TName extends string, TColumns extends ColumnBuilders>(
    name: TName,
    columns: (types: PgColumnsBuilders) => TColumns & VisibleColumns<TColumns>,
  ): PgStreamTable<TName, BuildColumns<TName, TColumns, 'pg'>>;
}

/**
 * Declares a stream table of the schema `public`, as `pgTable` declares a table. It creates nothing: the extension
 * does, from SQL.
 *
 * Columns are those of the defining query, all of them or some; PostgreSQL keeps no NOT NULL of a stream table, so
 * `.notNull()` is your knowledge of the query. The extension's own columns cannot be declared (INVALID_NAME).
 *
 * Reads go to `public` whatever the `search_path`, as the helpers do. For another schema see {@link pgStreamSchema}.
 *
 * @example
 * export const orderTotals = pgStreamTable('order_totals', {
 *   customerId: integer('customer_id').notNull(),
 *   total: numeric({ precision: 12, scale: 2 }),
 * });
 */
export const pgStreamTable: PgStreamTableFn = declaring(undefined);

/** A schema of the database that has stream tables in it. */
export interface PgStreamSchema<TSchema extends string = string> {
  readonly schemaName: TSchema;
  /** Declares a stream table of this schema, as {@link pgStreamTable} does for `public`. */
  readonly streamTable: PgStreamTableFn;
}

/**
 * Names the schema of stream tables, as `pgSchema` names that of tables. Nothing is created, and drizzle-kit does not
 * see it. Throws INVALID_NAME for an empty name.
 *
 * @example
 * export const regionTotals = pgStreamSchema('analytics').streamTable('region_totals', {
 *   region: text().notNull(),
 *   total: numeric({ precision: 12, scale: 2 }),
 * });
 */
export function pgStreamSchema<TSchema extends string>(schemaName: TSchema): PgStreamSchema<TSchema> {
  checkIdentifier('schema', schemaName);
  return { schemaName, streamTable: declaring(schemaName) };
}

function declaring(schema: string | undefined): PgStreamTableFn {
  const declare = (name: string, columns: Declaration['columns']) => {
    const table = readOnlySelect({ name, schema, columns });
    declaredStreamTables().set(table[identity], table[identity]);
    return table;
  };
  // A sub-select at run time, a view for the types: what makes writes fail in both.
  return declare as unknown as PgStreamTableFn;
}
