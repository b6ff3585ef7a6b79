import { count, sql, sum } from 'drizzle-orm';
import { bigint, integer, numeric, pgTable, text } from 'drizzle-orm/pg-core';
import { expectTypeOf, it } from 'vitest';
import { type PgStreamTable, pgStreamTable } from '../src/index.ts';

const orders = pgTable('orders', { id: integer().primaryKey(), customerId: integer('customer_id'), amount: numeric() });
const columns = {
  customerId: integer('customer_id').notNull(),
  total: numeric(),
  orders: bigint({ mode: 'number' }),
};

it('a query with the declared keys and values makes the stream table, as it is without one', () => {
  const declared = pgStreamTable('order_totals', columns, { schedule: '1m' });
  const table = declared.as((qb) =>
    qb
      .select({ customerId: orders.customerId, total: sum(orders.amount).as('total'), orders: count().as('orders') })
      .from(orders)
      .groupBy(orders.customerId),
  );
  expectTypeOf(table).toEqualTypeOf<PgStreamTable<'order_totals', typeof columns>>();
  expectTypeOf(table.$inferSelect).toEqualTypeOf<{ customerId: number; total: string | null; orders: number | null }>();
});

it('what may be null is not compared', () => {
  pgStreamTable('t', { customerId: integer().notNull() }).as((qb) =>
    qb.select({ customerId: orders.customerId }).from(orders),
  );
  pgStreamTable('t', { id: integer() }).as((qb) => qb.select({ id: orders.id }).from(orders));
});

it('a column that is not declared is an error', () => {
  pgStreamTable('t', { id: integer().notNull() }).as(
    // @ts-expect-error -- "amount" is selected, and not declared
    (qb) => qb.select({ id: orders.id, amount: orders.amount }).from(orders),
  );
});

it('a column that the query does not select is an error', () => {
  pgStreamTable('t', columns).as(
    // @ts-expect-error -- "orders" is declared, and the query does not select it
    (qb) => qb.select({ customerId: orders.customerId, total: sum(orders.amount).as('total') }).from(orders),
  );
});

it('a column with other values is an error', () => {
  pgStreamTable('t', { total: integer() }).as(
    // @ts-expect-error -- "total" has other values in the query than in the declaration
    (qb) => qb.select({ total: sum(orders.amount).as('total') }).from(orders),
  );
});

it('sets of queries, CTEs, other stream tables and SQL can be queries', () => {
  const totals = pgStreamTable('totals', { id: integer().notNull(), amount: numeric() }).as((qb) =>
    qb
      .select({ id: orders.id, amount: orders.amount })
      .from(orders)
      .unionAll(qb.select({ id: orders.id, amount: orders.amount }).from(orders)),
  );
  pgStreamTable('t', { id: integer() }).as((qb) => {
    const large = qb.$with('large').as(qb.select({ id: totals.id }).from(totals));
    return qb.with(large).select({ id: large.id }).from(large);
  });
  pgStreamTable('t', { id: integer() }).as(sql`SELECT id FROM ${orders}`);
  pgStreamTable('t', { id: integer() }).as(() => sql`SELECT id FROM ${orders}`);
});

it('a column of that name is a column', () => {
  const table = pgStreamTable('t', { as: text().notNull() });
  expectTypeOf(table.$inferSelect).toEqualTypeOf<{ as: string }>();
  expectTypeOf(table.as.getSQL).toBeFunction();
});
