import { eq, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { READS } from './read-cases.ts';
import { type Db, DRIVERS, type Opened, shop, shopDatabase } from './shop/index.ts';

const { orderTotals } = shop;
const { customerId, total } = orderTotals;

const ada = { customerId: 1, total: '15.50', orders: 2 };
const bob = { customerId: 2, total: '7.25', orders: 1 };
const theirAlias = alias(orderTotals, 'their_alias');

describe.each(DRIVERS)('reading over $driver', ({ open }) => {
  const database = shopDatabase();
  let plain: Opened<Db>;

  beforeAll(() => {
    plain = open(database.url);
  });
  afterAll(() => plain.close());

  it.each(READS)('$name', async ({ read, rows }) => {
    expect(await read(plain.db)).toEqual(rows);
  });

  it('never shows a hidden column, not even to SQL text that asks for all', async () => {
    const result: unknown = await plain.db.execute(sql`select * from ${orderTotals} where ${eq(customerId, 1)}`);
    const [row] = Array.isArray(result) ? (result as object[]) : (result as { rows: object[] }).rows;
    expect(Object.keys(row ?? {})).toEqual(['customer_id', 'total', 'orders']);
  });

  it.each([
    ['from', (db: Db) => db.select().from(theirAlias)],
    ['a join', (db: Db) => db.select().from(orderTotals).innerJoin(theirAlias, eq(theirAlias.customerId, customerId))],
    [
      'a join of other fields',
      (db: Db) =>
        db
          .select({ total })
          .from(orderTotals)
          .innerJoin(theirAlias, sql`true`),
    ],
  ])("ends in an error for Drizzle's own alias() in %s, not in other rows", async (_where, read) => {
    await expect(async () => await read(plain.db)).rejects.toThrow(/not part of the query|Failed query/);
  });

  it('goes to the declared schema whatever the search_path', async () => {
    const rows = await plain.db.transaction(async (tx) => {
      await tx.execute(sql`set local search_path = analytics`);
      return await tx.select().from(orderTotals).orderBy(customerId);
    });
    expect(rows).toEqual([ada, bob]);
  });
});
