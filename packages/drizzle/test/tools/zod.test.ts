import { createSelectSchema } from 'drizzle-zod';
import { drizzle } from 'drizzle-orm/node-postgres';
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { streamAlias } from '../../src/index.ts';
import { shop, shopDatabase } from '../shop/index.ts';

const { orderTotals, regionTotals, samples } = shop;
const database = shopDatabase();
let pool: Pool;
beforeAll(() => {
  pool = new Pool({ connectionString: database.url });
});
afterAll(() => pool.end());

it.each([
  ['a stream table', orderTotals],
  ['one of another schema', regionTotals],
  ['an alias', streamAlias(orderTotals, 'other')],
])('the select schema of %s takes the rows that are read from it', async (_what, table) => {
  const rows = await drizzle({ client: pool }).select().from(table);
  expect(rows.length).toBeGreaterThan(0);
  const schema = createSelectSchema(table).strict();
  expect(rows.map((row) => schema.parse(row))).toEqual(rows);
});

it('the select schema of columns of every mode takes the rows that are read', async () => {
  const rows = await drizzle({ client: pool }).select().from(samples);
  // drizzle-zod takes no number of mode "number" that is larger than Number.MAX_SAFE_INTEGER.
  const schema = createSelectSchema(samples, { approximate: () => z.number().nullable() });
  expect(rows.map((row) => schema.parse(row))).toEqual(rows);
});

it('a select schema refuses what is no row', () => {
  const schema = createSelectSchema(orderTotals, { total: (total) => total.max(9) });
  const row = { customerId: 1, total: '15.50', orders: null };
  expect(schema.safeParse(row).success).toBe(true);
  for (const wrong of [
    { customerId: null },
    { customerId: 1.5 },
    { total: 15.5 },
    { total: '1234567.89' },
    { orders: '2' },
  ]) {
    expect(schema.safeParse({ ...row, ...wrong }).success).toBe(false);
  }
});
