import { createPgStream, StreamTableNotFoundError } from '@pgstream/core';
import { connect, extension, testRole } from '@pgstream/harness';
import { DrizzleQueryError, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, withReplicas } from 'drizzle-orm/pg-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fromDrizzle, guardStreamTables, pgStreamTable, streamAlias, streamTable } from '../src/index.ts';
import { type Db, DRIVERS, openPg, type Opened, shop, shopDatabase } from './shop/index.ts';

const { archive, orders, orderTotals, regionTotals } = shop;

const database = shopDatabase();
const columns = { customerId: integer('customer_id') };
const never = pgStreamTable('never_filled', columns);
const byCron = pgStreamTable('by_cron', columns);
const calculated = pgStreamTable('calculated', columns);
const missing = pgStreamTable('not_there', columns);

async function totalOfBob(db: Db): Promise<number> {
  const [row] = await db.select().from(orderTotals).where(eq(orderTotals.customerId, 2));
  return Number(row?.total);
}

beforeAll(async () => {
  const client = await database.connect();
  await client.query(`
    SELECT pgstream.create_stream_table(name => 'public.never_filled', schedule => '1h', initialize => false,
      query => 'SELECT customer_id FROM public.orders');
    SELECT pgstream.create_stream_table(name => 'public.by_cron', schedule => '0 3 * * *',
      query => 'SELECT customer_id FROM public.orders');
    SELECT pgstream.create_stream_table(name => 'public.calculated', schedule => ${extension.calculated},
      query => 'SELECT customer_id FROM public.orders');
    -- The first refresh is a full one, which readers would have to wait for.
    SELECT pgstream.refresh_stream_table('public.order_totals')`);
});

describe.each(DRIVERS)('the helpers over $driver', ({ open }) => {
  let opened: Opened<Db>;
  let db: Db;

  beforeEach(() => {
    opened = open(database.url);
    db = guardStreamTables(opened.db);
  });
  afterEach(() => opened.close());

  it('send nothing before one is called', () => {
    streamTable(db, orderTotals);
    expect(opened.sent).toEqual([]);
  });

  it('answer for a stream table that is fresh', async () => {
    const handle = streamTable(db, orderTotals);
    expect(await handle.isStale()).toBe(false);
    expect(await handle.isStale({ maxAgeMs: 3_600_000 })).toBe(false);
    expect(await handle.isStale({ maxAgeMs: 0 })).toBe(true);
    expect(await handle.lastRefreshAt()).toBeInstanceOf(Date);
    expect(await handle.stalenessMs()).toBeGreaterThanOrEqual(0);
    expect(await handle.status()).toMatchObject({ schema: 'public', name: 'order_totals', isPopulated: true });
  });

  it.each([
    ['is true, and there is no time, for one that was never filled', never, true, null, null],
    ['is null for a cron schedule', byCron, null, expect.any(Date), expect.any(Number)],
    ['is null for a calculated schedule', calculated, null, expect.any(Date), expect.any(Number)],
  ])('isStale() %s', async (_what, table, stale, at, age) => {
    const handle = streamTable(db, table);
    expect(await handle.isStale()).toBe(stale);
    expect(await handle.lastRefreshAt()).toEqual(at);
    expect(await handle.stalenessMs()).toEqual(age);
  });

  it('answer for another schema, and for an alias as for its stream table', async () => {
    expect(await streamTable(db, regionTotals).status()).toMatchObject({ schema: 'analytics', name: 'region_totals' });
    expect(await streamTable(db, streamAlias(orderTotals, 'a')).status()).toMatchObject({ name: 'order_totals' });
  });

  it('refresh() brings in what was written, and moves lastRefreshAt()', async () => {
    const handle = streamTable(db, orderTotals);
    const [total, at] = [await totalOfBob(db), await handle.lastRefreshAt()];
    await db.insert(orders).values({ id: 1000, customerId: 2, amount: '1' });
    expect(await totalOfBob(db)).toBe(total);

    expect(await handle.refresh()).toMatchObject({ status: 'refreshed' });

    expect(await totalOfBob(db)).toBe(total + 1);
    expect((await handle.lastRefreshAt())?.getTime()).toBeGreaterThan(at?.getTime() ?? Infinity);
    await db.delete(orders).where(eq(orders.customerId, 2));
    await db.insert(orders).values({ id: 3, customerId: 2, amount: '7.25' });
    await handle.refresh();
    expect(await totalOfBob(db)).toBe(7.25);
  });

  it.each(['isStale', 'lastRefreshAt', 'stalenessMs', 'status', 'refresh'] as const)(
    '%s() of a name that is not there is an error that names it',
    async (method) => {
      const handle = streamTable(db, missing);
      const asked: Promise<unknown> = handle[method]();
      await expect(asked).rejects.toThrow(StreamTableNotFoundError);
      await expect(asked).rejects.toMatchObject({ code: 'NOT_FOUND', schema: 'public', table: 'not_there' });
    },
  );

  const ours = () => streamTable(db, orderTotals);
  const write = () =>
    db.transaction(async (tx) => {
      const [order] = await tx.insert(orders).values({ id: 3000, customerId: 2, amount: '1' }).returning();
      return order?.id;
    });

  describe('refreshAfter()', () => {
    afterEach(async () => {
      await db.delete(orders).where(eq(orders.id, 3000));
      await ours().refresh();
    });

    it('writes, refreshes once that is committed, and gives what the work gives', async () => {
      expect(await ours().refreshAfter(write)).toBe(3000);
      expect(await totalOfBob(db)).toBe(8.25);
    });

    it('takes a statement of Drizzle by itself, which is sent once', async () => {
      const added = await ours().refreshAfter(() =>
        db.insert(orders).values({ id: 3000, customerId: 2, amount: '1' }).returning({ id: orders.id }),
      );
      expect([added, await totalOfBob(db)]).toEqual([[{ id: 3000 }], 8.25]);
    });

    it('passes an error of the work as it is, and refreshes nothing', async () => {
      const at = await ours().lastRefreshAt();
      const twice = ours().refreshAfter(() => db.insert(orders).values({ id: 1, customerId: 2, amount: '1' }));
      await expect(twice).rejects.toThrow(DrizzleQueryError);
      expect(await ours().lastRefreshAt()).toEqual(at);
    });

    it('says that the write is committed when the refresh fails', async () => {
      await expect(streamTable(db, missing).refreshAfter(write)).rejects.toMatchObject({
        code: 'NOT_FOUND',
        operation: 'refreshAfter',
        message: expect.stringMatching(/^The write is committed, /) as string,
      });
      expect(await db.$count(orders, eq(orders.id, 3000))).toBe(1);
    });

    it('is refused in a transaction before the work is run', async () => {
      let ran = false;
      await db.transaction(async (tx) => {
        const refused = streamTable(tx, orderTotals).refreshAfter(async () => {
          ran = true;
        });
        await expect(refused).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', operation: 'refreshAfter' });
        expect(await tx.$count(orderTotals)).toBe(2);
      });
      expect(ran).toBe(false);
    });
  });

  describe('in a transaction', () => {
    it('see its writes, refresh for it alone, and leave nothing after a roll-back', async () => {
      const before = [await totalOfBob(db), await streamTable(db, orderTotals).lastRefreshAt()];
      const rolledBack = new Error('rolled back on purpose');
      const seen: number[] = [];
      const work = db.transaction(async (tx) => {
        await tx.insert(orders).values({ id: 2000, customerId: 2, amount: '1000' });
        await streamTable(tx, orderTotals).refresh();
        seen.push(await totalOfBob(tx), await totalOfBob(db));
        throw rolledBack;
      });
      await expect(work).rejects.toBe(rolledBack);

      expect(seen).toEqual([1007.25, 7.25]);
      expect([await totalOfBob(db), await streamTable(db, orderTotals).lastRefreshAt()]).toEqual(before);
    });

    it('keep what they did when it commits', async () => {
      const handle = streamTable(db, regionTotals);
      const at = await handle.lastRefreshAt();
      await db.transaction((tx) => streamTable(tx, regionTotals).refresh());
      expect((await handle.lastRefreshAt())?.getTime()).toBeGreaterThan(at?.getTime() ?? Infinity);
    });

    it('work in a nested one', async () => {
      const stale = await db.transaction((tx) => tx.transaction((inner) => streamTable(inner, orderTotals).isStale()));
      expect(stale).toBe(false);
    });

    it('leave it usable after a name that is not there', async () => {
      const rows = await db.transaction(async (tx) => {
        for (const method of ['isStale', 'refresh'] as const) {
          await expect(streamTable(tx, missing)[method]()).rejects.toThrow(StreamTableNotFoundError);
        }
        return await tx.$count(orderTotals);
      });
      expect(rows).toBe(2);
    });

    it('leave it usable, with its writes, after a refusal', async () => {
      await createPgStream(fromDrizzle(db)).table('by_cron').suspend();
      await db.transaction(async (tx) => {
        await tx.insert(archive).values({ customerId: 5 });
        await expect(streamTable(tx, byCron).refresh()).rejects.toMatchObject({ code: 'SUSPENDED' });
      });
      await createPgStream(fromDrizzle(db)).table('by_cron').resume();
      expect(await db.delete(archive).returning()).toEqual([{ customerId: 5, total: null }]);
    });

    it('look for the extension once, with their db', async () => {
      await db.transaction((tx) => streamTable(tx, orderTotals).isStale());
      await db.transaction((tx) => streamTable(tx, orderTotals).isStale());
      await streamTable(db, regionTotals).isStale();
      expect(opened.sent.filter((text) => text.includes('pg_extension'))).toHaveLength(1);
    });
  });

  it('share refreshes that overlap, whichever handle of the db they come from', async () => {
    const calls = Array.from({ length: 5 }, () => streamTable(db, orderTotals).refresh());
    const shared = (await Promise.all(calls)).filter((result) => result.shared);
    // At most two run: one that began before other calls came, and the next one, which all of those share.
    expect(shared.length).toBeGreaterThanOrEqual(calls.length - 2);
  });

  it('go to the primary where there are replicas', async () => {
    const replica = drizzle.mock() as unknown as Db;
    const handle = streamTable(withReplicas(db, [replica]), orderTotals);
    expect(await handle.isStale()).toBe(false);
    expect(await handle.refresh()).toMatchObject({ status: 'refreshed' });
  });

  it('name the rights that a role lacks, with the error of Drizzle as the cause', async () => {
    const role = await testRole();
    const theirs = open(role.url(database.url));
    const asked = streamTable(theirs.db, orderTotals).isStale();
    await expect(asked).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      sqlState: '42501',
      message: expect.stringContaining('GRANT'),
      cause: expect.any(DrizzleQueryError),
    });
    await theirs.close();
  });
});

describe('over a single pg client', () => {
  it('refresh() is part of a transaction that was opened by hand', async () => {
    const client = await connect(database.url);
    const db = drizzle({ client });
    const handle = streamTable(db, regionTotals);
    const at = await handle.lastRefreshAt();
    await db.execute(sql`begin`);
    await handle.refresh();
    expect(await handle.lastRefreshAt()).not.toEqual(at);
    await db.execute(sql`rollback`);
    expect(await handle.lastRefreshAt()).toEqual(at);
  });
});

describe('streamTable', () => {
  let opened: ReturnType<typeof openPg>;
  beforeAll(() => {
    opened = openPg(database.url);
  });
  afterAll(() => opened.close());

  it('gives nine helpers and no way to alter or drop', () => {
    expect(Object.keys(streamTable(opened.db, orderTotals)).toSorted()).toEqual([
      'isStale',
      'lastRefreshAt',
      'refresh',
      'refreshAfter',
      'refreshIfStale',
      'stalenessMs',
      'status',
      'verify',
      'waitUntilFresh',
    ]);
  });

  it.each([
    ['a pool for the db', () => streamTable(opened.db.$client as never, orderTotals)],
    ['nothing for the db', () => streamTable(undefined as never, orderTotals)],
    ['a table for the stream table', () => streamTable(opened.db, orders as never)],
    ['nothing for the stream table', () => streamTable(opened.db, undefined as never)],
  ])('refuses %s with a sentence', (_what, call) => {
    expect(call).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    expect(call).toThrow(/^streamTable\(\) takes /);
  });
});
