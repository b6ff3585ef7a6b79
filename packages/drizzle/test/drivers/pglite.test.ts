import { createPgStream, StreamTableNotFoundError } from '@pgstream/core';
import { listenWithPGlite } from '@pgstream/core/pglite';
import { PGlite } from '@electric-sql/pglite';
import { pgstreamEmulator } from '@pgstream/emulator/pglite';
import { sameExtension } from '@pgstream/harness';
import { eq } from 'drizzle-orm';
import { integer } from 'drizzle-orm/pg-core';
import { drizzle, type PgliteDatabase } from 'drizzle-orm/pglite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fromDrizzle, guardStreamTables, pgStreamTable, streamTable } from '../../src/index.ts';
import { READS } from '../read-cases.ts';
import { SHOP, shop } from '../shop/index.ts';
import { BUILDER_WRITES, RAW_WRITES } from '../write-cases.ts';

const { orders, orderTotals } = shop;

describe('PGlite', () => {
  const sent: string[] = [];
  let client: PGlite;
  let db: PgliteDatabase;

  beforeAll(async () => {
    client = await PGlite.create({ extensions: { pgstream: pgstreamEmulator(sameExtension) } });
    await client.exec(SHOP);
    db = guardStreamTables(drizzle({ client, logger: { logQuery: (text) => sent.push(text) } }));
  }, 60_000);
  afterAll(() => client.close());
  beforeEach(() => {
    sent.length = 0;
  });

  it.each(READS)('reads $name', async ({ read, rows }) => {
    expect(await read(db)).toEqual(rows);
  });

  it.each(BUILDER_WRITES)(
    'refuses $name, and nothing is sent',
    async ({ operation, write, table = 'order_totals' }) => {
      await expect(async () => await write(db)).rejects.toMatchObject({ code: 'READ_ONLY', operation, table });
      expect(sent.filter((text) => !/^(savepoint|rollback)/.test(text))).toEqual([]);
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

  it('refreshes in a transaction, for it alone, and leaves nothing after a roll-back', async () => {
    const rolledBack = new Error('rolled back on purpose');
    const seen: unknown[] = [];
    const work = db.transaction(async (tx) => {
      await tx.insert(orders).values({ id: 901, customerId: 3, amount: '3' });
      await streamTable(tx, orderTotals).refresh();
      seen.push(await tx.$count(orderTotals));
      throw rolledBack;
    });
    await expect(work).rejects.toBe(rolledBack);
    expect([...seen, await db.$count(orderTotals)]).toEqual([3, 2]);
  });

  it('knows errors as other drivers do, in a transaction, too', async () => {
    const missing = pgStreamTable('not_there', { id: integer() });
    await expect(streamTable(db, missing).refresh()).rejects.toThrow(StreamTableNotFoundError);
    const count = await db.transaction(async (tx) => {
      await expect(streamTable(tx, missing).refresh()).rejects.toThrow(StreamTableNotFoundError);
      return await tx.$count(orderTotals);
    });
    expect(count).toBe(2);
    await createPgStream(fromDrizzle(db)).table('order_totals').suspend();
    await expect(streamTable(db, orderTotals).refresh()).rejects.toMatchObject({ code: 'SUSPENDED' });
    await createPgStream(fromDrizzle(db)).table('order_totals').resume();
  });

  it('hears of what is done in it until the events are closed, and a watcher asks then', async () => {
    const pgstream = createPgStream(fromDrizzle(db));
    const listener = listenWithPGlite(client);
    const events = await pgstream.events({ listener });
    await using watcher = await pgstream.watch(['order_totals'], { listener, pollMs: 600_000 });
    const heard: unknown[] = [];
    events.on('resumed', ({ table }) => heard.push(table));
    const changed = new Promise((resolve) => watcher.onChange(resolve));
    const table = pgstream.table('order_totals');
    // Nobody is told of the refresh, but of what follows.
    await table.refresh();
    await table.suspend();
    await table.resume();
    expect(heard).toEqual([table.name]);
    expect(await changed).toMatchObject({ table: table.name, after: { lastRefreshAt: await table.lastRefreshAt() } });
    await events.close();
    await table.suspend();
    await table.resume();
    expect(heard).toHaveLength(1);
  });
});
