import { defineRelations } from 'drizzle-orm';
import { streamSchema } from '../../../src/index.ts';
import * as schema from './schema.ts';

export const modelled = streamSchema(schema);

export const relations = defineRelations(modelled, (r) => ({
  orderTotals: { customer: r.one.customers({ from: r.orderTotals.customerId, to: r.customers.id }) },
}));
