import { relations } from 'drizzle-orm';
import { relational } from '../../src/index.ts';
import { customers, orders, orderTotals, regionTotals } from './schema.ts';

export const orderTotalsRelations = relations(relational(orderTotals), ({ one, many }) => ({
  customer: one(customers, { fields: [orderTotals.customerId], references: [customers.id] }),
  lines: many(orders),
}));

export const regionTotalsRelations = relations(relational(regionTotals), ({ many }) => ({
  customers: many(customers),
}));

export const customersRelations = relations(customers, ({ one, many }) => ({
  totals: one(relational(orderTotals)),
  allTotals: many(relational(orderTotals)),
  regional: one(relational(regionTotals), { fields: [customers.region], references: [regionTotals.region] }),
}));

export const ordersRelations = relations(orders, ({ one }) => ({
  totals: one(relational(orderTotals), { fields: [orders.customerId], references: [orderTotals.customerId] }),
}));
