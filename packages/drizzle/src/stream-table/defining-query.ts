import type { DrizzleTypeError, SQL } from 'drizzle-orm';
import type { QueryBuilder } from 'drizzle-orm/pg-core';

/** Where a stream table keeps what `.as()` was given: one place for both module formats of this package. */
export const definingQuery = Symbol.for('@pgstream/drizzle.definingQuery');

/** What can be asked for its SQL: a query of Drizzle's builder, or a piece of SQL. */
interface HasSQL {
  getSQL(): SQL;
}

/** A defining query, not built before it is asked for: what it reads may be declared later. */
export type DefiningQuery = SQL | ((qb: QueryBuilder) => HasSQL);

/** A declaration that may be given its defining query. */
export interface Definable<TTable extends { readonly $inferSelect: object }> {
  /**
   * Gives the stream table its defining query, as `pgView(…).as()` does: of the query builder, whose columns are compared with the
   * declared ones by the compiler, or a piece of SQL. Nothing is created by it: `streamTableDefinitions()` hands it to `plan()`.
   *
   * The keys of what is selected are those of the declaration, no more and no less; what is no plain column gets its name by `.as('total')`. What may
   * be null is yours to know, and is not compared.
   *
   * @example
   * export const orderTotals = pgStreamTable(
   *   'order_totals',
   *   { customerId: integer('customer_id').notNull(), total: numeric() },
   *   { schedule: '1m' },
   * ).as((qb) =>
   *   qb
   *     .select({ customerId: orders.customerId, total: sum(orders.amount).as('total') })
   *     .from(orders)
   *     .groupBy(orders.customerId),
   * );
   */
  as<TQuery extends HasSQL>(
    query: SQL | ((qb: QueryBuilder) => TQuery & Matching<RowOf<TQuery>, TTable['$inferSelect']>),
  ): TTable;
}

/** The rows of a query; unknown for SQL, whose columns plan() compares. */
type RowOf<TQuery> = TQuery extends { readonly _: { readonly result: readonly (infer TRow)[] } } ? TRow : unknown;

/** What the query must be beside itself: anything, or a sentence for each column that does not fit. */
type Matching<TRow, TModel> = unknown extends TRow
  ? unknown
  : [Unfit<TRow, TModel>] extends [never]
    ? unknown
    : DrizzleTypeError<Unfit<TRow, TModel>>;

/** Sentences about columns that only one of the two has, or that have other values there. */
type Unfit<TRow, TModel> =
  | {
      [Key in keyof TModel & string]: Key extends keyof TRow
        ? NonNullable<TRow[Key]> extends NonNullable<TModel[Key]>
          ? never
          : `"${Key}" has other values in the query than in the declaration`
        : `"${Key}" is declared, and the query does not select it`;
    }[keyof TModel & string]
  | `"${Exclude<keyof TRow & string, keyof TModel>}" is selected, and not declared`;
