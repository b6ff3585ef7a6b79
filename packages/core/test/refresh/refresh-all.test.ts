import { extension, inItsNames, testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createPgStream,
  type PgStream,
  type RefreshAllProgress,
  type RefreshAllReport,
  type SqlExecutor,
} from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { createSlow, createSource, pooled, totalsOf, untilAnyoneWaitsFor } from './scene.ts';

const db = testDatabase();
let admin: Client;
let schema: string;
let schemas = 0;

const full = { schedule: '5m', refreshMode: 'FULL' } as const;

beforeAll(async () => {
  admin = await db.connect();
});

/**
 * A schema of its own: two sources; `totals` and `others` over one each; `doubled` over `totals`, `sum` over `doubled`
 * through a view. All as they were before the sources changed.
 */
beforeEach(async () => {
  schemas += 1;
  schema = `s${schemas}`;
  await admin.query(`CREATE SCHEMA ${schema}`);
  await createSource(admin, `${schema}.orders`);
  await createSource(admin, `${schema}.others_orders`);
  const ours = createPgStream(fromPg(admin), { defaultSchema: schema });
  await ours.create({ name: 'totals', query: totalsOf(`${schema}.orders`), schedule: '5m' });
  await ours.create({ name: 'others', query: totalsOf(`${schema}.others_orders`), schedule: '5m' });
  await ours.create({
    name: 'doubled',
    query: `SELECT customer_id, 2 * total AS twice FROM ${schema}.totals`,
    ...full,
  });
  await admin.query(`CREATE VIEW ${schema}.positive AS SELECT * FROM ${schema}.doubled WHERE twice > 0`);
  await ours.create({ name: 'sum', query: `SELECT sum(twice) AS all_of_it FROM ${schema}.positive`, ...full });
  await admin.query(`INSERT INTO ${schema}.orders (customer_id, amount) VALUES (3, 100)`);
  return async () => {
    // What another test leaves would be in the way of all.
    await admin.query(`DROP SCHEMA ${schema} CASCADE`);
  };
});

const statuses = ({ results }: RefreshAllReport): string[] =>
  results.map(({ streamTable, status }) => `${streamTable.name} ${status}`);

const sum = async (client: Client = admin): Promise<number> => {
  const { rows } = await client.query(`SELECT all_of_it::int AS value FROM ${schema}.sum`);
  return rows[0]?.value;
};

function of(client: Client): PgStream {
  return createPgStream(fromPg(client), { defaultSchema: schema });
}

/** On a pool, with how many refreshes ran at once. */
function watched(url: string, max = 5): { pgstream: PgStream; most: () => number; sent: string[] } {
  const { pool } = pooled(url, { max });
  const inner = fromPg(pool);
  const sent: string[] = [];
  let running = 0;
  let most = 0;
  const executor: SqlExecutor = {
    scope: inner.scope,
    transaction: 'none',
    begin: inner.begin,
    async query(text, params) {
      sent.push(text);
      const isRefresh = text.startsWith('DO ');
      if (isRefresh) most = Math.max(most, (running += 1));
      try {
        return await inner.query(text, params);
      } finally {
        if (isRefresh) running -= 1;
      }
    },
  };
  return { pgstream: createPgStream(executor, { defaultSchema: schema }), most: () => most, sent };
}

describe('all of them', () => {
  it('are refreshed, sources before what reads them, also through a view', async () => {
    expect(await sum()).toBe(44);
    const { pgstream } = watched(db.url);
    const report = await pgstream.refreshAll();
    expect(statuses(report)).toStrictEqual([
      'others refreshed',
      'totals refreshed',
      'doubled refreshed',
      'sum refreshed',
    ]);
    expect(report).toMatchObject({ ok: true, durationMs: expect.any(Number) });
    expect(report.results[0]).toMatchObject({ streamTable: { schema, name: 'others' }, shared: false });
    expect(await sum()).toBe(244);
  });

  it('are none where there is none', async () => {
    await admin.query(`DELETE FROM pgstream.pgs_stream_tables`);
    const report = await of(admin).refreshAll();
    expect(report).toMatchObject({ ok: true, results: [] });
  });
});

const slowly = (source: string): string =>
  `SELECT s.id, (SELECT count(*) FROM pg_sleep(0.15)) AS n FROM ${schema}.${source} s WHERE s.id = 1`;

describe('at once', () => {
  it(`are those that are independent, ${extension.hasWideCatalog ? 'none where the extension lets them wait for each other' : 'up to concurrency'}`, async () => {
    for (const name of ['a', 'b', 'c']) await of(admin).create({ name, query: slowly('orders'), ...full });
    const { pgstream, most } = watched(db.url);
    expect((await pgstream.refreshAll({ tables: ['a', 'b', 'c'] })).ok).toBe(true);
    expect(most()).toBe(extension.hasWideCatalog ? 1 : 3);
    const two = watched(db.url);
    expect((await two.pgstream.refreshAll({ tables: ['a', 'b', 'c'], concurrency: 2 })).ok).toBe(true);
    expect(two.most()).toBe(extension.hasWideCatalog ? 1 : 2);
  });

  it.skipIf(extension.locksSourcesItself)('are not those that lock the same source (where we lock it)', async () => {
    for (const name of ['a', 'b', 'c']) {
      await of(admin).create({ name, query: `SELECT id, amount FROM ${schema}.orders`, schedule: '5m' });
      await of(admin).table(name).refresh();
    }
    const { pgstream, most } = watched(db.url);
    // With no time to wait for each other's locks.
    const report = await pgstream.refreshAll({ tables: ['a', 'b', 'c', 'others'], lockTimeoutMs: 0 });
    expect(report).toMatchObject({ ok: true });
    expect(most()).toBeLessThanOrEqual(2);
  });

  it('a pool of one is enough, with a time-out and without', async () => {
    const { pgstream } = watched(db.url, 1);
    expect(await pgstream.refreshAll()).toMatchObject({ ok: true });
    expect(await pgstream.refreshAll({ timeoutMs: 20_000 })).toMatchObject({ ok: true });
    expect(await pgstream.refreshAll({ onlyStale: true, maxAgeMs: 0, timeoutMs: 20_000 })).toMatchObject({ ok: true });
  });
});

describe('a failure', () => {
  it('stops only what reads it, and the report says why', async () => {
    await of(admin).table('totals').suspend();
    const { pgstream } = watched(db.url);
    const report = await pgstream.refreshAll();
    expect(statuses(report)).toStrictEqual(['others refreshed', 'totals failed', 'doubled skipped', 'sum skipped']);
    expect(report.ok).toBe(false);
    const [, totals, , last] = report.results;
    expect(totals).toMatchObject({ error: { code: 'SUSPENDED', table: 'totals', schema } });
    expect(last).toMatchObject({
      because: {
        streamTable: { schema, name: 'totals' },
        path: [{ kind: 'STREAM_TABLE', name: { name: 'sum' } }, ...pathBelowSum(report)],
      },
    });
    expect(await sum()).toBe(44);
  });

  it('is told whole as JSON, too', async () => {
    await of(admin).table('totals').suspend();
    const report = await of(admin).refreshAll();
    const { results } = JSON.parse(JSON.stringify(report));
    const { error, durationMs } = results[1];
    expect(error).toMatchObject({
      name: 'PgStreamError',
      code: 'SUSPENDED',
      message: expect.stringContaining('suspended'),
    });
    expect(durationMs).toEqual(expect.any(Number));
  });

  it('because a source was dropped names the path', async () => {
    await admin.query(`CREATE TABLE ${schema}.doomed (id int PRIMARY KEY)`);
    await of(admin).create({ name: 'orphan', query: `SELECT id FROM ${schema}.doomed`, ...full });
    await of(admin).create({ name: 'above', query: `SELECT id FROM ${schema}.orphan`, ...full });
    await admin.query(`DROP TABLE ${schema}.doomed`);
    const report = await of(admin).refreshAll({ tables: ['above'] });
    expect(statuses(report)).toStrictEqual(['orphan failed', 'above skipped']);
    expect(report.results[0]).toMatchObject({
      error: {
        code: 'SOURCE_GONE',
        message: expect.stringMatching(
          new RegExp(`^"${schema}"."orphan" -> a relation that was dropped \\(oid \\d+\\): `),
        ),
        table: 'orphan',
      },
    });
  });

  it('is a cycle, whose path is named, and nothing of it is refreshed', async () => {
    await admin.query(`
      INSERT INTO pgstream.pgs_dependencies (pgs_id, source_relid, source_type)
      SELECT a.pgs_id, b.pgs_relid, 'STREAM_TABLE' FROM pgstream.pgs_stream_tables a, pgstream.pgs_stream_tables b
      WHERE a.pgs_name = 'totals' AND a.pgs_schema = '${schema}' AND b.pgs_name = 'doubled' AND b.pgs_schema = '${schema}'`);
    const { pgstream } = watched(db.url);
    const report = await pgstream.refreshAll();
    expect(statuses(report)).toStrictEqual(['doubled failed', 'others refreshed', 'totals failed', 'sum skipped']);
    expect(report.results[0]).toMatchObject({
      error: {
        code: 'CYCLE',
        message: expect.stringContaining(`"${schema}"."doubled" -> "${schema}"."totals" -> "${schema}"."doubled"`),
      },
    });
    expect(await sum()).toBe(44);
  });

  it('is that another refresh runs, where that is not to be waited for', async () => {
    await createSlow(admin);
    await of(admin).create({
      name: 'slow',
      query: `SELECT id, public.slow(amount) AS a FROM ${schema}.orders`,
      ...full,
    });
    await admin.query(`INSERT INTO ${schema}.orders (customer_id, amount) VALUES (9, 0)`);
    const other = await db.connect();
    const refreshing = other.query(`SELECT pgstream.refresh_stream_table('${schema}.slow')`).catch(() => {});
    await expect
      .poll(async () => (await admin.query(`SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'`)).rows.length)
      .toBe(1);
    const { pgstream } = watched(db.url);
    const report = await pgstream.refreshAll({ tables: ['slow', 'others'], ifBusy: 'throw' });
    expect(statuses(report)).toStrictEqual(['others refreshed', 'slow failed']);
    expect(report.results[1]).toMatchObject({ error: { code: 'REFRESH_BUSY' } });
    await admin.query(`SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'`);
    await refreshing;
  });
});

/** Between `sum` and `totals`; whether the view is on the path depends on what the extension records. */
function pathBelowSum(report: RefreshAllReport): unknown[] {
  const last = report.results.at(-1);
  const names = last?.status === 'skipped' ? last.because.path.map(({ name }) => name?.name) : [];
  expect(names.filter((name) => name !== 'positive')).toStrictEqual(['sum', 'doubled', 'totals']);
  return names.slice(1).map((name) => ({ name: { schema, name } }));
}

describe('tables', () => {
  it('are refreshed with those that they read', async () => {
    const report = await of(admin).refreshAll({ tables: ['doubled', { schema, name: 'doubled' }] });
    expect(statuses(report)).toStrictEqual(['totals refreshed', 'doubled refreshed']);
  });

  it('are refreshed alone with upstream: false, in their order still', async () => {
    const report = await of(admin).refreshAll({ tables: ['sum', 'totals'], upstream: false });
    expect(statuses(report)).toStrictEqual(['totals refreshed', 'sum refreshed']);
    await of(admin).table('totals').suspend();
    const stopped = await of(admin).refreshAll({ tables: ['sum', 'totals'], upstream: false });
    expect(statuses(stopped)).toStrictEqual(['totals failed', 'sum skipped']);
  });

  it('are NOT_FOUND before anything is refreshed', async () => {
    const { pgstream, sent } = watched(db.url);
    await expect(pgstream.refreshAll({ tables: ['totals', 'nope'] })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      table: 'nope',
    });
    expect(sent.filter((text) => text.startsWith('DO '))).toStrictEqual([]);
  });
});

describe('onlyStale', () => {
  it('leaves alone what is fresh, and refreshes what reads something that was refreshed', async () => {
    await admin.query(`UPDATE pgstream.pgs_stream_tables SET data_timestamp = data_timestamp - interval '6 min',
      last_refresh_at = last_refresh_at - interval '6 min' WHERE pgs_schema = '${schema}' AND pgs_name = 'totals'`);
    const { pgstream } = watched(db.url);
    const report = await pgstream.refreshAll({ onlyStale: true });
    expect(statuses(report)).toStrictEqual(['others fresh', 'totals refreshed', 'doubled refreshed', 'sum refreshed']);
    const again = await pgstream.refreshAll({ onlyStale: true });
    expect(statuses(again)).toStrictEqual(['others fresh', 'totals fresh', 'doubled fresh', 'sum fresh']);
    expect(again.ok).toBe(true);
  });

  it('refreshes what has no bound to judge by, unless maxAgeMs gives one', async () => {
    await of(admin).table('totals').alter({ schedule: '@hourly' });
    const tables = ['totals'];
    expect(statuses(await of(admin).refreshAll({ tables, onlyStale: true }))).toStrictEqual(['totals refreshed']);
    expect(statuses(await of(admin).refreshAll({ tables, onlyStale: true, maxAgeMs: 60_000 }))).toStrictEqual([
      'totals fresh',
    ]);
    expect(statuses(await of(admin).refreshAll({ tables, onlyStale: true, maxAgeMs: 0 }))).toStrictEqual([
      'totals refreshed',
    ]);
  });
});

describe('in a transaction', () => {
  it('one is made after the other, and a refusal is reported and leaves it usable', async () => {
    await of(admin).table('others').suspend();
    const client = await db.connect();
    await client.query('BEGIN');
    await client.query(`INSERT INTO ${schema}.orders (customer_id, amount) VALUES (4, 1000)`);
    const report = await of(client).refreshAll();
    expect(statuses(report)).toStrictEqual(['others failed', 'totals refreshed', 'doubled refreshed', 'sum refreshed']);
    expect(await sum(client)).toBe(2244);
    await client.query('ROLLBACK');
    expect(await sum()).toBe(44);
  });

  it('an error that has ended it is thrown', async () => {
    await admin.query(`CREATE TABLE ${schema}.divisors (id int PRIMARY KEY, divisor int)`);
    await of(admin).create({
      name: 'broken',
      query: `SELECT id, 1 / divisor AS part FROM ${schema}.divisors`,
      ...full,
    });
    await admin.query(`INSERT INTO ${schema}.divisors VALUES (1, 0)`);
    const client = await db.connect();
    await client.query('BEGIN');
    await expect(of(client).refreshAll()).rejects.toMatchObject({ sqlState: '22012', table: 'broken' });
    await client.query('ROLLBACK');
    expect(statuses(await of(admin).refreshAll({ tables: ['broken', 'totals'] }))).toStrictEqual([
      'broken failed',
      'totals refreshed',
    ]);
  });
});

describe('signal', () => {
  it('ends the call, and nothing further is begun', async () => {
    // The first refresh after create is a full one, which waits for nobody.
    await of(admin).table('totals').refresh();
    const client = await db.connect();
    await client.query('BEGIN');
    await client.query(`LOCK TABLE ${schema}.orders IN ROW EXCLUSIVE MODE`);
    const { pgstream, sent } = watched(db.url);
    const ending = new AbortController();
    const refreshing = pgstream.refreshAll({ tables: ['sum'], lockTimeoutMs: 20_000, signal: ending.signal });
    await untilAnyoneWaitsFor(admin, `${schema}.orders`);
    ending.abort(new Error('shutting down'));
    await expect(refreshing).rejects.toMatchObject({ code: 'ABORTED', cause: new Error('shutting down') });
    await client.query('COMMIT');
    expect(
      sent.filter((text) => text.startsWith('DO ') && text.includes(Buffer.from('doubled').toString('hex'))),
    ).toStrictEqual([]);
  });

  it('ends it while the catalog is being read, too', async () => {
    const holder = await db.connect();
    await holder.query('BEGIN');
    await holder.query(inItsNames('LOCK TABLE pgstream.pgs_stream_tables'));
    const { pgstream } = watched(db.url);
    const ending = new AbortController();
    const refreshing = pgstream.refreshAll({ signal: ending.signal });
    await untilAnyoneWaitsFor(admin, inItsNames('pgstream.pgs_stream_tables'));
    ending.abort();
    await expect(refreshing).rejects.toMatchObject({ code: 'ABORTED' });
    await holder.query('ROLLBACK');
  });

  it('that has fired already sends nothing', async () => {
    const { pgstream, sent } = watched(db.url);
    await expect(pgstream.refreshAll({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
    expect(sent).toStrictEqual([]);
  });
});

describe('onProgress', () => {
  it('is told when a refresh begins, and when a stream table is done with', async () => {
    await of(admin).table('doubled').suspend();
    const told: string[] = [];
    const onProgress = ({ streamTable, result, done, total }: RefreshAllProgress): void => {
      told.push(`${streamTable.name} ${result?.status ?? '…'} ${done}/${total}`);
    };
    await of(admin).refreshAll({ tables: ['sum'], onProgress });
    expect(told).toStrictEqual([
      'totals … 0/3',
      'totals refreshed 1/3',
      'doubled … 1/3',
      'doubled failed 2/3',
      'sum skipped 3/3',
    ]);
  });

  it('ends the call by what it throws', async () => {
    const { pgstream, sent } = watched(db.url);
    const enough = new Error('enough');
    const onProgress = ({ result }: RefreshAllProgress): void => {
      if (result) throw enough;
    };
    await expect(pgstream.refreshAll({ onProgress, concurrency: 1 })).rejects.toBe(enough);
    expect(sent.filter((text) => text.startsWith('DO '))).toHaveLength(1);
  });
});

describe.runIf(extension.hasWideCatalog)('on pg_trickle', () => {
  it('what changes with its sources is fresh', async () => {
    await of(admin).create({
      name: 'now',
      query: totalsOf(`${schema}.orders`),
      refreshMode: 'IMMEDIATE',
      schedule: null,
    });
    const { pgstream, sent } = watched(db.url);
    expect(statuses(await pgstream.refreshAll({ tables: ['now'] }))).toStrictEqual(['now fresh']);
    expect(sent.filter((text) => text.startsWith('DO '))).toStrictEqual([]);
  });

  it('what another program refreshes is left to it, unless it is named', async () => {
    await admin.query(`SELECT pgtrickle.set_orchestration_mode('${schema}.others'::regclass, 'EXTERNAL')`);
    expect(statuses(await of(admin).refreshAll())).not.toContain('others failed');
    const named = await of(admin).refreshAll({ tables: ['others'] });
    expect(named.results).toMatchObject([{ status: 'failed', error: { code: 'EXTERNALLY_ORCHESTRATED' } }]);
  });
});
