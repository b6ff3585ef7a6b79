import { is } from 'drizzle-orm';
import { type AnyPgStreamTable, ReadOnlySelect } from '../stream-table/index.ts';
import { relational, type RelationalStreamTable, type TakesViews } from './relational-table.ts';

/** A schema with the relational variants of its stream tables in their places: in the types of Drizzle 1.0 as it was. */
export type StreamSchema<TSchema extends Record<string, unknown>> = TakesViews extends true
  ? TSchema
  : WithVariants<TSchema>;

type WithVariants<TSchema extends Record<string, unknown>> = {
  [Key in keyof TSchema as IsSecond<TSchema, Key> extends true ? never : Key]: TSchema[Key] extends AnyPgStreamTable
    ? RelationalStreamTable<TSchema[Key]>
    : TSchema[Key];
};

/** Whether an entry is the relational variant of a stream table that has an entry of its own. */
type IsSecond<TSchema, Key extends keyof TSchema> = TSchema[Key] extends RelationalStreamTable
  ? TSchema[Key]['_']['name'] extends StreamTableName<TSchema[keyof TSchema]>
    ? true
    : false
  : false;

type StreamTableName<TEntry> = TEntry extends AnyPgStreamTable ? TEntry['_']['name'] : never;

/**
 * Your schema as `drizzle()` of Drizzle 0.45 and `defineRelations()` of 1.0 take it, for `db.query` to know the stream tables in it: with relations to and from them,
 * and under the names that you export them by. Everything else in it is what it was. A variant that `relational()` gave
 * and that is exported, too, has no name of its own beside its stream table.
 *
 * @example
 * import * as schema from './schema';
 * const db = guardStreamTables(drizzle(pool, { schema: streamSchema(schema) }));
 * await db.query.orderTotals.findMany({ with: { customer: true } });
 *
 * @example
 * const relations = defineRelations(streamSchema(schema), (r) => ({
 *   orderTotals: { customer: r.one.customers({ from: r.orderTotals.customerId, to: r.customers.id }) },
 * }));
 * const db = guardStreamTables(drizzle({ client: pool, relations }));
 */
export function streamSchema<TSchema extends Record<string, unknown>>(schema: TSchema): StreamSchema<TSchema> {
  const variants = new Map<unknown, unknown>();
  for (const value of Object.values(schema)) {
    if (is(value, ReadOnlySelect)) variants.set(value, relational(value as unknown as AnyPgStreamTable));
  }
  const seconds = new Set(variants.values());
  const entries = Object.entries(schema)
    .filter(([, value]) => !seconds.has(value))
    .map(([key, value]) => [key, variants.get(value) ?? value]);
  return Object.fromEntries(entries) as StreamSchema<TSchema>;
}
