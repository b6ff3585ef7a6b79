import { createPgStream } from '@pgstream/core';
import { freshDatabase, inItsNames } from '@pgstream/harness';
import type { Client } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defineStreamTable, fromTypeORM, StreamTableEntity, streamRepository } from '../src/index.ts';
import {
  Customer,
  newDataSource,
  openDataSource,
  Order,
  OrderTotals,
  RegionTotals,
  Repeated,
  type Sent,
  shopDatabase,
} from './shop/index.ts';

const database = shopDatabase();
let dataSource: DataSource & { readonly sent: Sent };
let admin: Client;
beforeAll(async () => {
  dataSource = await openDataSource(database.url);
  admin = await database.connect();
});

/** A refresh writes down when its transaction began. */
const REFRESHED_HERE = inItsNames(
  `SELECT last_refresh_at = now() AS here FROM pgstream.pgs_stream_tables WHERE pgs_name = 'order_totals'`,
);

describe('the helpers of a class', () => {
  it('ask, and bring up to date', async () => {
    await dataSource.getRepository(Order).insert({ customerId: 3, amount: '2.00' });
    expect(await OrderTotals.isStale()).toBe(false);
    expect(await OrderTotals.isStale({ maxAgeMs: 0 })).toBe(true);
    expect(await OrderTotals.stalenessMs()).toBeGreaterThan(0);
    const before = await OrderTotals.lastRefreshAt();
    expect(await OrderTotals.refresh()).toMatchObject({ status: 'refreshed', shared: false });
    expect((await OrderTotals.lastRefreshAt())?.getTime()).toBeGreaterThan(before?.getTime() ?? Infinity);
    expect(await OrderTotals.findOneBy({ customerId: 3 })).toMatchObject({ total: '2.00' });
    expect(await OrderTotals.status()).toMatchObject({ schema: 'public', name: 'order_totals', isPopulated: true });
    await dataSource.getRepository(Order).delete({ customerId: 3 });
    await OrderTotals.refresh();
  });

  it('of one that is defined, and by repository for one that extends nothing', async () => {
    expect(await RegionTotals.status()).toMatchObject({ schema: 'analytics', name: 'region_totals' });
    expect(await streamRepository(dataSource, Repeated).refresh()).toMatchObject({ status: 'refreshed' });
    expect(await RegionTotals.getRepository().lastRefreshAt()).toBeInstanceOf(Date);
  });

  it.each([
    ['the manager', (manager: EntityManager) => manager],
    ['the query runner', (manager: EntityManager) => manager.queryRunner!],
  ])('are part of a transaction, by %s', async (_, on) => {
    const onPurpose = new Error('rolled back on purpose');
    const at = await OrderTotals.lastRefreshAt();
    const work = dataSource.transaction(async (manager) => {
      await manager.insert(Order, { customerId: 3, amount: '2.00' });
      await OrderTotals.refresh({ on: on(manager) });
      expect(await manager.query(REFRESHED_HERE)).toEqual([{ here: true }]);
      expect(await streamRepository(manager, OrderTotals).countBy({ customerId: 3 })).toBe(1);
      expect(await OrderTotals.countBy({ customerId: 3 })).toBe(0);
      expect(await OrderTotals.lastRefreshAt({ on: on(manager) })).not.toEqual(at);
      throw onPurpose;
    });
    await expect(work).rejects.toBe(onPurpose);
    expect(await OrderTotals.lastRefreshAt()).toEqual(at);
  });

  it('of a repository that a transaction takes over are part of it', async () => {
    const totals = streamRepository(dataSource, OrderTotals);
    await dataSource.transaction(async (manager) => {
      const ours = manager.withRepository(totals as never) as unknown as typeof totals;
      await ours.refresh();
      expect(await manager.query(REFRESHED_HERE)).toEqual([{ here: true }]);
    });
  });

  it('of a repository on a transaction are part of it, and so are its reads', async () => {
    const totals = streamRepository(dataSource, OrderTotals);
    const seen = await dataSource.transaction(async (manager) => {
      await manager.query('UPDATE orders SET amount = 8.25 WHERE customer_id = 2');
      await totals.on(manager).refresh();
      expect(await manager.query(REFRESHED_HERE)).toEqual([{ here: true }]);
      const found = [await totals.on(manager).findOneBy({ customerId: 2 }), await totals.findOneBy({ customerId: 2 })];
      await manager.query('UPDATE orders SET amount = 7.25 WHERE customer_id = 2');
      await totals.on(manager.queryRunner!).refresh();
      return found;
    });
    expect(seen).toMatchObject([{ total: '8.25' }, { total: '7.25' }]);
  });

  it('are those of one stream table, by whichever of its classes', async () => {
    const Again = defineStreamTable({ name: 'order_totals', columns: { customer_id: { type: 'int', primary: true } } });
    const both = await openDataSource(database.url, { entities: [OrderTotals, Customer, Again] });
    const on = { on: both };
    await OrderTotals.refresh(on);
    expect(await Again.lastRefreshAt()).toEqual(await OrderTotals.lastRefreshAt(on));
    expect(await Again.count()).toBe(await streamRepository(both, OrderTotals).count());
    const refreshed = await Promise.all([OrderTotals.refresh(on), Again.refresh(), OrderTotals.refresh(on)]);
    expect(refreshed.map(({ shared }) => shared)).toContain(true);
    for (const entity of [OrderTotals, Again]) {
      await expect(both.getRepository<object>(entity).clear()).rejects.toMatchObject({ code: 'READ_ONLY' });
    }
  });

  it('know a transaction that was opened by hand', async () => {
    const runner = dataSource.createQueryRunner();
    await admin.query('BEGIN; INSERT INTO orders (customer_id, amount) VALUES (3, 1)');
    await runner.query('BEGIN');
    await runner.query('INSERT INTO notes (body) VALUES ($1)', ['kept']);
    await expect(OrderTotals.refresh({ on: runner })).rejects.toMatchObject({ code: 'SOURCES_BUSY' });
    // A refusal that had been raised would have ended it.
    expect(await runner.query('SELECT body FROM notes')).toEqual([{ body: 'kept' }]);
    await runner.query('ROLLBACK');
    await runner.release();
    await admin.query('ROLLBACK');
  });

  it('have a transaction of their own for a bound of time, in which a refresh is safe whatever the DataSource’s isolation', async () => {
    const isolated = await openDataSource(database.url, { isolationLevel: 'REPEATABLE READ' });
    await admin.query(
      `BEGIN; LOCK TABLE public.order_totals IN ACCESS SHARE MODE; INSERT INTO orders (customer_id, amount) VALUES (3, 1)`,
    );
    const refresh = OrderTotals.refresh({ on: isolated, timeoutMs: 300, lockTimeoutMs: 200 });
    await expect(refresh).rejects.toMatchObject({ code: 'SOURCES_BUSY' });
    await admin.query('ROLLBACK');
    expect(await OrderTotals.refresh({ on: isolated, timeoutMs: 60_000 })).toMatchObject({ status: 'refreshed' });
    expect(isolated.sent).toContain('SET TRANSACTION ISOLATION LEVEL READ COMMITTED');
    await isolated.destroy();
  });
});

async function write(): Promise<string> {
  return await dataSource.transaction(async (manager) => {
    await manager.insert(Order, { customerId: 3, amount: '2.00' });
    return 'written';
  });
}

async function totalOf3(): Promise<string | undefined> {
  return (await OrderTotals.findOneBy({ customerId: 3 }))?.total;
}

describe('verify()', () => {
  it.each([
    ['a class', () => OrderTotals.verify({ afterRefresh: true })],
    ['a class on a DataSource', () => OrderTotals.verify({ afterRefresh: true, on: dataSource })],
    ['a repository', () => streamRepository(dataSource, OrderTotals).verify({ afterRefresh: true })],
    ['a class in a transaction', () => dataSource.transaction((manager) => OrderTotals.verify({ on: manager }))],
  ])('of %s says that it shows what its query says', async (_, call) => {
    expect(await call()).toMatchObject({ status: 'verified' });
  });
});

describe('refreshIfStale()', () => {
  it.each([
    ['a class', (maxAgeMs: number) => OrderTotals.refreshIfStale({ maxAgeMs })],
    ['a class on a DataSource', (maxAgeMs: number) => OrderTotals.refreshIfStale({ maxAgeMs, on: dataSource })],
    ['a repository', (maxAgeMs: number) => streamRepository(dataSource, OrderTotals).refreshIfStale({ maxAgeMs })],
  ])('of %s leaves alone what is fresh, and refreshes what is not', async (_, call) => {
    expect(await call(3_600_000)).toEqual({ status: 'fresh', shared: false, durationMs: 0 });
    expect(await call(0)).toMatchObject({ status: 'refreshed' });
  });

  it('is part of the transaction that it is on', async () => {
    const at = await OrderTotals.lastRefreshAt();
    const rolledBack = new Error('rolled back on purpose');
    const work = dataSource.transaction(async (manager) => {
      expect(await OrderTotals.refreshIfStale({ maxAgeMs: 0, on: manager })).toMatchObject({ status: 'refreshed' });
      throw rolledBack;
    });
    await expect(work).rejects.toBe(rolledBack);
    expect(await OrderTotals.lastRefreshAt()).toEqual(at);
  });
});

describe('waitUntilFresh()', () => {
  it.each([
    ['a class', (maxAgeMs: number) => OrderTotals.waitUntilFresh({ maxAgeMs, timeoutMs: 30 })],
    [
      'a class on a DataSource',
      (maxAgeMs: number) => OrderTotals.waitUntilFresh({ maxAgeMs, timeoutMs: 30, on: dataSource }),
    ],
    [
      'a repository',
      (maxAgeMs: number) => streamRepository(dataSource, OrderTotals).waitUntilFresh({ maxAgeMs, timeoutMs: 30 }),
    ],
  ])('of %s is over when it is fresh, or its time is', async (_, call) => {
    expect(await call(3_600_000)).toMatchObject({ lastRefreshAt: await OrderTotals.lastRefreshAt() });
    await expect(call(0)).rejects.toMatchObject({ code: 'TIMEOUT', table: 'order_totals' });
  });

  it('looks in the transaction that it is on', async () => {
    const refused = dataSource.transaction('REPEATABLE READ', (manager) => OrderTotals.waitUntilFresh({ on: manager }));
    await expect(refused).rejects.toMatchObject({ code: 'UNSAFE_ISOLATION' });
  });
});

describe('refreshAfter()', () => {
  afterEach(async () => {
    await dataSource.getRepository(Order).delete({ customerId: 3 });
    await OrderTotals.refresh();
  });

  it.each([
    ['a class', () => OrderTotals.refreshAfter(write, { timeoutMs: 60_000 })],
    ['a class on a DataSource', () => OrderTotals.refreshAfter(write, { on: dataSource })],
    ['a repository', () => streamRepository(dataSource, OrderTotals).refreshAfter(write, { timeoutMs: 60_000 })],
  ])('of %s writes, refreshes once that is committed, and gives what the work gives', async (_, call) => {
    expect(await call()).toBe('written');
    expect(await totalOf3()).toBe('2.00');
  });

  it('passes an error of the work as it is, and refreshes nothing', async () => {
    const at = await OrderTotals.lastRefreshAt();
    const onPurpose = new Error('rolled back on purpose');
    const work = () =>
      dataSource.transaction(async (manager) => {
        await manager.insert(Order, { customerId: 3, amount: '2.00' });
        throw onPurpose;
      });
    await expect(OrderTotals.refreshAfter(work)).rejects.toBe(onPurpose);
    expect([await OrderTotals.lastRefreshAt(), await totalOf3()]).toEqual([at, undefined]);
  });

  it('says that the write is committed when the refresh fails', async () => {
    const Missing = defineStreamTable({ name: 'not_there', columns: { id: 'int' } });
    const there = await openDataSource(database.url, { entities: [Missing] });
    await expect(Missing.refreshAfter(write)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      operation: 'refreshAfter',
      message: expect.stringMatching(/^The write is committed, /) as string,
    });
    await there.destroy();
    expect(await dataSource.getRepository(Order).countBy({ customerId: 3 })).toBe(1);
  });

  it.each([
    ['a class', (on: EntityManager, work: () => Promise<void>) => OrderTotals.refreshAfter(work, { on })],
    [
      'a repository',
      (on: EntityManager, work: () => Promise<void>) => streamRepository(on, OrderTotals).refreshAfter(work),
    ],
  ])('of %s is refused in a transaction before the work is run', async (_, call) => {
    let ran = false;
    await dataSource.transaction(async (manager) => {
      const refused = call(manager, async () => {
        ran = true;
      });
      await expect(refused).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', operation: 'refreshAfter' });
      expect(await manager.count(Order)).toBeGreaterThan(0);
    });
    expect(ran).toBe(false);
  });
});

describe('with several DataSources', () => {
  it('says that it has to be said which one is meant, to helpers and reads alike', async () => {
    const other = await openDataSource(database.url);
    const past = OrderTotals as unknown as { save(entity: object): Promise<unknown> };
    const row = new OrderTotals();
    for (const [call, sayIt] of [
      [() => OrderTotals.isStale(), 'OrderTotals.isStale({ on: dataSource }).'],
      [() => OrderTotals.lastRefreshAt(), 'OrderTotals.lastRefreshAt({ on: dataSource }).'],
      [() => OrderTotals.stalenessMs(), 'OrderTotals.stalenessMs({ on: dataSource }).'],
      [() => OrderTotals.status(), 'OrderTotals.status({ on: dataSource }).'],
      [() => OrderTotals.verify(), 'OrderTotals.verify({ on: dataSource }).'],
      [() => OrderTotals.refresh(), 'OrderTotals.refresh({ on: dataSource }).'],
      [() => OrderTotals.refreshIfStale(), 'OrderTotals.refreshIfStale({ on: dataSource }).'],
      [() => OrderTotals.waitUntilFresh(), 'OrderTotals.waitUntilFresh({ on: dataSource }).'],
      [() => OrderTotals.refreshAfter(async () => {}), 'OrderTotals.refreshAfter(work, { on: dataSource }).'],
      [() => OrderTotals.find(), 'streamRepository(dataSource, OrderTotals).find().'],
      [() => OrderTotals.sum('customerId'), 'streamRepository(dataSource, OrderTotals).sum().'],
      [async () => OrderTotals.getRepository(), 'streamRepository(dataSource, OrderTotals).'],
      [async () => OrderTotals.createQueryBuilder(), 'streamRepository(dataSource, OrderTotals).createQueryBuilder().'],
      [() => row.reload(), 'streamRepository(dataSource, OrderTotals).findOneBy().'],
      [() => past.save({}), 'streamRepository(dataSource, OrderTotals).save().'],
    ] as const) {
      await expect(call()).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: `2 DataSources have the entity OrderTotals, and which one is meant cannot be told. Say it: ${sayIt}`,
      });
    }
    expect(await OrderTotals.isStale({ on: other })).toBe(false);
    expect(await streamRepository(other, OrderTotals).count()).toBe(3);
    await other.destroy();
    expect(await OrderTotals.count()).toBe(3);
  });

  it('each has its own stream tables', async () => {
    const elsewhere = await openDataSource(await freshDatabase(), { entities: [OrderTotals, Customer] });
    await expect(OrderTotals.status({ on: elsewhere })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await OrderTotals.status({ on: dataSource })).toMatchObject({ name: 'order_totals' });
    await elsewhere.destroy();
  });

  it('says that none has it', async () => {
    class Undeclared extends StreamTableEntity {}
    await expect(Undeclared.find()).rejects.toThrow('No DataSource that is initialised has the entity Undeclared.');
    const later = newDataSource(database.url);
    await expect(OrderTotals.isStale({ on: later })).rejects.toThrow(/No metadata for "OrderTotals"/);
    expect(() => streamRepository({} as DataSource, OrderTotals)).toThrow('A DataSource of TypeORM is expected here');
  });
});

describe('with replicas', () => {
  it('reads are the replica’s, questions and refreshes the master’s', async () => {
    // Another database stands for a replica that lags behind: it has no stream table at all.
    const replica = await freshDatabase();
    const replicated = await openDataSource(database.url, {
      replication: { master: { url: database.url }, slaves: [{ url: replica }] },
    });
    await expect(streamRepository(replicated, OrderTotals).find()).rejects.toThrow('does not exist');
    expect(await OrderTotals.isStale({ on: replicated })).toBe(false);
    expect(await OrderTotals.refresh({ on: replicated })).toMatchObject({ status: 'refreshed' });

    const runner = replicated.createQueryRunner('slave');
    expect(await runner.query('SELECT current_database() AS name')).toEqual([
      { name: new URL(replica).pathname.slice(1) },
    ]);
    expect(await OrderTotals.refresh({ on: runner.manager })).toMatchObject({ status: 'refreshed' });
    await expect(runner.query('DELETE FROM order_totals')).rejects.toMatchObject({ code: 'READ_ONLY' });
    await runner.release();
    await replicated.destroy();
  });

  it('a runner for reads is one of the only server, where there is no replica', async () => {
    const runner = dataSource.createQueryRunner('slave');
    await runner.startTransaction();
    await OrderTotals.refresh({ on: runner });
    expect(await runner.query(REFRESHED_HERE)).toEqual([{ here: true }]);
    await runner.rollbackTransaction();
    await runner.release();
  });
});

describe('fromTypeORM()', () => {
  it('is an executor for all of core', async () => {
    const pgstream = createPgStream(fromTypeORM(dataSource));
    const names = (await pgstream.list()).map(({ name }) => name);
    expect(names).toEqual(['region_totals', 'order_totals', 'placed', 'repeated']);
    await dataSource.transaction(async (manager) => {
      const ours = createPgStream(fromTypeORM(manager));
      const made = await ours.create({ name: 'made', query: 'SELECT id FROM public.notes', schedule: '1h' });
      expect(await made.exists()).toBe(true);
      await made.drop();
    });
  });

  it('asks once for the extension, for a DataSource and all its transactions', async () => {
    const fresh = await openDataSource(database.url);
    await OrderTotals.isStale({ on: fresh });
    await fresh.transaction((manager) => OrderTotals.isStale({ on: manager }));
    await OrderTotals.isStale({ on: fresh });
    expect(fresh.sent.filter((statement) => statement.includes('pg_extension'))).toHaveLength(1);
    await fresh.destroy();
  });

  it('gives what the server says, through TypeORM’s error', async () => {
    const error = await OrderTotals.refresh({ on: dataSource, as: 'no_such_role' }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', sqlState: '22023', cause: { name: 'QueryFailedError' } });
  });
});

it('refreshes that overlap are shared', async () => {
  const results = await Promise.all(Array.from({ length: 6 }, () => OrderTotals.refresh()));
  expect(results.filter(({ shared }) => shared)).not.toEqual([]);
});

it('a pool of one connection is enough', async () => {
  const narrow = await openDataSource(database.url, { extra: { max: 1 } });
  expect(await OrderTotals.refresh({ on: narrow, timeoutMs: 60_000 })).toMatchObject({ status: 'refreshed' });
  await narrow.transaction((manager) => OrderTotals.refresh({ on: manager }));
  await narrow.destroy();
});
