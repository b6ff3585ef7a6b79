import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { blocksOf, connect, quietDatabase, onEmulator, type Standby, startStandby } from '@pgstream/harness';
import { Client, Pool } from 'pg';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { createPgStream, type PgStream, type StreamTable } from '../src/index.ts';
import { fromPg, listenWithPg } from '../src/pg.ts';
import { listenWithPostgresJs } from '../src/postgres-js.ts';

/** What an application of the guide has. */
interface Guide {
  replayed(primary: Pool, replica: Pool, timeoutMs?: number): Promise<void>;
}

describe.runIf(onEmulator)('on a hot standby (emulator only: its data folder is copied)', () => {
  let standby: Standby;
  let pools: Record<'primary' | 'replica', Pool>;
  let primary: PgStream;
  let replica: PgStream;
  let totals: StreamTable;

  beforeAll(async () => {
    const url = await quietDatabase();
    const admin = await connect(url);
    await admin.query('CREATE TABLE public.orders (id int PRIMARY KEY, customer_id int, amount int)');
    await admin.query(
      `SELECT pgstream.create_stream_table('public.order_totals',
        'SELECT customer_id, sum(amount) AS total FROM public.orders GROUP BY customer_id', '5m')`,
    );
    await admin.query(
      `SELECT pgstream.create_stream_table('public.never_refreshed', 'SELECT id FROM public.orders', '5m')`,
    );
    standby = await startStandby(url);
    pools = { primary: new Pool({ connectionString: url }), replica: new Pool({ connectionString: standby.url }) };
    primary = createPgStream(fromPg(pools.primary));
    replica = createPgStream(fromPg(pools.replica));
    totals = replica.table('order_totals');
  });
  afterAll(() => Promise.all(Object.values(pools).map((pool) => pool.end())));

  it('what the primary has is told', async () => {
    const there = primary.table('order_totals');
    await there.refresh();
    await standby.caughtUp();
    expect(await totals.lastRefreshAt()).toEqual(await there.lastRefreshAt());
    expect(await totals.isStale()).toBe(false);
    expect(await totals.isStale({ maxAgeMs: 0 })).toBe(true);
    expect(await totals.stalenessMs()).toBeGreaterThanOrEqual(0);
    const { stalenessMs: _, ...status } = await totals.status();
    expect(await there.status()).toMatchObject(status);
    expect(await replica.list()).toHaveLength(2);
    expect(await totals.history()).toEqual(await there.history());
    expect(await totals.explain()).toEqual(await there.explain());
    expect(await replica.graph()).toEqual(await primary.graph());
    expect(await replica.columns('order_totals')).toEqual(await primary.columns('order_totals'));
    expect(await totals.verify()).toMatchObject({ status: 'verified' });
    expect(await totals.waitUntilFresh()).toMatchObject({ lastRefreshAt: await there.lastRefreshAt() });
  });

  it('health says that it is one, and takes the scheduler for unknown', async () => {
    const { findings, scheduler } = await replica.health();
    expect(findings.map(({ code }) => code)).toContain('ON_REPLICA');
    expect(findings.map(({ code }) => code)).not.toContain('SCHEDULER_MISSING');
    expect(scheduler).toBe('unknown');
  });

  it.for<[string, () => Promise<unknown>]>([
    ['refresh()', () => totals.refresh()],
    ['refresh() without locks of sources', () => totals.refresh({ lockSources: false })],
    ['the first refresh() without', () => replica.table('never_refreshed').refresh({ lockSources: false })],
    ['refresh() in a transaction of its own', () => totals.refresh({ timeoutMs: 5_000 })],
    ['refreshIfStale()', () => totals.refreshIfStale({ maxAgeMs: 0 })],
    ['refreshAfter()', () => totals.refreshAfter(async () => {})],
    ['verify() with a refresh', () => totals.verify({ afterRefresh: true })],
    ['repair()', () => totals.repair()],
    ['create()', () => replica.create({ name: 'others', query: 'SELECT id FROM public.orders' })],
    ['alter()', () => totals.alter({ schedule: '10m' })],
    ['suspend()', () => totals.suspend()],
    ['drop()', () => totals.drop()],
    ['currentLsn()', () => replica.currentLsn()],
    ['waitUntilFresh() since a position', async () => totals.waitUntilFresh({ since: await primary.currentLsn() })],
    ['waitUntilFresh() since an instant', () => totals.waitUntilFresh({ since: new Date() })],
    ['readYourWrites()', () => replica.readYourWrites(async () => {}, ['order_totals'])],
  ])('%s is for the primary', async ([, call]) => {
    await expect(call()).rejects.toMatchObject({
      code: 'READ_ONLY_SERVER',
      message: expect.stringMatching(/read replica.*primary/),
    });
  });

  it('a report of refreshAll() says it of each', async () => {
    const { ok, results } = await replica.refreshAll();
    expect(ok).toBe(false);
    const failed = { status: 'failed', error: { code: 'READ_ONLY_SERVER' } };
    expect(results).toMatchObject([failed, failed]);
  });

  it.for([
    ['pg', () => listenWithPg(() => new Client({ connectionString: standby.url }))],
    ['postgres.js', () => listenWithPostgresJs(() => postgres(standby.url, { max: 1, onnotice: () => {} }))],
  ] as const)('events() over %s says that it cannot be listened to', async ([, listener]) => {
    await expect(replica.events({ listener: listener() })).rejects.toMatchObject({ code: 'READ_ONLY_SERVER' });
  });

  it('a wait whose time is over says where refreshes are made', async () => {
    await expect(totals.waitUntilFresh({ maxAgeMs: 0, timeoutMs: 50 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringMatching(/The server is a replica: it is refreshed on the primary/),
    });
  });

  it('watch() tells of a refresh of the primary, once it is replayed', async () => {
    const watcher = await replica.watch(['order_totals'], { pollMs: 50 });
    onTestFinished(() => watcher.close());
    const told = new Promise((resolve) => {
      watcher.onChange(resolve);
    });
    await pools.primary.query('INSERT INTO public.orders VALUES (100, 100, 1)');
    await primary.table('order_totals').refresh();
    expect(await told).toMatchObject({ table: { schema: 'public', name: 'order_totals' } });
    expect(watcher.lastRefreshAt('order_totals')).toEqual(await primary.table('order_totals').lastRefreshAt());
  });

  it('the guide’s way of reading an own write there works, and ends where nothing is replayed', async () => {
    const folder = await mkdtemp(join(import.meta.dirname, 'guide-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const block = blocksOf(join(import.meta.dirname, '../../../docs/scaling.md')).find(
      ({ file }) => file === 'replayed.ts',
    );
    await writeFile(join(folder, 'replayed.ts'), block?.code ?? '');
    const { replayed } = (await import(join(folder, 'replayed.ts'))) as Guide;

    for (let id = 1; id <= 20; id++) {
      await primary
        .table('order_totals')
        .refreshAfter(() => pools.primary.query('INSERT INTO public.orders VALUES ($1, 7, 1)', [id]));
      await replayed(pools.primary, pools.replica);
      const { rows } = await pools.replica.query('SELECT total::int FROM public.order_totals WHERE customer_id = 7');
      expect(rows).toEqual([{ total: id }]);
    }
    await pools.replica.query('SELECT pg_wal_replay_pause()');
    await pools.primary.query('INSERT INTO public.orders VALUES (0, 7, 1)');
    await expect(replayed(pools.primary, pools.replica, 50)).rejects.toThrow(/had not replayed \S+ after 50 ms/);
    await pools.replica.query('SELECT pg_wal_replay_resume()');
    await replayed(pools.primary, pools.replica);
  });

  it('once it is promoted, it refreshes, by the same pool', async () => {
    await pools.replica.query('SELECT pg_promote()');
    await pools.replica.query('INSERT INTO public.orders VALUES (200, 200, 1)');
    expect(await totals.refresh()).toMatchObject({ status: 'refreshed' });
    expect(await totals.verify()).toMatchObject({ status: 'verified', rows: { query: 3 } });
    expect((await replica.health()).findings.map(({ code }) => code)).not.toContain('ON_REPLICA');
  });
});
