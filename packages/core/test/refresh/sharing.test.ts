import { testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { createPgStream, type PgStream, type SqlExecutor } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { createScene, order, pooled, totalOf3, type Scene } from './scene.ts';

const db = testDatabase();
let admin: Client;

beforeAll(async () => {
  admin = await db.connect();
});

/** Stream tables over an executor that counts its refreshes; the first ones can be held up before they are sent. */
function counting(executor: SqlExecutor): { pgstream: PgStream; sent: () => number; hold: () => () => void } {
  let sent = 0;
  let gate = Promise.resolve();
  const pgstream = createPgStream({
    scope: executor.scope,
    transaction: executor.transaction,
    async query(text, params) {
      if (!text.includes('.refresh_stream_table(')) return executor.query(text, params);
      sent += 1;
      await gate;
      return executor.query(text, params);
    },
  });
  return {
    pgstream,
    sent: () => sent,
    hold() {
      let release: (() => void) | undefined;
      gate = new Promise((resolve) => {
        release = resolve;
      });
      return () => release?.();
    },
  };
}

describe('overlapping refreshes', () => {
  it('1,000 concurrent calls, each after its own write, send at most two', async () => {
    const scene = await createScene(admin);
    const { pool } = pooled(db.url, { max: 6 });
    const { pgstream, sent, hold } = counting(fromPg(pool));
    const table = pgstream.table(scene.name);
    const release = hold();
    const first = table.refresh();
    await expect.poll(sent, { interval: 5 }).toBe(1);
    let called = 0;
    const others = Array.from({ length: 999 }, async () => {
      await pool.query(`INSERT INTO ${scene.orders} (customer_id, amount) VALUES (3, 1)`);
      const refreshed = table.refresh({});
      called += 1;
      return refreshed;
    });
    await expect.poll(() => called, { interval: 5, timeout: 10_000 }).toBe(999);
    release();
    await expect(first).resolves.toMatchObject({ status: 'refreshed', shared: false });
    const results = await Promise.all(others);
    expect(results.filter(({ shared }) => !shared)).toHaveLength(1);
    expect(sent()).toBe(2);
    expect(await totalOf3(admin, scene)).toBe(999);
  }, 20_000);

  it('that come one after the other: each has its own committed write when it returns', async () => {
    const scene = await createScene(admin);
    const { pool } = pooled(db.url, { max: 6 });
    const { pgstream, sent } = counting(fromPg(pool));
    const missing = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const customer = 1000 + index;
        await pool.query(`INSERT INTO ${scene.orders} (customer_id, amount) VALUES ($1, 1)`, [customer]);
        await pgstream.table(scene.name).refresh({ lockTimeoutMs: 60_000 });
        const { rowCount } = await pool.query(`SELECT FROM ${scene.schema}.totals WHERE customer_id = $1`, [customer]);
        return rowCount === 1 ? [] : [customer];
      }),
    );
    expect(missing.flat()).toEqual([]);
    expect(sent()).toBeLessThan(200);
  }, 20_000);

  it('a call that comes while one runs does not get that one: it may have begun before the write', async () => {
    const scene = await createScene(admin);
    const { pool } = pooled(db.url);
    const { pgstream, sent } = counting(fromPg(pool));
    const table = pgstream.table(scene.name);
    const writer = await db.connect();
    await writer.query('BEGIN');
    await order(writer, scene, 1);
    const running = table.refresh({ lockTimeoutMs: 60_000 });
    await expect.poll(sent, { interval: 5 }).toBe(1);
    const later = table.refresh({ lockTimeoutMs: 60_000 });
    await writer.query('COMMIT');
    await Promise.all([running, later]);
    expect(sent()).toBe(2);
  });

  it('with other options, another stream table, another scope or in a transaction are sent by themselves', async () => {
    const scene = await createScene(admin);
    const other = await createScene(admin);
    const { pool } = pooled(db.url, { max: 8 });
    const elsewhere = pooled(db.url);
    const { pgstream, sent } = counting(fromPg(pool));
    const inside = await pool.connect();
    await inside.query('BEGIN');
    const results = await Promise.all([
      pgstream.table(scene.name).refresh({ ifBusy: 'wait' }),
      pgstream.table(scene.name).refresh({ ifBusy: 'wait', timeoutMs: 20_000 }),
      pgstream.table(other.name).refresh({ ifBusy: 'wait' }),
      elsewhere.pgstream.table(scene.name).refresh({ ifBusy: 'wait' }),
    ]);
    const own = createPgStream(fromPg(inside, { scope: pool })).table(scene.name);
    results.push(await own.refresh(), await own.refresh());
    await inside.query('COMMIT');
    inside.release();
    // Who had to wait may have been satisfied by who refreshed meanwhile, as by another process.
    expect(results.filter(({ status }) => status === 'refreshed')).toHaveLength(6);
    expect(results.slice(4).map(({ shared }) => shared)).toEqual([false, false]);
    expect(sent()).toBeGreaterThanOrEqual(3);
  });

  it('share a failure, too, and the next call begins anew', async () => {
    const scene = await createScene(admin);
    const { pool } = pooled(db.url);
    const { pgstream, sent, hold } = counting(fromPg(pool));
    const table = pgstream.table(scene.name);
    await table.suspend();
    const release = hold();
    const calls = [table.refresh()];
    await expect.poll(sent, { interval: 5 }).toBe(1);
    calls.push(table.refresh(), table.refresh(), table.refresh());
    release();
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes).toEqual(
      calls.map(
        () => expect.objectContaining({ reason: expect.objectContaining({ code: 'SUSPENDED' }) as unknown }) as unknown,
      ),
    );
    expect(sent()).toBe(2);
    await table.resume();
    await expect(table.refresh()).resolves.toMatchObject({ status: 'refreshed', shared: false });
  });
});

/** One refresh runs, held up. */
async function waiting(scene: Scene) {
  const { pool } = pooled(db.url);
  const { pgstream, sent, hold } = counting(fromPg(pool));
  const table = pgstream.table(scene.name);
  const release = hold();
  const first = table.refresh();
  await expect.poll(sent, { interval: 5 }).toBe(1);
  return { table, sent, release, first };
}

describe('an aborted call', () => {
  it('ends its own waiting only: the others get their refresh', async () => {
    const scene = await createScene(admin);
    const { table, sent, release, first } = await waiting(scene);
    const controller = new AbortController();
    const aborted = table.refresh({ signal: controller.signal });
    const other = table.refresh();
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED', cause: reason });
    release();
    await expect(Promise.all([first, other])).resolves.toMatchObject([
      { status: 'refreshed' },
      { status: 'refreshed' },
    ]);
    expect(sent()).toBe(2);
  });

  it('that nobody shared is not sent any more, and later calls do not join it', async () => {
    const scene = await createScene(admin);
    const { table, sent, release, first } = await waiting(scene);
    const controller = new AbortController();
    const aborted = table.refresh({ signal: controller.signal });
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
    const later = table.refresh();
    release();
    await expect(Promise.all([first, later])).resolves.toMatchObject([{ shared: false }, { shared: false }]);
    expect(sent()).toBe(2);
  });

  it('is refused at once when its signal has fired before', async () => {
    const scene = await createScene(admin);
    const { pool } = pooled(db.url);
    const { pgstream, sent } = counting(fromPg(pool));
    const refused = pgstream.table(scene.name).refresh({ signal: AbortSignal.abort() });
    await expect(refused).rejects.toMatchObject({ code: 'ABORTED' });
    expect(sent()).toBe(0);
  });

  it('stops trying again while it waits for a writer', async () => {
    const scene = await createScene(admin);
    const writer = await db.connect();
    await writer.query('BEGIN');
    await order(writer, scene, 1);
    const { pool } = pooled(db.url);
    const { pgstream, sent } = counting(fromPg(pool));
    const controller = new AbortController();
    const aborted = pgstream.table(scene.name).refresh({ signal: controller.signal, lockTimeoutMs: 60_000 });
    await expect.poll(sent, { interval: 5 }).toBe(1);
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
    await writer.query('COMMIT');
    await expect(pgstream.table(scene.name).refresh({ ifBusy: 'wait' })).resolves.toMatchObject({ shared: false });
  });
});
