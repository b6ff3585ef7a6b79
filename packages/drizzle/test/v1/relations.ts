import { inItsNames } from '@pgstream/harness';
import { defineRelations } from 'drizzle-orm';
import { pgStreamSchema, streamAlias, streamSchema } from '../../src/index.ts';
import { integer, numeric, pgTable, text } from 'drizzle-orm/pg-core';
import { analyticsOrderTotals, customers, orders, orderTotals, regionTotals, samples } from '../shop/schema.ts';

/** A table and a stream table of one name, in two schemas: see NAMESAKES. */
const visits = pgTable('visits', { id: integer().primaryKey(), customerId: integer('customer_id').notNull() });
const streamedVisits = pgStreamSchema('analytics').streamTable('visits', {
  customerId: integer('customer_id').notNull(),
  value: numeric(),
});

/** A stream table whose columns are called as what Drizzle keeps in its objects. */
export const odd = pgStreamSchema('analytics').streamTable('odd', {
  value: integer().notNull(),
  queryChunks: text('query_chunks'),
});

/** Beside the shop. */
export const NAMESAKES = inItsNames(`
  CREATE TABLE public.visits (id integer PRIMARY KEY, customer_id integer NOT NULL);
  INSERT INTO public.visits VALUES (1, 1), (2, 1), (3, 2);
  SELECT pgstream.create_stream_table(name => 'analytics.visits', schedule => '1h', refresh_mode => 'FULL',
    query => 'SELECT customer_id, 10.50 * count(*) AS value FROM public.visits GROUP BY customer_id');
  SELECT pgstream.create_stream_table(name => 'analytics.odd', schedule => '1h', refresh_mode => 'FULL',
    query => 'SELECT 4 + count(*)::integer AS value, ''seven''::text AS query_chunks FROM public.customers');
`);

const tables = {
  customers,
  orders,
  orderTotals,
  theirOrderTotals: analyticsOrderTotals,
  regionTotals,
  samples,
  visits,
  streamedVisits,
  odd,
  largest: streamAlias(orderTotals, 'largest'),
};

export const relations = defineRelations(streamSchema(tables), (r) => ({
  customers: {
    totals: r.one.orderTotals({ from: r.customers.id, to: r.orderTotals.customerId }),
    allTotals: r.many.orderTotals({ from: r.customers.id, to: r.orderTotals.customerId, alias: 'all' }),
    theirTotals: r.one.theirOrderTotals({ from: r.customers.id, to: r.theirOrderTotals.customerId }),
    regional: r.one.regionTotals({ from: r.customers.region, to: r.regionTotals.region }),
    visits: r.many.visits({ from: r.customers.id, to: r.visits.customerId }),
    visited: r.one.streamedVisits({ from: r.customers.id, to: r.streamedVisits.customerId }),
  },
  orderTotals: {
    customer: r.one.customers({ from: r.orderTotals.customerId, to: r.customers.id, optional: false }),
    lines: r.many.orders({ from: r.orderTotals.customerId, to: r.orders.customerId }),
    regional: r.one.regionTotals({
      from: r.orderTotals.customerId.through(r.customers.id),
      to: r.regionTotals.region.through(r.customers.region),
    }),
  },
  regionTotals: { customers: r.many.customers() },
  orders: { totals: r.one.orderTotals({ from: r.orders.customerId, to: r.orderTotals.customerId, optional: false }) },
  streamedVisits: { visits: r.many.visits({ from: r.streamedVisits.customerId, to: r.visits.customerId }) },
}));

/** The same, with the stream tables as they are. */
export const direct = defineRelations(tables, (r) => ({
  customers: { totals: r.one.orderTotals({ from: r.customers.id, to: r.orderTotals.customerId }) },
}));
export const unrelated = defineRelations(tables);
