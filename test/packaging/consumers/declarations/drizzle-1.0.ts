/**
 * What a library or a monorepo's package exports over `@pgstream/drizzle`, without a type written by hand: the compiler
 * has to name each in a declaration, with nothing but this package and its ORM to import from.
 */
import {
  fromDrizzle,
  guardStreamTables,
  pgStreamSchema,
  pgStreamTable,
  relational,
  streamAlias,
  streamSchema,
  streamTable,
} from '@pgstream/drizzle';
import { streamTablesConfig } from '@pgstream/drizzle/kit';
import { defineRelations } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, numeric, pgTable } from 'drizzle-orm/pg-core';

export const customers = pgTable('customers', { id: integer().primaryKey() });
export const orderTotals = pgStreamTable('order_totals', {
  customerId: integer('customer_id').notNull(),
  total: numeric(),
});
export const analytics = pgStreamSchema('analytics');
export const regionTotals = analytics.streamTable('region_totals', (t) => ({ region: t.text().notNull() }));
export const other = streamAlias(orderTotals, 'other');
export const model = relational(orderTotals);
export const schema = streamSchema({ customers, orderTotals, regionTotals });
export const relations = defineRelations(schema, (r) => ({
  customers: { totals: r.one.orderTotals({ from: r.customers.id, to: r.orderTotals.customerId }) },
  orderTotals: { customer: r.one.customers({ from: r.orderTotals.customerId, to: r.customers.id }) },
}));
export const config = streamTablesConfig(schema);

export const db = guardStreamTables(drizzle.mock({ relations }));
export const OrderTotals = streamTable(db, orderTotals);
export const executor = fromDrizzle(db);

export const refreshAll = async () => await streamTable(db, orderTotals).refresh({ timeoutMs: 5_000 });
export const statusOf = () => OrderTotals.status();
export const scheduleOf = async () => (await OrderTotals.status()).schedule;
export const stateOf = async () => (await OrderTotals.status()).status;
export const modeOf = async () => (await OrderTotals.status()).refreshMode;
export const isStale = OrderTotals.isStale;
export const refresh = OrderTotals.refresh;
export const staleness = () => Promise.all([OrderTotals.isStale(), OrderTotals.stalenessMs()]);
export const customersWithTotals = () => db.query.customers.findMany({ with: { totals: true } });
export const totals = () => db.select().from(orderTotals).leftJoin(other, undefined);
export const begin = executor.begin;
export const query = executor.query;
