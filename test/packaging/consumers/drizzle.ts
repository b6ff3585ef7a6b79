// What an application has of Drizzle, in the versions there are: compiled as ES module and as CommonJS, and run.
import {
  guardStreamTables,
  pgStreamSchema,
  pgStreamTable,
  relational,
  streamAlias,
  streamSchema,
} from '@pgstream/drizzle';
import { streamTablesConfig } from '@pgstream/drizzle/kit';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, numeric, pgTable } from 'drizzle-orm/pg-core';

const customers = pgTable('customers', { id: integer().primaryKey() });
const orderTotals = pgStreamTable('order_totals', {
  customerId: integer('customer_id').notNull(),
  total: numeric(),
});
const regionTotals = pgStreamSchema('analytics').streamTable('region_totals', (t) => ({ region: t.text().notNull() }));
const other = streamAlias(orderTotals, 'other');
const schema = streamSchema({ customers, orderTotals, regionTotals });

const db = guardStreamTables(drizzle.mock());

// Where the types of a package cannot be read, everything of it is `any`, and every write compiles.
type IsAny<T> = 0 extends 1 & T ? true : false;
export const isAny: [
  IsAny<typeof orderTotals>,
  IsAny<typeof orderTotals.total>,
  IsAny<typeof orderTotals.$inferSelect>,
  IsAny<(typeof orderTotals.$inferSelect)['total']>,
  IsAny<typeof regionTotals>,
  IsAny<typeof other>,
  IsAny<typeof schema.orderTotals>,
  IsAny<ReturnType<typeof relational<typeof orderTotals>>>,
  IsAny<typeof db>,
] = [false, false, false, false, false, false, false, false, false];

export const rows: () => PromiseLike<{ customerId: number; total: string | null }[]> = () =>
  db.select().from(orderTotals).where(eq(orderTotals.customerId, 1));

export const writes = [
  // @ts-expect-error A stream table is read-only.
  () => db.insert(orderTotals),
  // @ts-expect-error A stream table is read-only.
  () => db.update(orderTotals),
  // @ts-expect-error A stream table is read-only.
  () => db.delete(orderTotals),
  // @ts-expect-error A stream table is read-only.
  () => db.delete(regionTotals),
  // @ts-expect-error A stream table is read-only.
  () => db.delete(other),
  // @ts-expect-error A stream table is read-only.
  () => db.delete(relational(orderTotals)),
  // @ts-expect-error A stream table is no materialized view.
  () => db.refreshMaterializedView(orderTotals),
];

const sentence = (() => {
  try {
    return db.delete(orderTotals as never).toSQL().sql;
  } catch (error) {
    return (error as { code?: string }).code;
  }
})();

console.log(
  JSON.stringify({
    selects: db.select().from(orderTotals).toSQL().sql.startsWith('select "customer_id", "total" from (select '),
    refused: sentence,
    isRelational: relational(orderTotals) === (schema.orderTotals as unknown),
    filter: streamTablesConfig({ orderTotals }).tablesFilter,
  }),
);
