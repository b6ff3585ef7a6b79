import { integer, numeric, pgTable, text } from 'drizzle-orm/pg-core';
import { pgStreamSchema, pgStreamTable, relational, streamAlias } from '../../../src/index.ts';

export const customers = pgTable('app_customers', { id: integer().primaryKey(), name: text().notNull() });

/** New: what push and generate have to do. */
export const notes = pgTable('app_notes', { id: integer().primaryKey(), body: text() });

export const orderTotals = pgStreamTable('order_totals', { customerId: integer('customer_id'), total: numeric() });
export const largeOrders = pgStreamTable('large_orders', { id: integer(), amount: numeric() });

export const inAnalytics = pgStreamSchema('analytics');
export const regionTotals = inAnalytics.streamTable('region_totals', { total: numeric() });
export const largeRegions = inAnalytics.streamTable('large_regions', { id: integer() });

export const orderTotalsModel = relational(orderTotals);

export const largest = streamAlias(orderTotals, 'largest');
