import { isPgStreamError, StreamTableReadOnlyError } from '@pgstream/core';
import { is, sql } from 'drizzle-orm';
import { type PgMaterializedView, PgTable } from 'drizzle-orm/pg-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guardStreamTables, relational } from '../../src/index.ts';
import { type Db, DRIVERS, type Opened, shop, shopDatabase } from '../shop/index.ts';

const variant = relational(shop.orderTotals);
const x = variant as unknown as shop.Writable;
const row = { customerId: 9, total: '1', orders: 1 };
const database = shopDatabase();

const WRITES: readonly (readonly [operation: string, write: (db: Db) => PromiseLike<unknown>])[] = [
  ['insert', (db) => db.insert(x).values(row)],
  ['insert', (db) => db.insert(x).values(row).onConflictDoNothing()],
  ['insert', (db) => db.insert(x).select(sql`select 9, 1, 1`)],
  ['update', (db) => db.update(x).set({ total: '0' })],
  ['update', (db) => db.update(x).set({ total: '0' }).from(shop.customers).returning()],
  ['delete', (db) => db.delete(x)],
  ['delete', (db) => db.delete(x).returning()],
  ['delete', (db) => db.transaction((tx) => tx.delete(x))],
  ['refreshMaterializedView', (db) => db.refreshMaterializedView(x as unknown as PgMaterializedView)],
];

const RAW: readonly (readonly [text: string, write: (db: Db) => PromiseLike<unknown>])[] = [
  ['delete from x', (db) => db.execute(sql`delete from ${variant}`)],
  ['delete from only x', (db) => db.execute(sql`delete from only ${variant}`)],
  ['truncate x', (db) => db.execute(sql`truncate ${variant}`)],
  ['truncate only x', (db) => db.execute(sql`truncate only ${variant}`)],
  ['truncate table only x', (db) => db.execute(sql`truncate table only ${variant}`)],
  ['insert into x', (db) => db.execute(sql`insert into ${variant} values (9, 1, 1)`)],
  ['update x', (db) => db.execute(sql`update ${variant} set total = 0`)],
  ['update only x', (db) => db.execute(sql`update only ${variant} set total = 0`)],
  ['merge into x', (db) => db.execute(sql`merge into ${variant} using customers on true when matched then delete`)],
  ['drop x', (db) => db.execute(sql`drop ${variant}`)],
  ['truncate (without "table") x', (db) => db.execute(sql`TRUNCATE\n${variant}`)],
  ['alter x', (db) => db.execute(sql`alter ${variant} rename to gone`)],
  ['lock x', (db) => db.execute(sql`lock ${variant}`)],
];

async function storedRows(): Promise<unknown> {
  const client = await database.connect();
  return (await client.query('SELECT * FROM public.order_totals ORDER BY customer_id')).rows;
}

describe.each(DRIVERS)('the relational variant of a stream table over $driver', ({ open }) => {
  let opened: Opened<Db>;
  let before: unknown;

  beforeEach(async () => {
    opened = open(database.url);
    before = await storedRows();
    await opened.db.execute(sql`select 1`);
    opened.sent.length = 0;
  });
  afterEach(() => opened.close());

  it.each(WRITES)('refuses %s (%#) on a guarded db, and nothing is sent', async (operation, write) => {
    await expect(async () => await write(guardStreamTables(opened.db))).rejects.toMatchObject({
      name: StreamTableReadOnlyError.name,
      operation,
      schema: 'public',
      table: 'order_totals',
    });
    expect(opened.sent.filter((text) => !/^(begin|rollback)/.test(text))).toEqual([]);
    expect(await storedRows()).toEqual(before);
  });

  it.each(WRITES)('does not let %s (%#) through on a db without a guard', async (operation, write) => {
    const failed = await Promise.resolve()
      .then(() => write(opened.db))
      .then(
        () => expect.fail('the write went through'),
        (error: unknown) => error,
      );
    expect(isPgStreamError(failed, 'READ_ONLY')).toBe(operation === 'insert' || operation === 'update');
    expect(await storedRows()).toEqual(before);
  });

  it.each(RAW)('"%s" is refused by PostgreSQL', async (_text, write) => {
    await expect(write(opened.db)).rejects.toThrow('Failed query');
    expect(await storedRows()).toEqual(before);
  });
});

it('is not one of the tables that tools look for in a schema file', () => {
  expect(is(variant, PgTable)).toBe(false);
});
