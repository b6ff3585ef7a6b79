#!/bin/sh
# Drizzle: a relational query gives other digits than a select, for numeric and bigint columns of what is loaded `with` a row.
#
# drizzle-orm@0.45.4. Related rows come as JSON, whose numbers JavaScript reads as its own: numeric and bigint lose what
# a double cannot hold. The types say the same for both: string and bigint.
#
#> select: { amount: '12345678901234567.89', counter: 9007199254740993n }
#> query, of the row itself: { amount: '12345678901234567.89', counter: 9007199254740993n }
#> query, of a related row: { amount: '12345678901234568', counter: 9007199254740992n }

. "$(dirname "$0")/lib/finding.sh"
install drizzle-orm@0.45.4 pg@8.23.1
postgres

cat > finding.js <<'JS'
import { relations } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { bigint, integer, numeric, pgTable } from 'drizzle-orm/pg-core';
import pg from 'pg';

const customers = pgTable('customers', { id: integer().primaryKey() });
const orders = pgTable('orders', {
  customerId: integer('customer_id'),
  amount: numeric(),
  counter: bigint({ mode: 'bigint' }),
});
const customersRelations = relations(customers, ({ many }) => ({ orders: many(orders) }));
const ordersRelations = relations(orders, ({ one }) => ({
  customer: one(customers, { fields: [orders.customerId], references: [customers.id] }),
}));

const client = new pg.Client(process.env.DATABASE_URL);
await client.connect();
const db = drizzle(client, { schema: { customers, orders, customersRelations, ordersRelations } });
await client.query(`CREATE TABLE customers (id int); CREATE TABLE orders (customer_id int, amount numeric, counter bigint);
  INSERT INTO customers VALUES (1); INSERT INTO orders VALUES (1, 12345678901234567.89, 9007199254740993)`);

const columns = { amount: true, counter: true };
const [selected] = await db.select({ amount: orders.amount, counter: orders.counter }).from(orders);
console.log('select:', selected);
console.log('query, of the row itself:', await db.query.orders.findFirst({ columns }));
const customer = await db.query.customers.findFirst({ with: { orders: { columns } } });
console.log('query, of a related row:', customer.orders[0]);
await client.end();
JS
observe node finding.js
