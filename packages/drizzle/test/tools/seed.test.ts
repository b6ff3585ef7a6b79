import { drizzle } from 'drizzle-orm/node-postgres';
import { reset, seed } from 'drizzle-seed';
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { guardStreamTables, relational, streamAlias, streamTable } from '../../src/index.ts';
import { shop, shopDatabase } from '../shop/index.ts';

const { customers, orders, orderTotals, regionTotals } = shop;
const schema = {
  customers,
  orders,
  orderTotals,
  regionTotals,
  model: relational(orderTotals),
  other: streamAlias(orderTotals, 'other'),
};

const database = shopDatabase();
let pool: Pool;
beforeAll(() => {
  pool = new Pool({ connectionString: database.url });
});
afterAll(() => pool.end());

it('drizzle-seed empties and fills tables, and leaves stream tables to their query', async () => {
  const db = guardStreamTables(drizzle({ client: pool }));
  const rows = () => db.select().from(orderTotals).orderBy(orderTotals.customerId);
  const before = await rows();
  expect(before).toHaveLength(2);

  await reset(db, schema);
  expect(await db.$count(customers)).toBe(0);
  expect(await rows()).toEqual(before);

  await seed(db, schema, { count: 7 }).refine((generate) => ({
    orders: { columns: { customerId: generate.valuesFromArray({ values: [1, 2, 3] }) } },
  }));
  expect([await db.$count(customers), await db.$count(orders)]).toEqual([7, 7]);
  expect(await rows()).toEqual(before);

  await streamTable(db, orderTotals).refresh();
  const counted = (await rows()).reduce((sum, row) => sum + Number(row.orders), 0);
  expect(counted).toBe(7);
});
