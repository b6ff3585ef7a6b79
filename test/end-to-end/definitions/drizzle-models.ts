import { pgStreamTable } from '@pgstream/drizzle';
import { count, eq, gt, sql, sum } from 'drizzle-orm';
import { bigint, integer, numeric, pgTable, pgView, text } from 'drizzle-orm/pg-core';

const columns = {
  id: integer().primaryKey(),
  customerId: integer('customer_id').notNull(),
  amount: numeric({ precision: 12, scale: 2 }).notNull(),
  status: text().notNull(),
};
const schedule = '5m';

const discounted = pgTable('orders', {
  ...columns,
  discount: numeric({ precision: 12, scale: 2 }).notNull().default('0'),
});
const paidDiscounted = pgView('paid_orders').as((qb) =>
  qb
    .select({
      id: discounted.id,
      customerId: discounted.customerId,
      amount: discounted.amount,
      discount: discounted.discount,
    })
    .from(discounted)
    .where(eq(discounted.status, 'paid')),
);

const orders = pgTable('orders', columns);
const paidOrders = pgView('paid_orders').as((qb) =>
  qb
    .select({ id: orders.id, customerId: orders.customerId, amount: orders.amount })
    .from(orders)
    .where(eq(orders.status, 'paid')),
);

const totals1 = pgStreamTable(
  'order_totals',
  { customerId: integer('customer_id').notNull(), total: numeric(), orders: bigint({ mode: 'number' }) },
  { schedule },
).as((qb) =>
  qb
    .select({
      customerId: paidDiscounted.customerId,
      total: sum(paidDiscounted.amount).as('total'),
      orders: count().as('orders'),
    })
    .from(paidDiscounted)
    .groupBy(paidDiscounted.customerId),
);
const big1 = pgStreamTable(
  'big_spenders',
  { customerId: integer('customer_id').notNull(), total: numeric() },
  { schedule },
).as((qb) =>
  qb.select({ customerId: totals1.customerId, total: totals1.total }).from(totals1).where(gt(totals1.total, '60')),
);

const spent = { customerId: integer('customer_id').notNull(), spent: numeric(), orders: bigint({ mode: 'number' }) };

const totals2 = pgStreamTable('order_totals', spent, { schedule }).as((qb) =>
  qb
    .select({
      customerId: paidDiscounted.customerId,
      spent: sql<string>`sum(${paidDiscounted.amount} - ${paidDiscounted.discount})`.as('spent'),
      orders: count().as('orders'),
    })
    .from(paidDiscounted)
    .groupBy(paidDiscounted.customerId),
);
const big2 = pgStreamTable(
  'big_spenders',
  { customerId: integer('customer_id').notNull(), spent: numeric() },
  { schedule },
).as((qb) =>
  qb.select({ customerId: totals2.customerId, spent: totals2.spent }).from(totals2).where(gt(totals2.spent, '60')),
);

const totals3 = pgStreamTable('order_totals', spent, { schedule }).as((qb) =>
  qb
    .select({
      customerId: paidOrders.customerId,
      spent: sum(paidOrders.amount).as('spent'),
      orders: count().as('orders'),
    })
    .from(paidOrders)
    .groupBy(paidOrders.customerId),
);
const big3 = pgStreamTable('big_spenders', spent, { schedule }).as((qb) =>
  qb
    .select({ customerId: totals3.customerId, spent: totals3.spent, orders: totals3.orders })
    .from(totals3)
    .where(gt(totals3.spent, '60')),
);

/** What `schema.ts` exports in each version. */
export const SCHEMAS = {
  1: { orders: discounted, paidOrders: paidDiscounted, orderTotals: totals1, bigSpenders: big1 },
  2: { orders: discounted, paidOrders: paidDiscounted, orderTotals: totals2, bigSpenders: big2 },
  3: { orders, paidOrders, orderTotals: totals3, bigSpenders: big3 },
};
