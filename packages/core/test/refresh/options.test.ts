import { testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createPgStream,
  type PgStream,
  type RefreshAllOptions,
  type RefreshOptions,
  type SqlExecutor,
} from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { createScene, createSlow, createWarm, order, pooled, through, totalOf3, type Scene } from './scene.ts';

const db = testDatabase();
let admin: Client;
let other: Client;

beforeAll(async () => {
  admin = await db.connect();
  other = await db.connect();
  await createSlow(admin);
});

async function besideAnother(options: RefreshOptions): Promise<{ refreshed: Promise<unknown>; scene: Scene }> {
  const scene = await createScene(admin);
  await other.query('BEGIN');
  await order(other, scene, 100);
  await through(other, scene).refresh();
  const refreshed = pooled(db.url).pgstream.table(scene.name).refresh(options);
  return { refreshed, scene };
}

describe('ifBusy', () => {
  it('throws by default', async () => {
    const { refreshed } = await besideAnother({});
    await expect(refreshed).rejects.toMatchObject({ code: 'REFRESH_BUSY', sqlState: 'XX000' });
    await other.query('COMMIT');
  });

  it('skip: is no error, and says so', async () => {
    const { refreshed } = await besideAnother({ ifBusy: 'skip' });
    await expect(refreshed).resolves.toMatchObject({ status: 'skipped', shared: false });
    await other.query('COMMIT');
  });

  it('wait: refreshes when the other is over', async () => {
    const { refreshed, scene } = await besideAnother({ ifBusy: 'wait' });
    const early = await Promise.race([refreshed.then(() => 'refreshed'), admin.query('SELECT pg_sleep(0.3)')]);
    expect(early).not.toBe('refreshed');
    await other.query('COMMIT');
    await expect(refreshed).resolves.toMatchObject({ status: 'refreshed' });
    expect(await totalOf3(admin, scene)).toBe(100);
  });

  it('wait: throws when timeoutMs is over', async () => {
    const { refreshed } = await besideAnother({ ifBusy: 'wait', timeoutMs: 300 });
    await expect(refreshed).rejects.toMatchObject({ code: 'REFRESH_BUSY' });
    await other.query('COMMIT');
  });
});

async function slowTable(): Promise<Scene> {
  const scene = await createScene(admin);
  const name = { schema: scene.schema, name: 'slow' };
  await createWarm(admin, name, `SELECT id, customer_id, public.slow(amount) AS total FROM ${scene.orders}`);
  await order(admin, scene, 0);
  return { ...scene, name };
}

async function running(): Promise<number> {
  const { rows } = await admin.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
  );
  return rows.length;
}

describe('timeoutMs', () => {
  it('is kept by the server where a transaction of ours is possible: the statement is over', async () => {
    const scene = await slowTable();
    const { pool, pgstream } = pooled(db.url, { max: 1 });
    await expect(pgstream.table(scene.name).refresh({ timeoutMs: 300 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      sqlState: '57014',
    });
    expect(await running()).toBe(0);
    const { rows } = await pool.query('SHOW statement_timeout');
    expect(rows).toEqual([{ statement_timeout: '0' }]);
  });

  it('elsewhere ends the waiting alone: the statement goes on', async () => {
    const scene = await slowTable();
    const { pool } = pooled(db.url, { max: 1 });
    const { begin: _, ...executor }: SqlExecutor = fromPg(pool);
    const table = createPgStream(executor).table(scene.name);
    await expect(table.refresh({ timeoutMs: 300 })).rejects.toMatchObject({ code: 'TIMEOUT', sqlState: undefined });
    expect(await running()).toBe(1);
    await admin.query(
      `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
    );
    await expect.poll(running, { timeout: 10_000 }).toBe(0);
  });

  it('does no harm to a refresh that is fast enough', async () => {
    const scene = await createScene(admin);
    await order(admin, scene, 100);
    await pooled(db.url).pgstream.table(scene.name).refresh({ timeoutMs: 60_000 });
    expect(await totalOf3(admin, scene)).toBe(100);
  });
});

describe('options that cannot be', () => {
  it.each([
    [{ lockTimeoutMs: -1 }, 'INVALID_ARGUMENT'],
    [{ lockTimeoutMs: Number.NaN }, 'INVALID_ARGUMENT'],
    [{ lockTimeoutMs: Number.POSITIVE_INFINITY }, 'INVALID_ARGUMENT'],
    [{ lockTimeoutMs: '1; DROP TABLE x' as unknown as number }, 'INVALID_ARGUMENT'],
    [{ pace: 'no' as unknown as boolean }, 'INVALID_ARGUMENT'],
    [{ timeoutMs: 0 }, 'INVALID_ARGUMENT'],
    [{ timeoutMs: '5s' as unknown as number }, 'INVALID_ARGUMENT'],
    [{ ifBusy: 'retry' as 'wait' }, 'INVALID_ARGUMENT'],
    [{ via: '' }, 'INVALID_NAME'],
    [{ via: 'pgstream_refresh', lockSources: false }, 'INVALID_ARGUMENT'],
  ] satisfies [RefreshOptions, string][])('%j is refused before anything is sent', async (options, code) => {
    const { pgstream, sent } = sendingNothing();
    await expect(pgstream.table('totals').refresh(options)).rejects.toMatchObject({ code });
    expect(sent).toEqual([]);
  });
});

/** For what has to be refused before that. */
function sendingNothing(): { pgstream: PgStream; sent: string[] } {
  const sent: string[] = [];
  const pgstream = createPgStream({
    scope: {},
    transaction: 'none',
    async query(text) {
      sent.push(text);
      return [];
    },
  });
  return { pgstream, sent };
}

describe('options of refreshAll()', () => {
  it.each([
    [{ concurrency: 0 }, /concurrency/],
    [{ concurrency: 1.5 }, /concurrency/],
    [{ maxAgeMs: 5 }, /onlyStale/],
    [{ onlyStale: true, maxAgeMs: -1 }, /maxAgeMs/],
    [{ ifBusy: 'skip' as 'wait' }, /skip/],
    [{ lockTimeoutMs: -1 }, /lockTimeoutMs/],
  ] satisfies [RefreshAllOptions, RegExp][])('%j is refused before anything is sent', async (options, message) => {
    const { pgstream, sent } = sendingNothing();
    await expect(pgstream.refreshAll(options)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message),
    });
    expect(sent).toEqual([]);
  });
});

describe('a name', () => {
  it.each([
    `x'); drop table t; --`,
    `$pgstream$ END $pgstream$; DROP TABLE t; --`,
    '"Weird Name"',
    'ünïcode ☃',
    `back\\slash'`,
  ])('%s is looked for as it is written, and never executed', async (name) => {
    const { pgstream } = pooled(db.url);
    await expect(pgstream.table(name).refresh()).rejects.toMatchObject({
      code: 'NOT_FOUND',
      table: name,
      cause: { message: `stream table not found: public.${name}` },
    });
  });
});
