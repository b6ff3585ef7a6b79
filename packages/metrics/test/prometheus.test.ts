import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { extension, inItsNames, testDatabase, testRole } from '@pgstream/harness';
import type { SqlExecutor } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import { type Client, Pool } from 'pg';
import { Counter, Registry } from 'prom-client';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { registerMetrics, type RegisterOptions } from '../src/index.ts';
import { COLLECTED, PREFIX } from '../src/metrics/index.ts';
import { createShop, record, samplesOf } from './shop.ts';

const db = testDatabase();
let admin: Client;

beforeAll(async () => {
  admin = await db.connect();
  await createShop(admin);
});

function pooled(url = db.url, config: object = {}): Pool {
  const pool = new Pool({ connectionString: url, max: 2, ...config });
  pool.on('error', () => {});
  onTestFinished(() => pool.end());
  return pool;
}

/** An executor, and what is sent by it. */
function counted(executor: SqlExecutor): SqlExecutor & { sent: string[]; atOnce: number; mostAtOnce: number } {
  return {
    scope: executor.scope,
    transaction: 'none',
    sent: [],
    atOnce: 0,
    mostAtOnce: 0,
    async query(text, params) {
      this.sent.push(text);
      this.atOnce += 1;
      this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
      try {
        return await executor.query(text, params);
      } finally {
        this.atOnce -= 1;
      }
    },
  };
}

function registered(executor: SqlExecutor, options: RegisterOptions = {}): () => Promise<Map<string, number>> {
  const register = new Registry();
  registerMetrics(executor, { register, cacheMs: 0, ...options });
  return async () => samplesOf(await register.metrics());
}

const of = (name: string, rest = ''): string =>
  `{database="${db.name}",name="${name}"${rest === '' ? '' : `,${rest}`},schema="public"}`;

describe('a scrape', () => {
  it('has every metric of each stream table, source and server', async () => {
    const samples = await registered(fromPg(pooled()))();
    const ours = [...samples].filter(([name]) => !/timestamp|staleness_|duration/.test(name));
    expect(Object.fromEntries(ours)).toEqual({
      [`pgstream_refreshes_total${of('totals')}`]: 5,
      [`pgstream_refreshes_total${of('nightly')}`]: 0,
      [`pgstream_refreshes_total${of('never_filled')}`]: 0,
      [`pgstream_refreshes_successful_total${of('totals')}`]: 4,
      [`pgstream_refreshes_successful_total${of('nightly')}`]: 0,
      [`pgstream_refreshes_successful_total${of('never_filled')}`]: 0,
      [`pgstream_refreshes_failed_total${of('totals')}`]: 1,
      [`pgstream_refreshes_failed_total${of('nightly')}`]: 0,
      [`pgstream_refreshes_failed_total${of('never_filled')}`]: 0,
      [`pgstream_rows_inserted_total${of('totals')}`]: 10,
      [`pgstream_rows_inserted_total${of('nightly')}`]: 0,
      [`pgstream_rows_inserted_total${of('never_filled')}`]: 0,
      [`pgstream_rows_deleted_total${of('totals')}`]: 5,
      [`pgstream_rows_deleted_total${of('nightly')}`]: 0,
      [`pgstream_rows_deleted_total${of('never_filled')}`]: 0,
      [`pgstream_stale${of('totals')}`]: 0,
      [`pgstream_stale${of('never_filled')}`]: 1,
      [`pgstream_schedule_seconds${of('totals')}`]: 300,
      [`pgstream_consecutive_errors${of('totals')}`]: 0,
      [`pgstream_consecutive_errors${of('nightly')}`]: 0,
      [`pgstream_consecutive_errors${of('never_filled')}`]: 0,
      [`pgstream_is_populated${of('totals')}`]: 1,
      [`pgstream_is_populated${of('nightly')}`]: 1,
      [`pgstream_is_populated${of('never_filled')}`]: 0,
      [`pgstream_table_info{database="${db.name}",name="totals",refresh_mode="DIFFERENTIAL",schedule="5m",schema="public",status="ACTIVE"}`]: 1,
      [`pgstream_table_info{database="${db.name}",name="nightly",refresh_mode="FULL",schedule="@daily",schema="public",status="ACTIVE"}`]: 1,
      [`pgstream_table_info{database="${db.name}",name="never_filled",refresh_mode="DIFFERENTIAL",schedule="",schema="public",status="INITIALIZING"}`]: 1,
      [`pgstream_cdc_mode{cdc_mode="TRIGGER",database="${db.name}",source_name="orders",source_schema="public"}`]: 1,
      [`pgstream_cdc_alert{cdc_mode="TRIGGER",database="${db.name}",source_name="orders",source_schema="public"}`]: 0,
      [`pgstream_scheduler_running{database="${db.name}"}`]: 0,
      [`pgstream_extension_info{database="${db.name}",extension="${extension.name}",version="${extension.version}"}`]: 1,
      'pgstream_up{}': 1,
    });
    expect(samples.get(`pgstream_avg_refresh_duration_ms${of('totals')}`)).toBeCloseTo(250);
    expect(samples.get(`pgstream_avg_refresh_duration_seconds${of('totals')}`)).toBeCloseTo(0.25);
    expect(samples.has(`pgstream_avg_refresh_duration_seconds${of('nightly')}`)).toBe(false);
    expect(samples.has(`pgstream_staleness_seconds${of('never_filled')}`)).toBe(false);
    const { rows } = await admin.query(
      `SELECT extract(epoch FROM last_refresh_at)::float8 AS at FROM pgstream.pgs_stream_tables WHERE pgs_name = 'totals'`,
    );
    expect(samples.get(`pgstream_last_refresh_timestamp_seconds${of('totals')}`)).toBeCloseTo(rows[0].at, 3);
  });

  it('is one statement, and so are many at once', async () => {
    const executor = counted(fromPg(pooled()));
    const scrape = registered(executor);
    await scrape();
    executor.sent.length = 0;
    const texts = await Promise.all([scrape(), scrape(), scrape()]);
    expect(executor.sent).toHaveLength(1);
    expect(texts[1]).toEqual(texts[0]);
    await scrape();
    expect(executor.sent).toHaveLength(2);
  });

  it('asks nobody while an answer is young enough', async () => {
    const executor = counted(fromPg(pooled()));
    const scrape = registered(executor, { cacheMs: 600_000 });
    const first = await scrape();
    await record(admin, 5, 'nightly');
    expect(await scrape()).toEqual(first);
    expect(executor.sent).toHaveLength(2); // The extension, and the metrics.
    await admin.query(
      `DELETE FROM pgstream.pgs_refresh_history h USING pgstream.pgs_stream_tables s WHERE s.pgs_id = h.pgs_id AND s.pgs_name = 'nightly'`,
    );
  });

  it('counts on when the history is pruned and the stream table created again', async () => {
    const name = 'again';
    const create = `SELECT pgstream.create_stream_table(name => 'public.again', query => 'SELECT id FROM public.orders', schedule => '5m')`;
    await admin.query(create);
    const scrape = registered(fromPg(pooled()));
    const key = `pgstream_refreshes_total${of(name)}`;
    const before = (await scrape()).get(key) ?? 0;
    await record(admin, 10, name);
    expect((await scrape()).get(key)).toBe(before + 10);
    await admin.query(`DELETE FROM pgstream.pgs_refresh_history h USING pgstream.pgs_stream_tables s
      WHERE s.pgs_id = h.pgs_id AND s.pgs_name = 'again'`);
    expect((await scrape()).get(key)).toBe(before + 10);
    await record(admin, 1, name);
    expect((await scrape()).get(key)).toBe(before + 11);
    await admin.query(`SELECT pgstream.drop_stream_table('public.again')`);
    await admin.query(create);
    // pg_trickle records the fill by create.
    const { rows } = await admin.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pgstream.pgs_refresh_history JOIN pgstream.pgs_stream_tables USING (pgs_id) WHERE pgs_name = 'again'`,
    );
    expect((await scrape()).get(key)).toBe(before + 11 + (rows[0]?.n ?? NaN));
    await admin.query(`SELECT pgstream.drop_stream_table('public.again')`);
    expect((await scrape()).has(key)).toBe(false);
  });

  it('counts from its start where that is asked', async () => {
    const scrape = registered(fromPg(pooled()), { countFrom: 'start' });
    expect((await scrape()).get(`pgstream_refreshes_total${of('totals')}`)).toBe(0);
  });
});

/** All that a scrape has then. */
const failed = (code: string, times: number) =>
  new Map([
    ['pgstream_up{}', 0],
    [`pgstream_scrape_errors_total{code="${code}"}`, times],
    ['pgstream_scrape_duration_seconds{}', expect.any(Number)],
  ]);

describe('where the database cannot be read, a scrape ends in time, with pgstream_up 0 and the error counted:', () => {
  it('no server', async () => {
    const scrape = registered(fromPg(pooled('postgres://nobody@127.0.0.1:1/none')));
    expect(await scrape()).toEqual(failed('CONNECTION', 1));
    expect(await scrape()).toEqual(failed('CONNECTION', 2));
  });

  it('no rights', async () => {
    const role = await testRole();
    expect(await registered(fromPg(pooled(role.url(db.url))))()).toEqual(failed('PERMISSION_DENIED', 1));
  });

  it('a pool whose connections are all taken: nothing piles up, and it goes on when one is free', async () => {
    const pool = pooled(db.url, { max: 1 });
    const executor = counted(fromPg(pool));
    const scrape = registered(executor, { timeoutMs: 50 });
    const taken = await pool.connect();
    const found = [await scrape(), await scrape(), await scrape()];
    taken.release();
    expect(found.map((samples) => samples.get('pgstream_up{}'))).toEqual([0, 0, 0]);
    expect(found[2]).toEqual(failed('TIMEOUT', 3));
    expect(executor.sent).toHaveLength(1);
    await expect.poll(async () => (await scrape()).get('pgstream_up{}')).toBe(1);
    expect(executor.mostAtOnce).toBe(1);
  });

  it('a statement that waits for a lock', async () => {
    const holder = await db.connect();
    const scrape = registered(fromPg(pooled()), { timeoutMs: 50 });
    await holder.query(inItsNames('BEGIN; LOCK TABLE pgstream.pgs_stream_tables'));
    expect((await scrape()).get('pgstream_up{}')).toBe(0);
    await holder.query('ROLLBACK');
    await expect.poll(async () => (await scrape()).get('pgstream_up{}')).toBe(1);
  });

  it('a server that goes away in the middle, and comes back', async () => {
    const { url, cut, uncut } = await proxied(db.url);
    const scrape = registered(fromPg(pooled(url)), { timeoutMs: 2_000 });
    expect((await scrape()).get('pgstream_up{}')).toBe(1);
    cut();
    const gone = await scrape();
    expect(gone.get('pgstream_up{}')).toBe(0);
    expect([...gone.keys()].some((key) => key.startsWith('pgstream_refreshes'))).toBe(false);
    uncut();
    await expect.poll(async () => (await scrape()).get('pgstream_up{}')).toBe(1);
  });

  it('an executor that throws what it should not', async () => {
    const executor: SqlExecutor = {
      scope: {},
      transaction: 'none',
      query() {
        throw 'no error at all';
      },
    };
    expect(await registered(executor)()).toEqual(failed('UNKNOWN', 1));
  });
});

/** A way to the server that can be cut. */
async function proxied(url: string): Promise<{ url: string; cut: () => void; uncut: () => void }> {
  const { hostname, port } = new URL(url);
  const open = new Set<Socket>();
  let isCut = false;
  const proxy: Server = createServer();
  proxy.removeAllListeners('connection');
  proxy.on('connection', (near: Socket) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.pipe(near);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.close();
  });
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String((proxy.address() as AddressInfo).port);
  return {
    url: through.href,
    cut() {
      isCut = true;
      for (const socket of open) socket.destroy();
      open.clear();
    },
    uncut() {
      isCut = false;
    },
  };
}

describe('a registry', () => {
  it('has the metrics of one database, until they are unregistered', () => {
    const register = new Registry();
    const executor = fromPg(pooled());
    const other = new Counter({ name: 'requests_total', help: 'Somebody else’s', registers: [register] });
    const metrics = registerMetrics(executor, { register });
    expect(() => registerMetrics(executor, { register })).toThrow(/registry of its own/);
    metrics.unregister();
    expect(register.getMetricsAsArray()).toEqual([other]);
    {
      using _ = registerMetrics(executor, { register });
      expect(register.getMetricsAsArray()).toHaveLength(COLLECTED.length + 1);
    }
    expect(register.getMetricsAsArray()).toEqual([other]);
  });

  it('tells help and kind of each metric', async () => {
    const register = new Registry();
    registerMetrics(fromPg(pooled()), { register });
    const text = await register.metrics();
    for (const { name, kind, help } of COLLECTED) {
      expect(text).toContain(`# HELP ${PREFIX}${name} ${help}\n# TYPE ${PREFIX}${name} ${kind}\n`);
    }
  });

  it.each<[unknown, object, RegExp]>([
    [undefined, {}, /fromPg/],
    [new Pool(), {}, /fromPg/],
    ['executor', { cacheMs: -1 }, /cacheMs/],
    ['executor', { timeoutMs: 0 }, /timeoutMs/],
    ['executor', { countFrom: 'now' }, /countFrom/],
  ])('is not given metrics of %s with %j', (executor, options, sentence) => {
    const register = new Registry();
    const given = executor === 'executor' ? fromPg(pooled()) : executor;
    const isPool = given instanceof Pool;
    expect(() => registerMetrics((isPool ? {} : given) as SqlExecutor, { register, ...options })).toThrow(sentence);
    expect(register.getMetricsAsArray()).toEqual([]);
  });
});
