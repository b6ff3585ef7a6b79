import { extension, testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  createPgStream,
  refreshFunctionSql,
  type RefreshOptions,
  type SqlExecutor,
  type StreamTable,
} from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { createScene, createSource, createWarm, order, pooled, through, totalOf3, type Scene } from './scene.ts';

/** Each pool here is as a process of its own: nothing but the server is between them. */
const db = testDatabase();
let admin: Client;
let scene: Scene;

beforeAll(async () => {
  admin = await db.connect();
});

beforeEach(async () => {
  scene = await createScene(admin);
});

/** An executor that counts what may be refused because somebody is in the way: refreshes, and turns to ask for one. */
function counting(executor: SqlExecutor, count: () => void): SqlExecutor {
  const { begin } = executor;
  return {
    ...executor,
    query(text, params) {
      if (text.startsWith('DO') || text.includes('try_advisory')) count();
      return executor.query(text, params);
    },
    begin: begin && ((work) => begin((ours) => work(counting(ours, count)))),
  };
}

/** The stream table as a process of its own has it. */
function process(name: Scene['name']): { table: StreamTable; attempts: () => number } {
  let attempts = 0;
  const executor = counting(fromPg(pooled(db.url).pool), () => {
    attempts += 1;
  });
  return { table: createPgStream(executor).table(name), attempts: () => attempts };
}

/** A call of a process of its own that was refused once, and waits. */
async function waiting<T>(
  call: (table: StreamTable) => Promise<T>,
  name = scene.name,
): Promise<{ result: Promise<T> }> {
  const { table, attempts } = process(name);
  const result = call(table);
  result.catch(() => {});
  await expect.poll(attempts, { interval: 5 }).toBeGreaterThan(1);
  return { result };
}

const refresh =
  (options: RefreshOptions = {}) =>
  (table: StreamTable) =>
    table.refresh({ ifBusy: 'wait', lockTimeoutMs: 60_000, ...options });

/** Keeps a stream table busy, as a refresh in an open transaction does. */
async function busy(name = scene.name, isolation = 'READ COMMITTED'): Promise<Client> {
  const holder = await db.connect();
  await holder.query(`BEGIN ISOLATION LEVEL ${isolation}`);
  await holder.query(
    `SELECT pg_advisory_xact_lock(s.pgs_id) FROM (
      SELECT pgs_id FROM pgstream.pgs_stream_tables WHERE pgs_schema = $1 AND pgs_name = $2 FOR UPDATE) s`,
    [name.schema, name.name],
  );
  return holder;
}

/** Lets them go on who wait, after a write, with which the log goes on. */
async function goOn(holder: Client): Promise<void> {
  await order(admin, scene, 1);
  await holder.query('ROLLBACK');
}

describe('a call that had to wait', () => {
  it.each<[string, (table: StreamTable) => Promise<{ status: string; shared: boolean }>]>([
    ['refresh()', refresh()],
    ['refresh() with a bound', refresh({ timeoutMs: 60_000 })],
    ['refresh() without locks', refresh({ lockSources: false })],
    ['refresh() as the owner', refresh({ as: 'postgres' })],
    ['refreshIfStale()', (table) => table.refreshIfStale({ maxAgeMs: 0 })],
  ])('shares the refresh of another process that began later: %s', async (_, call) => {
    const holder = await busy();
    await order(admin, scene, 5);
    const calls = [await waiting(call), await waiting(call), await waiting(call)];
    await goOn(holder);
    const results = await Promise.all(calls.map(({ result }) => result));
    expect(results.map(({ status }) => status)).toEqual(['refreshed', 'refreshed', 'refreshed']);
    expect(results.filter(({ shared }) => !shared)).toHaveLength(1);
    expect(await totalOf3(admin, scene)).toBe(6);
  });

  it.skipIf(extension.checksOuterOwner)('shares it through a refresh function', async () => {
    await admin.query(refreshFunctionSql([scene.name], { dialect: extension.name }));
    const call = refresh({ via: 'pgstream_refresh' });
    const holder = await busy();
    const calls = [await waiting(call), await waiting(call)];
    await goOn(holder);
    const results = await Promise.all(calls.map(({ result }) => result));
    expect(results.filter(({ shared }) => shared)).toHaveLength(1);
  });

  it('shares it when it was a writer that it waited for', async () => {
    await admin.query(`ALTER ROLE postgres IN DATABASE ${db.name} SET deadlock_timeout = '20ms'`);
    onTestFinished(async () => void (await admin.query(`ALTER ROLE postgres IN DATABASE ${db.name} RESET ALL`)));
    const writer = await db.connect();
    await writer.query('BEGIN');
    await order(writer, scene, 5);
    const call = refresh({ lockTimeoutMs: 60_000 });
    const calls = [await waiting(call), await waiting(call)];
    await writer.query('COMMIT');
    const results = await Promise.all(calls.map(({ result }) => result));
    expect(results.filter(({ shared }) => shared)).toHaveLength(1);
    expect(await totalOf3(admin, scene)).toBe(5);
  });

  it('asks no clock but that of the server', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    onTestFinished(() => void vi.useRealTimers());
    const holder = await busy();
    const calls = [await waiting(refresh()), await waiting(refresh())];
    await goOn(holder);
    const results = await Promise.all(calls.map(({ result }) => result));
    expect(results.filter(({ shared }) => shared)).toHaveLength(1);
  });

  it('refreshes itself after a refresh that saw less: its snapshot was taken before the call', async () => {
    const name = FULL();
    await createWarm(admin, name, scene.query, 'FULL');
    const older = await busy(name, 'REPEATABLE READ');
    await order(admin, scene, 5);
    const { result } = await waiting(refresh(), name);
    await order(admin, scene, 1);
    await older.query(`SELECT pgstream.refresh_stream_table('${name.schema}.${name.name}')`);
    await older.query('COMMIT');
    await expect(result).resolves.toMatchObject({ status: 'refreshed', shared: false });
    expect(await totalOf3(admin, { name })).toBe(6);
  });

  it('shares nothing in a transaction, nor where nobody can tell', async () => {
    const holder = await busy();
    const client = await db.connect();
    await client.query('BEGIN');
    await expect(refresh()(through(client, scene))).rejects.toMatchObject({ code: 'REFRESH_BUSY' });
    const unknown = createPgStream({ ...fromPg(pooled(db.url).pool), transaction: 'unknown' }).table(scene.name);
    await expect(refresh()(unknown)).rejects.toMatchObject({ code: 'REFRESH_BUSY' });
    await holder.query('ROLLBACK');
    await expect(refresh()(through(client, scene))).resolves.toMatchObject({ shared: false });
  });
});

/** SQL for the frontier that a refresh leaves which begins now; changes to it follow. */
const reached = `jsonb_set(frontier, '{sources}', (SELECT jsonb_object_agg(d.source_relid,
    jsonb_build_object('lsn', pg_current_wal_insert_lsn() + 1, 'snapshot_ts', now()))
  FROM pgstream.pgs_dependencies d WHERE d.pgs_id = s.pgs_id))`;
const LATER = 'last_refresh_at = clock_timestamp()';

const FULL = (): Scene['name'] => ({ schema: scene.schema, name: 'anew' });

/** What comes of a call that waited, when the catalog row is changed while it does, and whether it has refreshed. */
async function afterChange(change: string, name = scene.name): Promise<{ shared: boolean; refreshed: boolean }> {
  const named = `pgs_schema = '${name.schema}' AND pgs_name = '${name.name}'`;
  const holder = await busy(name);
  const { result } = await waiting(refresh(), name);
  await holder.query(`UPDATE pgstream.pgs_stream_tables s SET ${change} WHERE ${named}`);
  const { rows: before } = await holder.query<{ xid: string }>('SELECT pg_current_xact_id()::xid::text AS xid');
  await holder.query('COMMIT');
  const { shared } = await result;
  const { rows: after } = await admin.query<{ xid: string }>(
    `SELECT xmin::text AS xid FROM pgstream.pgs_stream_tables WHERE ${named}`,
  );
  return { shared, refreshed: after[0]?.xid !== before[0]?.xid };
}

const ENOUGH = { shared: true, refreshed: false };
const NOT_ENOUGH = { shared: false, refreshed: true };

const rowsOf = (source: string): string => `SELECT '${source}' AS part, id, amount FROM ${source}`;

describe('what a call that waited takes for enough', () => {
  it('is a refresh that began later, and a frontier that has gone past where the log was', async () => {
    expect(await afterChange(`${LATER}, frontier = ${reached}`)).toEqual(ENOUGH);
  });

  it.each<[string, string]>([
    ['a time alone: its scheduler found nothing to do, or held the frontier back behind a writer', LATER],
    ['a frontier alone: the refresh began before the call', `frontier = ${reached}`],
    ['a clock that was put back since that refresh', `last_refresh_at = clock_timestamp() + interval '1 hour'`],
    ['a frontier without that source', `${LATER}, frontier = jsonb_set(${reached}, '{sources}', '{}')`],
    ['another stream table of that name', `${LATER}, frontier = ${reached}, created_at = clock_timestamp()`],
    ['one that was never filled', `${LATER}, frontier = ${reached}, is_populated = false`],
    ['one that has to be made anew', `${LATER}, frontier = ${reached}, needs_reinit = true`],
  ])('is not %s', async (_, change) => {
    expect(await afterChange(change)).toEqual(NOT_ENOUGH);
  });

  it('is not one that was suspended since', async () => {
    await expect(afterChange(`${LATER}, frontier = ${reached}, status = 'SUSPENDED'`)).rejects.toMatchObject({
      code: 'SUSPENDED',
    });
  });

  it('is not a frontier that is not written as positions, which is no error either', async () => {
    await createWarm(admin, FULL(), scene.query, 'FULL');
    expect(await afterChange(`${LATER}, frontier = ${reached}`, FULL())).toEqual(ENOUGH);
    const otherwise = `replace((${reached})::text, '"lsn": "', '"lsn": "at ')::jsonb`;
    expect(await afterChange(`${LATER}, frontier = ${otherwise}`, FULL())).toEqual(NOT_ENOUGH);
  });

  it('is not a frontier that has gone past it for one of two sources', async () => {
    const name = { schema: scene.schema, name: 'both' };
    const other = `${scene.schema}.more`;
    await createSource(admin, other);
    await createWarm(admin, name, `${rowsOf(scene.orders)} UNION ALL ${rowsOf(other)}`);
    const place = `ARRAY['sources', '${other}'::regclass::oid::text]`;
    for (const behind of [`jsonb_set(${reached}, ${place} || 'lsn'::text, '"0/1"')`, `${reached} #- ${place}`]) {
      expect(await afterChange(`${LATER}, frontier = ${behind}`, name)).toEqual(NOT_ENOUGH);
    }
    expect(await afterChange(`${LATER}, frontier = ${reached}`, name)).toEqual(ENOUGH);
  });

  it('is not a time alone where the sources are stream tables, of which there is no frontier', async () => {
    const name = { schema: scene.schema, name: 'upper' };
    await createWarm(admin, name, `SELECT customer_id, total FROM ${scene.schema}.totals`);
    expect(await afterChange(LATER, name)).toEqual(NOT_ENOUGH);
  });
});
