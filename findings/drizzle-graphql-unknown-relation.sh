#!/bin/sh
# drizzle-graphql: buildSchema() fails with a TypeError where a relation leads to a table that is not in the schema.
#
# drizzle-graphql@0.8.5, drizzle-orm@0.45.4. Drizzle itself takes such a schema. The error names neither the table nor the relation.
#
#> with customers in the schema: entities of orders, customers
#> without: TypeError: Cannot read properties of undefined (reading '0')
#> Drizzle's own query of orders: SELECT

. "$(dirname "$0")/lib/finding.sh"
install drizzle-graphql@0.8.5 drizzle-orm@0.45.4 graphql@16.11.0 pg@8.23.1

cat > finding.js <<'JS'
import { buildSchema } from 'drizzle-graphql';
import { relations } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable } from 'drizzle-orm/pg-core';

const customers = pgTable('customers', { id: integer().primaryKey() });
const orders = pgTable('orders', { id: integer().primaryKey(), customerId: integer() });
const ordersRelations = relations(orders, ({ one }) => ({
  customer: one(customers, { fields: [orders.customerId], references: [customers.id] }),
}));
// Nothing is connected to: schemas are built without a database.
const database = (schema) => drizzle('postgres://127.0.0.1:1/none', { schema });

const { entities } = buildSchema(database({ orders, ordersRelations, customers }));
console.log('with customers in the schema: entities of', Object.keys(entities.queries).filter((name) => !name.endsWith('Single')).join(', '));
try {
  buildSchema(database({ orders, ordersRelations }));
} catch (error) {
  console.log('without:', `${error.name}: ${error.message}`);
}
const query = database({ orders, ordersRelations }).query.orders.findMany().toSQL();
console.log("Drizzle's own query of orders:", query.sql.slice(0, 6).toUpperCase());
JS
observe node finding.js
