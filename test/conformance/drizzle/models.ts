import { pgStreamSchema, pgStreamTable } from '@pgstream/drizzle';
import * as d from 'drizzle-orm/pg-core';
import { HOSTILE_NAME, LETTERS_NAME, LONGEST_NAME, type Model } from '../shop/index.ts';

export const customers = d.pgTable('customers', {
  id: d.integer().primaryKey(),
  name: d.text().notNull(),
  region: d.text(),
});

export const orders = d.pgTable('orders', {
  id: d.integer().primaryKey(),
  customerId: d.integer('customer_id').notNull(),
  amount: d.numeric({ precision: 12, scale: 2 }).notNull(),
});

export const payments = d.pgTable('payments', {
  id: d.serial().primaryKey(),
  account: d.integer().notNull(),
  amount: d.integer().notNull(),
});

export const archive = d.pgTable('archive', {
  customerId: d.integer('customer_id').primaryKey(),
  total: d.numeric(),
});

export const orderTotals = pgStreamTable('order_totals', {
  customerId: d.integer('customer_id').notNull(),
  total: d.numeric(),
  orders: d.bigint({ mode: 'bigint' }),
});

export const visits = pgStreamTable('visits', { customerId: d.integer('customer_id'), note: d.text() });

const analytics = pgStreamSchema('analytics');

export const theirOrderTotals = analytics.streamTable('order_totals', {
  customerId: d.integer('customer_id').notNull(),
  total: d.numeric(),
});

const bytea = d.customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });

/** Modes that lose nothing. */
const sampleColumns = () => ({
  id: d.integer().notNull(),
  big: d.bigint({ mode: 'bigint' }),
  long: d.numeric(),
  ratio: d.doublePrecision(),
  flag: d.boolean(),
  label: d.text(),
  uid: d.uuid(),
  bytes: bytea(),
  day: d.date(),
  local: d.timestamp(),
  instant: d.timestamp({ withTimezone: true }),
  endless_day: d.date(),
  endless: d.timestamp({ withTimezone: true, mode: 'string' }),
  tags: d.text().array(),
  gaps: d.text().array(),
  ids: d.bigint({ mode: 'bigint' }).array(),
  doc: d.jsonb(),
  big_doc: d.jsonb(),
});

export const samples = pgStreamTable('sample_rows', sampleColumns());
const plainSamples = d.pgTable('samples', sampleColumns());

const ofCustomer = () => ({ customerId: d.integer('customer_id') });

export const models = {
  orderTotals,
  theirOrderTotals,
  samples,
  plainSamples,
  repeated: pgStreamTable('repeated', { region: d.text(), amount: d.integer() }),
  visits,
  reserved: pgStreamTable('user', {
    customerId: d.integer(),
    totalAmount: d.numeric('Total Amount'),
    select: d.integer(),
  }),
  letters: pgStreamTable(LETTERS_NAME, { ...ofCustomer(), Ärger: d.numeric() }),
  longest: pgStreamTable(LONGEST_NAME, ofCustomer()),
  accountTotals: pgStreamTable('account_totals', {
    account: d.integer().notNull(),
    paid: d.bigint({ mode: 'bigint' }),
    payments: d.bigint({ mode: 'bigint' }),
  }),
  theirAccountTotals: analytics.streamTable('account_totals', {
    account: d.integer().notNull(),
    paid: d.bigint({ mode: 'bigint' }),
  }),
  neverFilled: pgStreamTable('never_filled', ofCustomer()),
  byCron: pgStreamTable('by_cron', ofCustomer()),
  calculated: pgStreamTable('calculated', ofCustomer()),
  missing: pgStreamTable('not_there', ofCustomer()),
  hostile: pgStreamTable(HOSTILE_NAME, ofCustomer()),
} satisfies Record<Model, object>;

/** The table that Drizzle keeps behind a column. */
export function tableBehind(column: object): never {
  return (column as { readonly table: unknown }).table as never;
}
