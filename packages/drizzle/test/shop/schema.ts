import { pgStreamSchema, pgStreamTable } from '../../src/index.ts';
import { bigint, date, integer, jsonb, numeric, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

export const customers = pgTable('customers', {
  id: integer().primaryKey(),
  name: text().notNull(),
  region: text().notNull(),
});

export const orders = pgTable('orders', {
  id: integer().primaryKey(),
  customerId: integer('customer_id').notNull(),
  amount: numeric({ precision: 12, scale: 2 }).notNull(),
});

/** A table of the application's own, that is filled from stream tables. */
export const archive = pgTable('archive', {
  customerId: integer('customer_id').notNull(),
  total: numeric(),
});

export const orderTotals = pgStreamTable('order_totals', {
  customerId: integer('customer_id').notNull(),
  total: numeric({ precision: 12, scale: 2 }),
  orders: bigint({ mode: 'number' }),
});

/** `orderTotals` as somebody would declare it who wants to write to it. Only its type is used, to get past the types. */
export type Writable = typeof writable;
const writable = pgTable('order_totals', {
  customerId: integer('customer_id').notNull(),
  total: numeric({ precision: 12, scale: 2 }),
  orders: bigint({ mode: 'number' }),
});

const analytics = pgStreamSchema('analytics');

export const regionTotals = analytics.streamTable('region_totals', (t) => ({
  region: t.text().notNull(),
  total: t.numeric({ precision: 12, scale: 2 }),
}));

/** Named as the one in `public`, with other rows. */
export const analyticsOrderTotals = analytics.streamTable('order_totals', {
  customerId: integer('customer_id').notNull(),
  total: numeric(),
});

/** One column of each kind that drivers are known to differ in, some of them in two modes. */
export const samples = pgStreamTable('sample_rows', {
  id: integer().notNull(),
  exact: bigint('big', { mode: 'bigint' }),
  long: numeric('num'),
  approximate: numeric('num', { mode: 'number' }),
  at: timestamp({ withTimezone: true }),
  atText: timestamp('at', { withTimezone: true, mode: 'string' }),
  day: date(),
  tags: text().array(),
  doc: jsonb().$type<{ readonly n: number }>(),
  nothing: text(),
});

/** Declared by keys alone: the db's `casing` makes the columns' names. */
export const byKey = pgStreamTable('order_totals', {
  customerId: integer().notNull(),
  total: numeric(),
});
