import { setTimeout as sleep } from 'node:timers/promises';
import { testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPgStream, type StreamTable } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { createScene, order, pooled, through, totalOf3, untilAnyoneWaitsFor, type Scene } from './scene.ts';

const db = testDatabase();
let admin: Client;
let scene: Scene;

beforeAll(async () => {
  admin = await db.connect();
  // Each transaction that moves the time of a refresh, whoever refreshes.
  await admin.query(`
    CREATE TABLE public.refreshes (name text, xid xid8);
    CREATE FUNCTION public.record() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
      INSERT INTO public.refreshes VALUES (NEW.pgs_schema, pg_current_xact_id());
      RETURN NULL;
    END $$;
    CREATE TRIGGER record AFTER UPDATE OF last_refresh_at ON pgstream.pgs_stream_tables
    FOR EACH ROW WHEN (OLD.last_refresh_at IS DISTINCT FROM NEW.last_refresh_at) EXECUTE FUNCTION public.record()`);
});

beforeEach(async () => {
  scene = await createScene(admin);
  await admin.query('TRUNCATE public.refreshes');
});

async function refreshes(): Promise<number> {
  const { rows } = await admin.query<{ n: number }>(
    'SELECT count(DISTINCT xid)::int AS n FROM public.refreshes WHERE name = $1',
    [scene.schema],
  );
  return rows[0]?.n ?? Number.NaN;
}

/** Longer ago than that, and by the server's clock. */
async function aged(ms: number): Promise<void> {
  await admin.query('SELECT pg_sleep($1)', [(ms + 5) / 1000]);
}

/** Has the last refresh be so long ago. */
async function anHourAgo(): Promise<void> {
  await admin.query(
    `UPDATE pgstream.pgs_stream_tables SET last_refresh_at = last_refresh_at - interval '1 hour' WHERE pgs_schema = $1`,
    [scene.schema],
  );
  await admin.query('TRUNCATE public.refreshes');
}

/** The stream table as that many processes have it, which share nothing. */
const processes = (count: number): StreamTable[] =>
  Array.from({ length: count }, () => pooled(db.url, { max: 1 }).pgstream.table(scene.name));

describe('refreshIfStale()', () => {
  it('leaves alone what is fresh, for one statement', async () => {
    const { pool } = pooled(db.url);
    const executor = fromPg(pool);
    const sent: string[] = [];
    const pgstream = createPgStream({
      ...executor,
      query(text, params) {
        sent.push(text);
        return executor.query(text, params);
      },
    });
    await pgstream.dialect();
    sent.length = 0;
    expect(await pgstream.table(scene.name).refreshIfStale({ maxAgeMs: 3_600_000 })).toEqual({
      status: 'fresh',
      shared: false,
      durationMs: 0,
    });
    expect(sent).toHaveLength(1);
    expect(await refreshes()).toBe(0);
  });

  it('refreshes what is older than the bound', async () => {
    await order(admin, scene, 3);
    await aged(20);
    const table = pooled(db.url).pgstream.table(scene.name);
    expect(await table.refreshIfStale({ maxAgeMs: 20 })).toMatchObject({ status: 'refreshed', shared: false });
    expect(await totalOf3(admin, scene)).toBe(3);
    expect(await refreshes()).toBe(1);
  });

  it('refreshes once for 1,000 calls of a process', async () => {
    await aged(20);
    const table = pooled(db.url, { max: 6 }).pgstream.table(scene.name);
    const called = Array.from({ length: 1_000 }, () => table.refreshIfStale({ maxAgeMs: 20 }));
    const results = await Promise.all(called);
    expect(results.filter(({ shared }) => !shared)).toMatchObject([{ status: 'refreshed' }]);
    expect(await refreshes()).toBe(1);
  });

  it('refreshes once for twenty calls of each of fifteen processes', async () => {
    const bound = { maxAgeMs: 60_000 };
    await anHourAgo();
    const calls = processes(15).flatMap((table) => Array.from({ length: 20 }, () => table.refreshIfStale(bound)));
    const statuses = (await Promise.all(calls)).filter(({ shared }) => !shared).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([...Array.from({ length: 14 }, () => 'fresh'), 'refreshed']);
    expect(await refreshes()).toBe(1);
  });

  it('waits for another process that is at it, and finds it fresh; or says that it is busy', async () => {
    await anHourAgo();
    const [first, second, third] = processes(3);
    const writer = await db.connect();
    await writer.query('BEGIN');
    await order(writer, scene, 5);
    const bound = { maxAgeMs: 60_000 };
    const refreshing = first?.refreshIfStale({ ...bound, lockTimeoutMs: 60_000 });
    await untilAnyoneWaitsFor(admin, scene.orders);
    const waiting = second?.refreshIfStale(bound);
    expect(await third?.refreshIfStale({ ...bound, ifBusy: 'skip' })).toMatchObject({ status: 'skipped' });
    await expect(third?.refreshIfStale({ ...bound, ifBusy: 'throw' })).rejects.toMatchObject({ code: 'REFRESH_BUSY' });
    await writer.query('COMMIT');
    // As a rule the first; but it leaves its turn between two waits for the writer.
    const statuses = [(await refreshing)?.status, (await waiting)?.status];
    expect(new Set(statuses)).toEqual(new Set(['refreshed', 'fresh']));
    expect(await refreshes()).toBe(1);
    expect(await totalOf3(admin, scene)).toBe(5);
  });

  it.each([{}, { ifBusy: undefined }])('waits for what is busy unless it is told not to: %o', async (options) => {
    const { pgstream } = pooled(db.url);
    const holder = await db.connect();
    await holder.query('BEGIN');
    await createPgStream(fromPg(holder)).table(scene.name).refresh();
    await expect(pgstream.table(scene.name).refreshIfStale({ maxAgeMs: 0, ifBusy: 'throw' })).rejects.toMatchObject({
      code: 'REFRESH_BUSY',
    });
    const waiting = pgstream.table(scene.name).refreshIfStale({ maxAgeMs: 0, ...options });
    await sleep(100);
    await holder.query('COMMIT');
    expect((await waiting).status).toBe('refreshed');
  });

  it('asks and refreshes in the transaction of the caller', async () => {
    const client = await db.connect();
    await client.query('BEGIN');
    await order(client, scene, 4);
    const table = through(client, scene);
    expect(await table.refreshIfStale({ maxAgeMs: 3_600_000 })).toMatchObject({ status: 'fresh' });
    expect(await table.refreshIfStale({ maxAgeMs: 0 })).toMatchObject({ status: 'refreshed', shared: false });
    expect(await totalOf3(client, scene)).toBe(4);
    await client.query('ROLLBACK');
    expect(await totalOf3(admin, scene)).toBe(0);
  });

  it('is aborted, times out and fails as refresh() does', async () => {
    const table = pooled(db.url).pgstream.table(scene.name);
    await expect(table.refreshIfStale({ maxAgeMs: 0, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    });
    await expect(table.refreshIfStale({ maxAgeMs: -1 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await table.suspend();
    await expect(table.refreshIfStale({ maxAgeMs: 0 })).rejects.toMatchObject({ code: 'SUSPENDED' });
  });

  it('wants a bound where the schedule gives none', async () => {
    const name = { schema: scene.schema, name: 'monthly' };
    const query = `SELECT id FROM ${scene.orders}`;
    const table = await createPgStream(fromPg(admin)).create({ name, query, schedule: '0 0 1 * *' });
    await expect(table.refreshIfStale()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/monthly"? has no bound .* maxAgeMs/) as string,
    });
    expect(await table.refreshIfStale({ maxAgeMs: 3_600_000 })).toMatchObject({ status: 'fresh' });
  });
});
