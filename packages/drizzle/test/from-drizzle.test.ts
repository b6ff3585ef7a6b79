import { PGlite } from '@electric-sql/pglite';
import { createPgStream, StreamTableNotFoundError } from '@pgstream/core';
import { pgstreamEmulator } from '@pgstream/emulator/pglite';
import { sameExtension } from '@pgstream/harness';
import { withReplicas } from 'drizzle-orm/pg-core';
import { drizzle as overPglite } from 'drizzle-orm/pglite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fromDrizzle, guardStreamTables, streamTable } from '../src/index.ts';
import { type Db, DRIVERS, openPg, type Opened, shop, SHOP, shopDatabase } from './shop/index.ts';

const { archive, orders, orderTotals } = shop;
const database = shopDatabase();

/** Over PGlite, with a database of its own. */
async function openPglite(): Promise<Opened<Db>> {
  const sent: string[] = [];
  const client = await PGlite.create({ extensions: { pgstream: pgstreamEmulator(sameExtension) } });
  await client.exec(SHOP);
  const db = overPglite({ client, logger: { logQuery: (text) => sent.push(text) } });
  return { db, sent, close: () => client.close() };
}

const ALL = ['analytics.order_totals', 'analytics.region_totals', 'public.order_totals', 'public.sample_rows'];

describe.each([...DRIVERS, { driver: 'PGlite', open: openPglite }])('fromDrizzle over $driver', ({ open }) => {
  let opened: Opened<Db>;
  let db: Db;

  beforeAll(async () => {
    opened = await open(database.url);
    db = guardStreamTables(opened.db);
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(() => {
    opened.sent.length = 0;
  });

  it('sends nothing before it is asked', () => {
    createPgStream(fromDrizzle(db)).table('order_totals');
    expect(opened.sent).toEqual([]);
  });

  it('tells of every stream table of the database, with no other driver', async () => {
    const pgstream = createPgStream(fromDrizzle(db));
    const listed = await pgstream.list();
    expect(listed.map(({ schema, name }) => `${schema}.${name}`).toSorted()).toEqual(ALL);
    expect(listed.every(({ isStale, lastRefreshAt }) => isStale === false && lastRefreshAt instanceof Date)).toBe(true);
    for (const { schema, name } of listed) {
      const status = await pgstream.table({ schema, name }).status();
      expect(status).toMatchObject({ schema, name, status: 'ACTIVE', schedule: { text: '1h' } });
      expect(JSON.parse(JSON.stringify(status))).toMatchObject({ schema, name });
    }
  });

  it('creates, refreshes and drops one', async () => {
    const pgstream = createPgStream(fromDrizzle(db));
    const one = await pgstream.create({
      name: 'customers_by_region',
      query: 'SELECT region, count(*) AS customers FROM public.customers GROUP BY region',
      schedule: '1h',
    });
    expect(await one.refresh()).toMatchObject({ status: 'refreshed' });
    await one.drop();
    await expect(one.status()).rejects.toThrow(StreamTableNotFoundError);
  });

  it('is part of the transaction that it is given, which a refusal leaves usable', async () => {
    const gone = new Error('taken back');
    const before = await createPgStream(fromDrizzle(db)).table('order_totals').lastRefreshAt();
    const work = db.transaction(async (tx) => {
      const pgstream = createPgStream(fromDrizzle(tx));
      await tx.insert(orders).values({ id: 950, customerId: 3, amount: '3' });
      await expect(pgstream.table('not_there').refresh()).rejects.toThrow(StreamTableNotFoundError);
      await pgstream.table('order_totals').refresh();
      expect(await tx.$count(orderTotals)).toBe(3);
      throw gone;
    });
    await expect(work).rejects.toBe(gone);
    expect(await db.$count(orderTotals)).toBe(2);
    expect(await createPgStream(fromDrizzle(db)).table('order_totals').lastRefreshAt()).toEqual(before);
  });
});

describe('fromDrizzle', () => {
  it('goes to the primary, where there are replicas', async () => {
    const [primary, replica] = [openPg(database.url), openPg(database.url)];
    const pgstream = createPgStream(fromDrizzle(withReplicas(primary.db, [replica.db])));
    expect(await pgstream.list()).toHaveLength(ALL.length);
    expect(replica.sent).toEqual([]);
    await Promise.all([primary.close(), replica.close()]);
  });

  it('knows of one db what streamTable() knows of it: a refresh may be shared', () => {
    const { db, close } = openPg(database.url);
    expect(fromDrizzle(db).scope).toBe(fromDrizzle(db).scope);
    expect(fromDrizzle(db).transaction).toBe('none');
    return close();
  });

  it.each([
    ['a pool', {}],
    ['nothing', undefined],
    ['a table', archive],
    ['a handle', { streamTable }],
  ])('refuses %s with a sentence', (_what, value) => {
    expect(() => fromDrizzle(value as never)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('fromDrizzle() takes a PostgreSQL db of drizzle-orm') as string,
      }),
    );
  });
});
