import { StreamTableNotFoundError } from '@pgstream/core';
import { extension, testRole } from '@pgstream/harness';
import { PrismaPg } from '@prisma/adapter-pg';
import { readReplicas } from '@prisma/extension-read-replicas';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pgStream, type StreamTableHandle } from '../src/index.ts';
import { open, openInTest, Prisma, PrismaClient, shopDatabase, streamTables } from './shop/index.ts';

const database = shopDatabase();
const { client, sent } = open(database.url);
const prisma = client.$extends(streamTables());
const HELPERS = ['isStale', 'lastRefreshAt', 'stalenessMs', 'status', 'refresh'] as const;

/** Stream tables that no model is for, under that of one. */
function named(name: string): StreamTableHandle {
  return client.$extends(pgStream({ models: [{ model: 'OrderTotals', name }] })).orderTotals;
}

async function totalOf(customerId: number, of: Pick<typeof prisma, 'orderTotals'> = prisma): Promise<number> {
  return Number((await of.orderTotals.findUniqueOrThrow({ where: { customerId } })).total);
}

/** The connection, the transaction's number, which it has once it writes, and when it began, in milliseconds. */
const IDENTITY = `SELECT pg_backend_pid() AS pid, pg_current_xact_id_if_assigned()::text AS xid,
  floor(extract(epoch FROM now()) * 1000)::text AS began`;

interface Identity {
  readonly pid: number;
  readonly xid: string | null;
  readonly began: string;
}

/** What it is after a refresh, if that was the first write of the same transaction. */
function afterRefresh({ before, at }: { before: Identity; at: Date | null }): Identity {
  return { pid: before.pid, xid: expect.any(String), began: String(at?.getTime()) };
}

beforeAll(async () => {
  const admin = await database.connect();
  await admin.query(`
    SELECT pgstream.create_stream_table(name => 'public.never_filled', schedule => '1h', initialize => false,
      query => 'SELECT customer_id FROM public.orders');
    SELECT pgstream.create_stream_table(name => 'public.by_cron', schedule => '0 3 * * *',
      query => 'SELECT customer_id FROM public.orders');
    SELECT pgstream.create_stream_table(name => 'public.suspended', schedule => '1h',
      query => 'SELECT customer_id FROM public.orders');
    SELECT pgstream.alter_stream_table('public.suspended', status => 'SUSPENDED')`);
});

beforeEach(() => {
  sent.length = 0;
});

describe('the helpers', () => {
  it('answer for a stream table that is fresh', async () => {
    expect(await prisma.orderTotals.isStale()).toBe(false);
    expect(await prisma.orderTotals.isStale({ maxAgeMs: 3_600_000 })).toBe(false);
    expect(await prisma.orderTotals.isStale({ maxAgeMs: 0 })).toBe(true);
    expect(await prisma.orderTotals.lastRefreshAt()).toBeInstanceOf(Date);
    expect(await prisma.orderTotals.stalenessMs()).toBeGreaterThanOrEqual(0);
    expect(await prisma.orderTotals.status()).toMatchObject({
      schema: 'public',
      name: 'order_totals',
      isPopulated: true,
    });
  });

  it.each([
    ['is true, and there is no time, for one that was never filled', 'never_filled', true, null, null],
    ['is null for a cron schedule', 'by_cron', null, expect.any(Date), expect.any(Number)],
  ])('isStale() %s', async (_what, name, stale, at, age) => {
    const handle = named(name);
    expect(await handle.isStale()).toBe(stale);
    expect(await handle.lastRefreshAt()).toEqual(at);
    expect(await handle.stalenessMs()).toEqual(age);
  });

  it('answer for another schema, by @@schema and by the comment', async () => {
    expect(await prisma.regionTotals.status()).toMatchObject({ schema: 'analytics', name: 'region_totals' });
    expect(await prisma.bigOrders.status()).toMatchObject({ schema: 'analytics', name: 'big_orders' });
  });

  it('look in the default schema where a model names none', async () => {
    const registry = { RegionTotals: { streamTable: { name: 'region_totals' } } };
    const there = client.$extends(pgStream({ registry, defaultSchema: 'analytics' }));
    expect(await there.regionTotals.status()).toMatchObject({ schema: 'analytics' });
    const elsewhere = client.$extends(pgStream({ registry }));
    await expect(elsewhere.regionTotals.isStale()).rejects.toMatchObject({ code: 'NOT_FOUND', schema: 'public' });
  });

  it('refresh() brings in what was written, and moves lastRefreshAt()', async () => {
    const [total, at] = [await totalOf(2), await prisma.orderTotals.lastRefreshAt()];
    await prisma.order.create({ data: { id: 1000, customerId: 2, amount: 1 } });
    expect(await totalOf(2)).toBe(total);

    expect(await prisma.orderTotals.refresh()).toMatchObject({ status: 'refreshed' });

    expect(await totalOf(2)).toBe(total + 1);
    expect((await prisma.orderTotals.lastRefreshAt())?.getTime()).toBeGreaterThan(at?.getTime() ?? Infinity);
    await prisma.order.delete({ where: { id: 1000 } });
    await prisma.orderTotals.refresh();
    expect(await totalOf(2)).toBe(total);
  });

  it('begin when they are awaited, as Prisma does, and once', async () => {
    const asked = prisma.orderTotals.isStale();
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    expect(sent).toEqual([]);
    expect(await Promise.all([asked, asked, asked.finally(() => {})])).toEqual([false, false, false]);
    expect(sent.filter((text) => text.includes(extension.catalog))).toHaveLength(1);
  });

  it.each(HELPERS)('%s() of a name that is not there is an error that names it', async (helper) => {
    const asked: Promise<unknown> = named('not_there')[helper]();
    await expect(asked).rejects.toThrow(StreamTableNotFoundError);
    await expect(named('not_there')[helper]()).rejects.toMatchObject({
      code: 'NOT_FOUND',
      schema: 'public',
      table: 'not_there',
    });
  });

  it.each(HELPERS)('%s() taken off its model is an error that says so', (helper) => {
    const taken: () => unknown = prisma.orderTotals[helper];
    expect(() => taken()).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    expect(() => taken()).toThrow(`prisma.orderTotals.${helper}()`);
  });

  it('end with timeoutMs, by a transaction of their own in READ COMMITTED, whatever the client begins', async () => {
    const strict = new PrismaClient({
      adapter: new PrismaPg({ connectionString: database.url }),
      transactionOptions: { isolationLevel: 'Serializable', timeout: 1 },
    });
    const result = await strict.$extends(streamTables()).orderTotals.refresh({ timeoutMs: 20_000 });
    expect(result).toMatchObject({ status: 'refreshed' });
    await strict.$disconnect();
  });

  it('share refreshes that overlap, whichever extension of the client they come from', async () => {
    const other = client.$extends(streamTables());
    const calls = Array.from({ length: 6 }, (_, index) => (index % 2 ? prisma : other).orderTotals.refresh());
    const shared = (await Promise.all(calls)).filter((result) => result.shared);
    // At most two run: one that began before other calls came, and the next one, which all of those share.
    expect(shared.length).toBeGreaterThanOrEqual(calls.length - 2);
  });

  it('look for the extension once, for a client with all its extensions and transactions', async () => {
    const { client: fresh, sent: theirs } = openInTest(database.url);
    await fresh.$extends(streamTables()).$transaction((tx) => tx.orderTotals.isStale());
    await fresh.$extends({}).$extends(streamTables()).orderTotals.isStale();
    await fresh
      .$extends(streamTables())
      .$extends({})
      .$transaction([fresh.$extends(streamTables()).orderTotals.isStale()]);
    expect(theirs.filter((text) => text.includes('pg_extension'))).toHaveLength(1);
  });

  it('name the rights that a role lacks, with the error of Prisma as the cause', async () => {
    const role = await testRole();
    const theirs = new PrismaClient({ adapter: new PrismaPg({ connectionString: role.url(database.url) }) });
    await expect(theirs.$extends(streamTables()).orderTotals.isStale()).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      sqlState: '42501',
      message: expect.stringContaining('GRANT'),
      cause: expect.any(Prisma.PrismaClientKnownRequestError),
    });
    await theirs.$disconnect();
  });

  it('tell of a server that is not there', async () => {
    const nowhere = new PrismaClient({ adapter: new PrismaPg({ connectionString: 'postgres://x@127.0.0.1:1/x' }) });
    await expect(nowhere.$extends(streamTables()).orderTotals.isStale()).rejects.toMatchObject({ code: 'CONNECTION' });
    await nowhere.$disconnect();
  });

  it.each(['Asia/Kathmandu', 'America/New_York'])('give instants right in the time zone %s', async (zone) => {
    const there = new PrismaClient({
      adapter: new PrismaPg({ connectionString: database.url, options: `-c TimeZone=${zone}` }),
    });
    const theirs = there.$extends(streamTables());
    expect(await theirs.orderTotals.lastRefreshAt()).toEqual(await prisma.orderTotals.lastRefreshAt());
    await theirs.orderTotals.refresh();
    const at = await theirs.orderTotals.lastRefreshAt();
    expect(Math.abs(Date.now() - (at?.getTime() ?? 0))).toBeLessThan(60_000);
    expect((await theirs.orderTotals.status()).lastRefreshAt).toEqual(at);
    await there.$disconnect();
  });
});

describe('refreshAfter()', () => {
  const order = { data: { id: 4000, customerId: 2, amount: 1 } };
  afterEach(async () => {
    await prisma.order.deleteMany({ where: { id: 4000 } });
    await prisma.orderTotals.refresh();
  });

  it.each<[string, () => PromiseLike<unknown>, unknown]>([
    ['a transaction', () => prisma.$transaction(async (tx) => (await tx.order.create(order)).id), 4000],
    ['a batch', () => prisma.$transaction([prisma.order.create(order), prisma.note.count()]), [expect.anything(), 1]],
    ['a call', () => prisma.order.create(order), expect.objectContaining({ id: 4000 })],
  ])('runs %s, refreshes once that is committed, and gives what it gives', async (_what, work, gives) => {
    expect(await prisma.orderTotals.refreshAfter(work)).toEqual(gives);
    expect(await totalOf(2)).toBe(8.25);
  });

  it('passes an error of the work as it is, and refreshes nothing', async () => {
    const at = await prisma.orderTotals.lastRefreshAt();
    const onPurpose = new Error('rolled back on purpose');
    const work = () =>
      prisma.$transaction(async (tx) => {
        await tx.order.create(order);
        throw onPurpose;
      });
    await expect(prisma.orderTotals.refreshAfter(work)).rejects.toBe(onPurpose);
    expect([await prisma.orderTotals.lastRefreshAt(), await totalOf(2)]).toEqual([at, 7.25]);
  });

  it('says that the write is committed when the refresh fails', async () => {
    await expect(named('suspended').refreshAfter(() => prisma.order.create(order))).rejects.toMatchObject({
      code: 'SUSPENDED',
      operation: 'refreshAfter',
      message: expect.stringMatching(/^The write is committed, /) as string,
    });
    expect(await prisma.order.count({ where: { id: 4000 } })).toBe(1);
  });

  it('is refused in a transaction before the work is run, and leaves it usable', async () => {
    let ran = false;
    const notes = await prisma.$transaction(async (tx) => {
      const refused = tx.orderTotals.refreshAfter(async () => {
        ran = true;
      });
      await expect(refused).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', operation: 'refreshAfter' });
      return await tx.note.count();
    });
    expect([ran, notes]).toEqual([false, 1]);
  });

  it('taken off its model is an error that says so, before the work is run', async () => {
    const { refreshAfter } = prisma.orderTotals;
    await expect(refreshAfter(() => prisma.order.create(order))).rejects.toThrow('prisma.orderTotals.refreshAfter()');
    expect(await prisma.order.count({ where: { id: 4000 } })).toBe(0);
  });

  it('is no element of a batch', async () => {
    const after = prisma.orderTotals.refreshAfter(async () => 'done') as unknown as ReturnType<
      typeof prisma.note.count
    >;
    expect(() => prisma.$transaction([after])).toThrow('need to be Prisma Client promises');
    await after;
  });
});

describe('verify()', () => {
  it('begins when it is awaited, alone and in a transaction', async () => {
    expect(await prisma.orderTotals.verify({ afterRefresh: true })).toMatchObject({ status: 'verified' });
    const inside = await prisma.$transaction(async (tx) => await tx.orderTotals.verify());
    expect(inside).toMatchObject({ status: 'verified' });
  });

  it('as an element of a batch is refused with a sentence, and nothing of the batch is done', async () => {
    const before = await prisma.note.count();
    const batch = prisma.$transaction([prisma.note.deleteMany(), prisma.orderTotals.verify()]);
    await expect(batch).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', operation: 'verify' });
    expect(before).toBeGreaterThan(0);
    expect(await prisma.note.count()).toBe(before);
  });
});

describe('refreshIfStale()', () => {
  const bound = { maxAgeMs: 3_600_000 };

  it('leaves alone what is fresh, and refreshes what is not, in the transaction that it is called in', async () => {
    expect(await prisma.orderTotals.refreshIfStale(bound)).toEqual({ status: 'fresh', shared: false, durationMs: 0 });
    expect(await prisma.orderTotals.refreshIfStale({ maxAgeMs: 0 })).toMatchObject({ status: 'refreshed' });
    const at = await prisma.orderTotals.lastRefreshAt();
    const rolledBack = new Error('rolled back on purpose');
    const work = prisma.$transaction(async (tx) => {
      expect(await tx.orderTotals.refreshIfStale({ maxAgeMs: 0 })).toMatchObject({ status: 'refreshed' });
      throw rolledBack;
    });
    await expect(work).rejects.toBe(rolledBack);
    expect(await prisma.orderTotals.lastRefreshAt()).toEqual(at);
  });

  it('taken off its model is an error that says so', async () => {
    const { refreshIfStale } = prisma.orderTotals;
    await expect(refreshIfStale(bound)).rejects.toThrow('prisma.orderTotals.refreshIfStale()');
  });

  it('is no element of a batch', async () => {
    const asked = prisma.orderTotals.refreshIfStale(bound) as unknown as ReturnType<typeof prisma.note.count>;
    expect(() => prisma.$transaction([asked])).toThrow('need to be Prisma Client promises');
    await asked;
  });
});

describe('waitUntilFresh()', () => {
  it('begins when it is awaited, and is over when it is fresh, or its time is', async () => {
    const wait = prisma.orderTotals.waitUntilFresh({ maxAgeMs: 3_600_000 });
    expect(await wait).toMatchObject({ lastRefreshAt: await prisma.orderTotals.lastRefreshAt() });
    await expect(prisma.orderTotals.waitUntilFresh({ maxAgeMs: 0, timeoutMs: 30 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      table: 'order_totals',
    });
  });

  it('looks in the transaction that it is called in', async () => {
    const refused = prisma.$transaction((tx) => tx.orderTotals.waitUntilFresh(), { isolationLevel: 'Serializable' });
    await expect(refused).rejects.toMatchObject({ code: 'UNSAFE_ISOLATION' });
  });

  it('in a batch is refused, and nothing of that is done', async () => {
    const batch = prisma.$transaction([
      prisma.order.create({ data: { id: 4500, customerId: 2, amount: 1 } }),
      prisma.orderTotals.waitUntilFresh(),
    ]);
    await expect(batch).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('nothing was sent') as string,
    });
    expect(await prisma.order.count({ where: { id: 4500 } })).toBe(0);
  });
});

describe('in an interactive transaction', () => {
  it('see its writes, refresh for it alone, and leave nothing after a roll-back', async () => {
    const before = [await totalOf(2), await prisma.orderTotals.lastRefreshAt()];
    const rolledBack = new Error('rolled back on purpose');
    const seen: number[] = [];
    const work = prisma.$transaction(async (tx) => {
      await tx.order.create({ data: { id: 2000, customerId: 2, amount: 1000 } });
      await tx.orderTotals.refresh();
      seen.push(await totalOf(2, tx), await totalOf(2));
      throw rolledBack;
    });
    await expect(work).rejects.toBe(rolledBack);
    expect(seen).toEqual([1007.25, 7.25]);
    expect([await totalOf(2), await prisma.orderTotals.lastRefreshAt()]).toEqual(before);
  });

  it('run on its connection and in its transaction, by pid and xid', async () => {
    const identified = await prisma.$transaction(async (tx) => {
      const [before] = await tx.$queryRawUnsafe<[Identity]>(IDENTITY);
      await tx.orderTotals.refresh();
      const [after] = await tx.$queryRawUnsafe<[Identity]>(IDENTITY);
      return { before, after, at: await tx.orderTotals.lastRefreshAt() };
    });
    expect(identified.before.xid).toBeNull();
    expect(identified.after).toEqual(afterRefresh(identified));
  });

  it('leave it usable, with its writes, after a name that is not there and after a refusal', async () => {
    const registry = {
      OrderTotals: { streamTable: { name: 'not_there' } },
      ProductTotals: { streamTable: { name: 'suspended' } },
    };
    await client.$extends(pgStream({ registry })).$transaction(async (tx) => {
      await tx.note.update({ where: { id: 1 }, data: { text: 'kept' } });
      await expect(tx.orderTotals.isStale()).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(tx.orderTotals.refresh()).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(tx.productTotals.refresh()).rejects.toMatchObject({ code: 'SUSPENDED' });
      await expect(tx.productTotals.refresh({ timeoutMs: 5_000 })).rejects.toMatchObject({ code: 'SUSPENDED' });
    });
    expect(await client.note.findUnique({ where: { id: 1 } })).toEqual({ id: 1, text: 'kept' });
  });

  it('join a nested one, and a batch within it', async () => {
    const seen: unknown[] = [];
    const work = prisma.$transaction(async (tx) => {
      await tx.order.create({ data: { id: 2500, customerId: 2, amount: 1000 } });
      await tx.$transaction((inner) => inner.orderTotals.refresh());
      seen.push(await totalOf(2, tx));
      await tx.order.delete({ where: { id: 2500 } });
      const [refreshed, notes] = await tx.$transaction([tx.orderTotals.refresh(), tx.note.count()]);
      seen.push(refreshed.status, notes, await totalOf(2, tx));
      throw new Error('rolled back on purpose');
    });
    await expect(work).rejects.toThrow('rolled back on purpose');
    expect(seen).toEqual([1007.25, 'refreshed', 1, 7.25]);
  });

  it('refuse a refresh in REPEATABLE READ', async () => {
    const work = prisma.$transaction((tx) => tx.orderTotals.refresh(), { isolationLevel: 'RepeatableRead' });
    await expect(work).rejects.toMatchObject({ code: 'UNSAFE_ISOLATION' });
  });
});

describe('in a batch', () => {
  it('are elements of it, in order, with what they give outside of it', async () => {
    const at = await prisma.regionTotals.lastRefreshAt();
    const [created, refreshed, totals, stale, region, status, removed] = await prisma.$transaction([
      prisma.order.create({ data: { id: 3000, customerId: 2, amount: 100 } }),
      prisma.orderTotals.refresh(),
      prisma.orderTotals.findUniqueOrThrow({ where: { customerId: 2 } }),
      prisma.orderTotals.isStale({ maxAgeMs: 60_000 }),
      prisma.regionTotals.lastRefreshAt(),
      prisma.productTotals.status(),
      prisma.order.delete({ where: { id: 3000 } }),
    ]);
    expect([created.id, refreshed.status, Number(totals.total), stale]).toEqual([3000, 'refreshed', 107.25, false]);
    expect([region, status.name, removed.id]).toEqual([at, 'product_totals', 3000]);
    await prisma.orderTotals.refresh();
  });

  it('run on its connection and in its transaction, by pid and xid', async () => {
    const [[before], , [after], at] = await prisma.$transaction([
      prisma.$queryRawUnsafe<[Identity]>(IDENTITY),
      prisma.orderTotals.refresh(),
      prisma.$queryRawUnsafe<[Identity]>(IDENTITY),
      prisma.orderTotals.lastRefreshAt(),
    ]);
    expect(before.xid).toBeNull();
    expect(after).toEqual(afterRefresh({ before, at }));
  });

  it.each([
    ['a refresh that is refused', () => named('suspended').refresh(), { code: 'SUSPENDED' }],
    ['a refresh of a name that is not there', () => named('not_there').refresh(), { code: 'NOT_FOUND' }],
    [
      'a question about a name that is not there',
      () => named('not_there').isStale(),
      { code: 'NOT_FOUND', table: 'not_there' },
    ],
    [
      'an option that is wrong',
      () => named('order_totals').refresh({ lockTimeoutMs: -1 }),
      { code: 'INVALID_ARGUMENT' },
    ],
  ])('fail it, and nothing of it is done, with %s', async (_what, call, error) => {
    const write = prisma.note.update({ where: { id: 1 }, data: { text: 'must not be' } });
    await expect(prisma.$transaction([write, call()])).rejects.toMatchObject(error);
    await expect(prisma.$transaction([call(), write])).rejects.toMatchObject(error);
    expect(await client.note.findUnique({ where: { id: 1 } })).not.toMatchObject({ text: 'must not be' });
  });

  it('mean PostgreSQL’s own functions, operators and types, whatever the search_path has', async () => {
    const admin = await database.connect();
    await admin.query(`
      CREATE SCHEMA traps;
      CREATE DOMAIN traps.text AS pg_catalog.text CHECK (false);
      CREATE FUNCTION traps.trapped(bigint, int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''trapped''; END';
      CREATE FUNCTION traps.trapped(int, bigint) RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''trapped''; END';
      CREATE OPERATOR traps.= (FUNCTION = traps.trapped, LEFTARG = bigint, RIGHTARG = int);
      CREATE OPERATOR traps./ (FUNCTION = traps.trapped, LEFTARG = int, RIGHTARG = bigint);
      CREATE FUNCTION traps.add(bigint) RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''trapped''; END';
      CREATE AGGREGATE traps.count(*) (SFUNC = traps.add, STYPE = bigint, INITCOND = '0')`);
    const { client: there } = openInTest(database.url, { options: '-c search_path=traps,pg_catalog,public' });
    const theirs = there.$extends(streamTables());
    await expect(there.$queryRawUnsafe(`SELECT count(*)`)).rejects.toThrow('trapped');
    expect(await theirs.$transaction([theirs.orderTotals.isStale({ maxAgeMs: 3_600_000 })])).toEqual([false]);
    const missing = there.$extends(pgStream({ models: [{ model: 'OrderTotals', name: 'not_there' }] })).orderTotals;
    await expect(there.$transaction([missing.isStale()])).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('work where there is one connection', async () => {
    const { client: narrow } = openInTest(database.url, { max: 1 });
    const theirs = narrow.$extends(streamTables());
    const [refreshed, stale] = await theirs.$transaction([theirs.orderTotals.refresh(), theirs.orderTotals.isStale()]);
    expect([refreshed.status, stale]).toEqual(['refreshed', false]);
  });
});

describe('with read replicas', () => {
  // What is asked of it fails: the helpers must go to the primary.
  const replica = new PrismaClient({ adapter: new PrismaPg({ connectionString: 'postgres://x@127.0.0.1:1/x' }) });
  afterAll(() => replica.$disconnect());
  const orders = [
    ['after', () => client.$extends(readReplicas({ replicas: [replica] })).$extends(streamTables())],
    ['before', () => client.$extends(streamTables()).$extends(readReplicas({ replicas: [replica] }))],
  ] as const;

  it.each(orders)('the helpers go to the primary, when the extension is applied %s it', async (_when, extend) => {
    const db = extend();
    await expect(db.orderTotals.findMany()).rejects.toMatchObject({ code: 'P1001' });
    expect(await db.orderTotals.isStale()).toBe(false);
    expect(await db.orderTotals.refresh()).toMatchObject({ status: 'refreshed' });
    expect(await db.orderTotals.refresh({ timeoutMs: 10_000 })).toMatchObject({ status: 'refreshed' });
    expect(await db.$transaction((tx) => tx.orderTotals.refresh())).toMatchObject({ status: 'refreshed' });
    const [refreshed] = await db.$transaction([db.orderTotals.refresh()]);
    expect(refreshed).toMatchObject({ status: 'refreshed' });
  });

  it.each(orders)('writes are refused, when the extension is applied %s it', async (_when, extend) => {
    const db = extend() as unknown as { orderTotals: { deleteMany(): Promise<unknown> } };
    await expect(db.orderTotals.deleteMany()).rejects.toMatchObject({ code: 'READ_ONLY' });
    expect(sent).toEqual([]);
  });
});
