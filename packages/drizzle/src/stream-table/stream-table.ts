import type { ManualViewBuilder, PgView } from 'drizzle-orm/pg-core';
import type { PgColumnsBuilders } from 'drizzle-orm/pg-core/columns/all';
import type { RefreshMode, ScheduleInput } from '@pgstream/core';
import { type Casing, checkCasing } from './casing.ts';
import { declaredStreamTables } from './declared.ts';
import type { Definable } from './defining-query.ts';
import { identity, type StreamTableIdentity } from './identity.ts';
import { type Declaration, readOnlySelect } from './read-only-select.ts';
import { type ColumnBuilders, checkIdentifier, type VisibleColumns } from './visible-columns.ts';

/**
 * A declared stream table. For the types it is an existing view, so that it reads in every position and a write to it
 * does not compile; `typeof orderTotals.$inferSelect` is the type of its rows.
 */
export type PgStreamTable<TName extends string, TColumns extends ColumnBuilders> = StreamTableIsReadOnly &
  // What each major calls differently, both give from here.
  ReturnType<ManualViewBuilder<TName, TColumns>['existing']>;

/** Any stream table, for the parameters of functions that take one. */
export type AnyPgStreamTable = StreamTableIsReadOnly & PgView;

/**
 * What no view and no table has. Its name stands first in what the compiler says of a write: to the tables that the stream
 * table's query reads it would compile, and `streamTable(db, orderTotals).refresh()` brings it in.
 */
export interface StreamTableIsReadOnly {
  readonly [identity]: StreamTableIdentity;
}

/** What a declaration may have beside its columns. */
export interface StreamTableOptions {
  /**
   * Names the columns by their keys, except those that were given a name: `customerId` is `customer_id` by `snake_case`.
   * It means the same in every version of Drizzle, whatever the `casing` of the db. Default: the key as it is, or, in
   * Drizzle 0.45, by the `casing` of the db.
   */
  readonly casing?: Casing | undefined;
  /** How often it is refreshed, for its definition: see {@link Definable.as}. Default: `'1m'`; null follows what it reads. */
  readonly schedule?: ScheduleInput | undefined;
  /** How it is refreshed, for its definition. Default: `'DIFFERENTIAL'`. */
  readonly refreshMode?: RefreshMode | undefined;
  /**
   * A view to read it by, for its definition: a name that stays for readers when the next version of the stream table, under
   * another name, takes its place. In the same schema. Default: none.
   */
  readonly view?: string | undefined;
}

/** A declaration: a stream table as it is, and `.as()` for its defining query, unless a column is called so. */
export type PgStreamTableDeclaration<TName extends string, TColumns extends ColumnBuilders> = PgStreamTable<
  TName,
  TColumns
> &
  ('as' extends keyof TColumns ? unknown : Definable<PgStreamTable<TName, TColumns>>);

/** Declares a stream table: its name, and the columns that are wanted of it. */
export interface PgStreamTableFn {
  <TName extends string, TColumns extends ColumnBuilders>(
    name: TName,
    columns: TColumns & VisibleColumns<TColumns>,
    options?: StreamTableOptions,
  ): PgStreamTableDeclaration<TName, TColumns>;
  // A union of both forms would lose the types of the callback's argument.
  <TName extends string, TColumns extends ColumnBuilders>(
    name: TName,
    columns: (types: PgColumnsBuilders) => TColumns & VisibleColumns<TColumns>,
    options?: StreamTableOptions,
  ): PgStreamTableDeclaration<TName, TColumns>;
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
export const pgStreamTable: PgStreamTableFn = declaring(undefined, {});

/** A schema of the database that has stream tables in it. */
export interface PgStreamSchema<TSchema extends string = string> {
  readonly schemaName: TSchema;
  /** Declares a stream table of this schema, as {@link pgStreamTable} does for `public`. */
  readonly streamTable: PgStreamTableFn;
}

/**
 * Names the schema of stream tables, as `pgSchema` names that of tables. Nothing is created, and drizzle-kit does not
 * see it. The options are those of each of its stream tables that has none of its own. Throws INVALID_NAME for an empty
 * name.
 *
 * @example
 * export const regionTotals = pgStreamSchema('analytics').streamTable('region_totals', {
 *   region: text().notNull(),
 *   total: numeric({ precision: 12, scale: 2 }),
 * });
 */
export function pgStreamSchema<TSchema extends string>(
  schemaName: TSchema,
  options: StreamTableOptions = {},
): PgStreamSchema<TSchema> {
  checkIdentifier('schema', schemaName);
  return { schemaName, streamTable: declaring(schemaName, options) };
}

function declaring(schema: string | undefined, ofSchema: StreamTableOptions): PgStreamTableFn {
  const declare = (name: string, columns: Declaration['columns'], options: StreamTableOptions = {}) => {
    const { casing, schedule, refreshMode, view } = { ...ofSchema, ...options };
    checkCasing(name, casing);
    const table = readOnlySelect({ name, schema, columns, casing, schedule, refreshMode, view });
    declaredStreamTables().set(table[identity], table[identity]);
    return table;
  };
  // A sub-select at run time, a view for the types: what makes writes fail in both.
  return declare as unknown as PgStreamTableFn;
}
