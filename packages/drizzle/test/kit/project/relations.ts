import { relations } from 'drizzle-orm';
import { customers, orderTotals, orderTotalsModel } from './schema.ts';

export const orderTotalsRelations = relations(orderTotalsModel, ({ one }) => ({
  customer: one(customers, { fields: [orderTotals.customerId], references: [customers.id] }),
}));
