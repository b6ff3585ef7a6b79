import { createPgStream, StreamTableNotFoundError } from '@pgstream/core';
import { eq } from 'drizzle-orm';
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http';
import { integer } from 'drizzle-orm/pg-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fromDrizzle, guardStreamTables, pgStreamTable, streamTable } from '../../src/index.ts';
import { READS } from '../read-cases.ts';
import { type Db, type Opened, shop, shopDatabase } from '../shop/index.ts';
import { BUILDER_WRITES, RAW_WRITES } from '../write-cases.ts';
import { openNeon, openProxy } from './http.ts';

const { orders, orderTotals } = shop;
const database = shopDatabase();

const HTTP_DRIVERS: readonly { driver: string; open: (url: string) => Promise<Opened<Db>> }[] = [
  { driver: 'neon-http', open: openNeon },
  { driver: 'pg-proxy', open: openProxy },
];

describe.each(HTTP_DRIVERS)('$driver', ({ driver, open }) => {
  let opened: Opened<Db>;
  let db: Db;

  beforeEach(async () => {
    opened = await open(database.url);
    db = guardStreamTables(opened.db);
  });
  afterEach(() => opened.close());

  it.each(READS.filter(({ inTransaction }) => !inTransaction))('reads $name', async ({ read, rows }) => {
    expect(await read(db)).toEqual(rows);
  });

  it.each(BUILDER_WRITES.filter(({ inTransaction }) => !inTransaction))(
    'refuses $name, and nothing is sent',
    async ({ operation, write, table = 'order_totals' }) => {
      await expect(async () => await write(db)).rejects.toMatchObject({ code: 'READ_ONLY', operation, table });
      expect(opened.sent).toEqual([]);
    },
  );

  it.each(RAW_WRITES)('refuses SQL text "$name", or PostgreSQL does', async ({ operation, write }) => {
    await expect(write(db)).rejects.toThrow(operation === undefined ? 'Failed query' : `${operation} was refused`);
    expect(await db.$count(orderTotals)).toBe(2);
  });

  it('answers what is asked of a stream table', async () => {
    const handle = streamTable(db, orderTotals);
    expect(await handle.isStale()).toBe(false);
    expect(await handle.isStale({ maxAgeMs: 0 })).toBe(true);
    expect(await handle.lastRefreshAt()).toBeInstanceOf(Date);
    expect(await handle.stalenessMs()).toBeGreaterThanOrEqual(0);
    expect(await handle.status()).toMatchObject({ schema: 'public', name: 'order_totals', isPopulated: true });
  });

  it.each([{}, { timeoutMs: 10_000 }, { ifBusy: 'wait' as const }])('refreshes with %j', async (options) => {
    await db.insert(orders).values({ id: 900, customerId: 2, amount: '1' });
    expect(await streamTable(db, orderTotals).refresh(options)).toMatchObject({ status: 'refreshed' });
    const total = await db.select().from(orderTotals).where(eq(orderTotals.customerId, 2));
    expect(total).toEqual([{ customerId: 2, total: '8.25', orders: 2 }]);
    await db.delete(orders).where(eq(orders.id, 900));
    await streamTable(db, orderTotals).refresh();
  });

  it('knows errors as other drivers do', async () => {
    const missing = streamTable(db, pgStreamTable('not_there', { id: integer() }));
    for (const asked of [missing.isStale(), missing.refresh()]) {
      await expect(asked).rejects.toThrow(StreamTableNotFoundError);
    }
    await createPgStream(fromDrizzle(db)).table('order_totals').suspend();
    await expect(streamTable(db, orderTotals).refresh()).rejects.toMatchObject({ code: 'SUSPENDED' });
    await createPgStream(fromDrizzle(db)).table('order_totals').resume();
  });

  it('refuses a transaction, and says that it is the driver', async () => {
    const work = db.transaction((tx) => streamTable(tx, orderTotals).refresh());
    await expect(work).rejects.toThrow(driver === 'neon-http' ? /neon-http driver/ : /Postgres Proxy driver/);
    expect(opened.sent).toEqual([]);
  });
});

describe('a batch of neon-http', () => {
  let opened: Opened<NeonHttpDatabase>;
  beforeEach(async () => {
    opened = await openNeon(database.url);
    guardStreamTables(opened.db);
  });
  afterEach(() => opened.close());

  it('reads stream tables', async () => {
    const { db } = opened;
    const { regionTotals } = shop;
    const [totals, regions] = await db.batch([
      db.select().from(orderTotals).orderBy(orderTotals.customerId).limit(1),
      db.select({ region: regionTotals.region }).from(regionTotals).orderBy(regionTotals.region),
    ]);
    expect(totals).toEqual([{ customerId: 1, total: '15.50', orders: 2 }]);
    expect(regions).toEqual([{ region: 'north' }, { region: 'south' }]);
  });

  it('is refused as a whole when it writes to one', async () => {
    const { db } = opened;
    const x = orderTotals as unknown as shop.Writable;
    for (const write of [db.delete(x), db.update(x).set({ total: '0' }), db.insert(x).values({ customerId: 9 })]) {
      const batch = db.batch([db.insert(shop.archive).values({ customerId: 1 }), write]);
      await expect(batch).rejects.toMatchObject({ code: 'READ_ONLY', table: 'order_totals' });
    }
    expect(opened.sent).toEqual([]);
    expect(await db.$count(shop.archive)).toBe(0);
  });
});
