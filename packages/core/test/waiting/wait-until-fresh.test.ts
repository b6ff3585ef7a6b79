import { AsyncLocalStorage } from 'node:async_hooks';
import { extension, onPgTrickle, testDatabase, testRole } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createPgStream, type Lsn, type StreamTable, type Wakeups } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { createScene, createWarm, order, pooled, through, type Scene } from '../refresh/scene.ts';

const db = testDatabase();
let admin: Client;
let scene: Scene;

beforeAll(async () => {
  admin = await db.connect();
});

beforeEach(async () => {
  scene = await createScene(admin);
});

/** How many timers keep the process alive: the test runner has some of its own, and none of them for long. */
const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

async function untilNoTimerIsLeft(): Promise<void> {
  for (let left = 200; timers() > 0 && left > 0; left -= 1) await pause(5);
  expect(timers()).toBe(0);
}

const open = (max = 3): StreamTable => pooled(db.url, { max, idleTimeoutMillis: 0 }).pgstream.table(scene.name);

/** The same with what is sent. */
function watched(max = 3): { table: StreamTable; sent: string[]; on(name: Scene['name']): StreamTable } {
  const { pool } = pooled(db.url, { max, idleTimeoutMillis: 0 });
  const executor = fromPg(pool);
  const sent: string[] = [];
  const pgstream = createPgStream({
    ...executor,
    query(text, params) {
      if (text.includes('transaction_isolation')) sent.push(text);
      return executor.query(text, params);
    },
  });
  return { table: pgstream.table(scene.name), sent, on: (name) => pgstream.table(name) };
}

/** Has the last refresh be so long ago, as the verdict of the schedule counts and by itself. */
async function ago(interval: string, name = scene.name.name): Promise<void> {
  await admin.query(
    `UPDATE pgstream.pgs_stream_tables SET last_refresh_at = clock_timestamp() - $3::interval, data_timestamp = clock_timestamp() - $3::interval
     WHERE pgs_schema = $1 AND pgs_name = $2`,
    [scene.schema, name, interval],
  );
}

const set = (assignments: string): Promise<unknown> =>
  admin.query(`UPDATE pgstream.pgs_stream_tables SET ${assignments} WHERE pgs_schema = '${scene.schema}'`);

const clock = async (): Promise<Date> => {
  const { rows } = await admin.query<{ ms: string }>(
    'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::text AS ms',
  );
  return new Date(Number(rows[0]?.ms));
};

const refresh = (name = scene.name): Promise<unknown> => createPgStream(fromPg(admin)).table(name).refresh();
const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
const timeout = { timeoutMs: 60 };
const soon = { timeout: 20_000, interval: 10 };

/** A wait that goes on until a refresh ends it. */
async function endOfWait(wait: Promise<unknown>): Promise<unknown> {
  let isOver = false;
  const over = wait.finally(() => {
    isOver = true;
  });
  await pause(80);
  expect(isOver).toBe(false);
  await refresh();
  return await over;
}

describe('waitUntilFresh()', () => {
  it('by the schedule: resolves at once where it is fresh, for one statement', async () => {
    const { table, sent } = watched();
    const lastRefreshAt = await createPgStream(fromPg(admin)).table(scene.name).lastRefreshAt();
    expect(await table.waitUntilFresh()).toEqual({ waitedMs: expect.any(Number) as number, lastRefreshAt });
    expect(sent).toHaveLength(1);
  });

  it('by the schedule: waits for a refresh', async () => {
    await ago('1 hour');
    expect(await endOfWait(open().waitUntilFresh())).toHaveProperty('waitedMs');
  });

  it('by your own bound: waits for a refresh', async () => {
    await ago('10 minutes');
    await open().waitUntilFresh({ maxAgeMs: 3_600_000 });
    expect(await endOfWait(open().waitUntilFresh({ maxAgeMs: 60_000 }))).toHaveProperty('waitedMs');
  });

  it('has no bound to wait for where the schedule gives none', async () => {
    await set(`schedule = '0 0 1 * *'`);
    await expect(open().waitUntilFresh()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      table: 'totals',
      message: expect.stringContaining('say maxAgeMs, or since') as string,
    });
    await open().waitUntilFresh({ maxAgeMs: 3_600_000 });
  });

  it.each<[string, () => Promise<Date | Lsn>]>([
    ['an instant', clock],
    ['a position in the log', () => createPgStream(fromPg(admin)).currentLsn()],
  ])('since %s: waits for a refresh that has in what was committed before', async (_, since) => {
    await order(admin, scene, 7);
    const { table, sent } = watched();
    const wait = table.waitUntilFresh({ since: await since() });
    // The first look is over, and was before the refresh.
    await expect.poll(() => sent.length, soon).toBeGreaterThan(1);
    await refresh();
    expect(await wait).toHaveProperty('lastRefreshAt');
  });

  it('since a position that was taken in before the call: is fresh at once', async () => {
    const since = await createPgStream(fromPg(admin)).currentLsn();
    await order(admin, scene, 7);
    await refresh();
    expect(await open().waitUntilFresh({ since, timeoutMs: 5_000 })).toHaveProperty('lastRefreshAt');
  });

  it.runIf(!onPgTrickle)('since an instant before the last refresh: is fresh at once (pg_stream)', async () => {
    const since = await clock();
    await pause(2);
    await refresh();
    expect(await open().waitUntilFresh({ since, timeoutMs: 5_000 })).toHaveProperty('lastRefreshAt');
  });

  it('since the instant of the last refresh, which a Date rounds down: waits for the next one', async () => {
    const since = await createPgStream(fromPg(admin)).table(scene.name).lastRefreshAt();
    await expect(open().waitUntilFresh({ since: since!, ...timeout })).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it.runIf(onPgTrickle)(
    'since: the time of a refresh proves nothing where the scheduler holds its frontier back (pg_trickle)',
    async () => {
      await order(admin, scene, 7);
      for (const since of [await clock(), await createPgStream(fromPg(admin)).currentLsn()]) {
        const wait = open().waitUntilFresh({ since, timeoutMs: 500 });
        // As the scheduler leaves it beside an open transaction: refreshed, and not as far as the log.
        await set(`last_refresh_at = clock_timestamp() + interval '1 second'`);
        await expect(wait).rejects.toMatchObject({
          code: 'TIMEOUT',
          message: expect.stringContaining('a transaction that is open holds them back') as string,
        });
      }
    },
  );

  it('since: of several sources the one that is furthest behind counts, also one that is not known', async () => {
    const both = { schema: scene.schema, name: 'both' };
    await admin.query(`CREATE TABLE ${scene.schema}.returns (LIKE ${scene.orders} INCLUDING ALL)`);
    await createWarm(
      admin,
      both,
      `SELECT id, amount FROM ${scene.orders} UNION ALL SELECT id, amount FROM ${scene.schema}.returns`,
    );
    const since = await createPgStream(fromPg(admin)).currentLsn();
    const reached = (sources: string): Promise<unknown> =>
      set(`frontier = (SELECT jsonb_build_object('sources', jsonb_object_agg(name::regclass::oid::text, jsonb_build_object('lsn', lsn)))
        FROM (VALUES ${sources.replaceAll('$', `${scene.schema}.`)}) at (name, lsn))`);
    const { on } = watched();
    for (const sources of [
      `('$orders', 'FF/0'), ('$returns', '0/1')`,
      `('$orders', 'FF/0')`,
      `('$orders', 'FF/0'), ('$returns', NULL)`,
    ]) {
      await reached(sources);
      await expect(on(both).waitUntilFresh({ since, ...timeout })).rejects.toMatchObject({ code: 'TIMEOUT' });
    }
    await reached(`('$orders', 'FF/0'), ('$returns', '${since}')`);
    await on(both).waitUntilFresh({ since, timeoutMs: 5_000 });
  });

  it('since: one upon others has it in once those have, and it was refreshed after them', async () => {
    const top = { schema: scene.schema, name: 'top' };
    await createWarm(admin, top, `SELECT customer_id, total FROM ${scene.schema}.totals`);
    const pgstream = createPgStream(fromPg(admin));
    await order(admin, scene, 7);
    const { on } = watched();
    let isOver = false;
    const wait = on(top)
      .waitUntilFresh({ since: await pgstream.currentLsn(), pollMs: 20 })
      .finally(() => {
        isOver = true;
      });
    for (const name of [top, scene.name]) {
      await refresh(name);
      await pause(80);
      expect(isOver).toBe(false);
    }
    // Its content has to change, for pg_trickle to take it in.
    await refresh(top);
    await wait;
  });

  it('since with maxAgeMs: until both hold', async () => {
    const since = await createPgStream(fromPg(admin)).currentLsn();
    await order(admin, scene, 7);
    await refresh();
    await ago('1 hour');
    await open()
      .waitUntilFresh({ since, timeoutMs: 5_000 })
      .catch(() => undefined);
    expect(await endOfWait(open().waitUntilFresh({ since, maxAgeMs: 60_000 }))).toHaveProperty('waitedMs');
  });

  it.each<[string, Parameters<StreamTable['waitUntilFresh']>[0]]>([
    ['a bound that is no number', { maxAgeMs: -1 }],
    ['a time-out that is no number', { timeoutMs: 0 }],
    ['a pause that is no number', { pollMs: Number.NaN }],
    ['an invalid Date', { since: new Date('never') }],
    ['a text that is no position', { since: 'now/then' }],
    ['a position of another server', { since: 'FFFFFFFF/0' }],
  ])('refuses %s', async (_, options) => {
    await expect(open().waitUntilFresh(options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('of a name that is not there is NOT_FOUND, also when it is dropped meanwhile', async () => {
    const { on, table } = watched();
    await expect(on({ schema: scene.schema, name: 'missing' }).waitUntilFresh()).rejects.toMatchObject({
      code: 'NOT_FOUND',
      name: 'StreamTableNotFoundError',
      table: 'missing',
    });
    const wait = table.waitUntilFresh({ maxAgeMs: 0 }).catch((error: unknown) => error);
    await createPgStream(fromPg(admin)).table(scene.name).drop();
    expect(await wait).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('asks by one statement for all who wait, and never by two at a time', async () => {
    await admin.query(`CREATE TABLE ${scene.schema}.more (id int PRIMARY KEY)`);
    const names = Array.from({ length: 5 }, (_, n) => ({ schema: scene.schema, name: `more_${n}` }));
    for (const name of names) await createWarm(admin, name, `SELECT id FROM ${scene.schema}.more`);
    for (const { name } of names) await ago('1 hour', name);
    const { on, sent } = watched(1);
    const waits = names.flatMap((name) => Array.from({ length: 40 }, () => on(name).waitUntilFresh()));
    const over = Promise.all(waits);
    await pause(200);
    for (const name of names) await refresh(name);
    await over;
    // 20 ms, 40, 80 and so on, and a few for those who came while a question was under way.
    expect(sent.length).toBeLessThan(20);
  });

  it('is woken', async () => {
    await ago('1 hour');
    const woken = new Set<() => void>();
    const events: Wakeups = {
      onWakeup(table, wake) {
        expect(table).toEqual(scene.name);
        woken.add(wake);
        return () => woken.delete(wake);
      },
    };
    const { table, sent } = watched();
    const wait = table.waitUntilFresh({ pollMs: 600_000, events });
    await expect.poll(() => sent.length, soon).toBeGreaterThan(3);
    await refresh();
    for (const wake of woken) wake();
    await wait;
    expect(woken.size).toBe(0);
  });

  it('fails alone where what wakes it does', async () => {
    await ago('1 hour');
    const broken = new Error('broken');
    const events: Wakeups = {
      onWakeup() {
        throw broken;
      },
    };
    const { table } = watched();
    const other = table.waitUntilFresh();
    await expect(table.waitUntilFresh({ events })).rejects.toBe(broken);
    await refresh();
    expect(await other).toHaveProperty('lastRefreshAt');
  });

  it('sends a single client one statement at a time', async () => {
    await ago('1 hour');
    const executor = fromPg(await db.connect());
    const atOnce = { now: 0, most: 0 };
    const { table: tableOf } = createPgStream({
      ...executor,
      async query(text, params) {
        atOnce.now += 1;
        atOnce.most = Math.max(atOnce.most, atOnce.now);
        // Slow enough for the next question to come meanwhile.
        await pause(40);
        return await executor.query(text, params).finally(() => (atOnce.now -= 1));
      },
    });
    const table = tableOf(scene.name);
    const waits = [
      table.waitUntilFresh({ since: '0/1', maxAgeMs: 60_000 }),
      table.waitUntilFresh({ since: '0/1', pollMs: 20, maxAgeMs: 60_000 }),
      ...[30, 40, 50].map((timeoutMs) => table.waitUntilFresh({ timeoutMs, pollMs: 5 }).catch(() => 'late')),
    ];
    const over = Promise.all(waits);
    await pause(400);
    await refresh();
    expect((await over).slice(2)).toEqual(['late', 'late', 'late']);
    expect(atOnce.most).toBe(1);
  });

  it('looks in the asynchronous context of who waits, and not of who ends the wait of another', async () => {
    await ago('1 hour');
    const { pool } = pooled(db.url, { idleTimeoutMillis: 0 });
    const executor = fromPg(pool);
    // As of an ORM whose connection is that of the transaction which the context is in.
    const transaction = new AsyncLocalStorage<string>();
    const sentIn: (string | undefined)[] = [];
    const { table } = createPgStream({
      ...executor,
      query(text, params) {
        sentIn.push(transaction.getStore());
        return executor.query(text, params);
      },
    });
    const wait = table(scene.name).waitUntilFresh({ pollMs: 20 });
    const controller = new AbortController();
    const aborted = table(scene.name).waitUntilFresh({ signal: controller.signal });
    await pause(30);
    transaction.run('of somebody', () => controller.abort());
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
    await pause(60);
    await refresh();
    await wait;
    expect(sentIn.filter((context) => context !== undefined)).toEqual([]);
  });

  it('does not wait for an answer that never comes', async () => {
    const { pool } = pooled(db.url, { idleTimeoutMillis: 0 });
    const executor = fromPg(pool);
    const pgstream = createPgStream({
      ...executor,
      query: (text, params) =>
        text.includes('transaction_isolation') ? new Promise(() => {}) : executor.query(text, params),
    });
    await expect(pgstream.table(scene.name).waitUntilFresh(timeout)).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining('Why could not be asked in time.') as string,
    });
  });

  it('is aborted', async () => {
    await ago('1 hour');
    const controller = new AbortController();
    const reason = new Error('enough');
    const wait = open().waitUntilFresh({ signal: controller.signal });
    setTimeout(() => controller.abort(reason), 30);
    await expect(wait).rejects.toMatchObject({ code: 'ABORTED', cause: reason, operation: 'waitUntilFresh' });
    await expect(open().waitUntilFresh({ signal: controller.signal })).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('looks once more when its time is over', async () => {
    const table = open();
    expect(await table.waitUntilFresh({ timeoutMs: 1 })).toHaveProperty('lastRefreshAt');
    await ago('1 hour');
    const wait = table.waitUntilFresh({ timeoutMs: 1_000, pollMs: 600_000 });
    await pause(700);
    await refresh();
    expect(await wait).toHaveProperty('lastRefreshAt');
  });

  it('leaves no timer behind, however it ends', async () => {
    const table = open();
    await table.waitUntilFresh();
    await ago('1 hour');
    await untilNoTimerIsLeft();
    const controller = new AbortController();
    const waits = [
      table.waitUntilFresh(),
      table.waitUntilFresh({ since: '0/1', maxAgeMs: 60_000 }),
      table.waitUntilFresh({ signal: controller.signal }),
      table.waitUntilFresh({ maxAgeMs: 0, ...timeout }),
      table.waitUntilFresh({ maxAgeMs: 0, pollMs: Number.NaN }),
    ];
    const over = Promise.allSettled(waits);
    await pause(30);
    expect(timers()).toBeGreaterThan(0);
    controller.abort();
    await refresh();
    const ends = (await over).map((end) =>
      end.status === 'fulfilled' ? 'fresh' : (end.reason as { code: string }).code,
    );
    expect(ends).toEqual(['fresh', 'fresh', 'ABORTED', 'TIMEOUT', 'INVALID_ARGUMENT']);
    await untilNoTimerIsLeft();
  });

  it('fails as its question does', async () => {
    await ago('1 hour');
    const { pool, pgstream } = pooled(db.url, { idleTimeoutMillis: 0 });
    const wait = pgstream.table(scene.name).waitUntilFresh();
    const other = pgstream.table(scene.name).waitUntilFresh({ since: await clock() });
    const all = Promise.allSettled([wait, other]);
    await pause(50);
    await admin.query('ALTER TABLE pgstream.pgs_stream_tables RENAME TO hidden');
    onTestFinished(
      async () => void (await admin.query('ALTER TABLE IF EXISTS pgstream.hidden RENAME TO pgs_stream_tables')),
    );
    for (const each of await all)
      expect(each).toMatchObject({ status: 'rejected', reason: { code: expect.any(String) as string } });
    await admin.query('ALTER TABLE pgstream.hidden RENAME TO pgs_stream_tables');
    expect(pool.waitingCount).toBe(0);
  });
});

/** The sentences of a time-out. */
const why = async (wanted: Parameters<StreamTable['waitUntilFresh']>[0] = {}): Promise<string> => {
  const error: unknown = await open()
    .waitUntilFresh({ ...wanted, ...timeout })
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: 'TIMEOUT',
    operation: 'waitUntilFresh',
    schema: scene.schema,
    table: 'totals',
  });
  return (error as Error).message;
};

describe('what a time-out says', () => {
  it('how stale it still is', async () => {
    await ago('1 hour');
    expect(await why()).toMatch(
      /^"scene_\d+"\."totals" was not fresh after \d+ ms \(timeoutMs\)\. Its last refresh began 36\d\d s ago\./,
    );
    await set('is_populated = false, last_refresh_at = NULL');
    expect(await why()).toContain('It was never filled.');
  });

  it('that it is suspended, in error, or not filled', async () => {
    await ago('1 hour');
    await set(`status = 'SUSPENDED'`);
    expect(await why()).toContain('It is suspended: nothing refreshes it until resume().');
    await set(`status = 'ERROR'`);
    expect(await why()).toContain('in the state ERROR');
    await set(`status = 'INITIALIZING', is_populated = false`);
    expect(await why()).toContain('until refresh() has filled it once');
  });

  it('that its refreshes fail, and how, without what may be data', async () => {
    await ago('1 hour');
    await set('consecutive_errors = 2');
    expect(await why()).toContain('Its last 2 refreshes have failed');
    const message = 'invalid input syntax for type integer: "secret"';
    if (onPgTrickle) await set(`last_error_message = '${message}'`);
    else {
      await admin.query(
        `INSERT INTO pgstream.pgs_refresh_history (pgs_id, data_timestamp, start_time, action, status, error_message)
         SELECT pgs_id, now(), now(), 'DIFFERENTIAL', 'FAILED', $1 FROM pgstream.pgs_stream_tables WHERE pgs_schema = $2`,
        [message, scene.schema],
      );
    }
    expect(await why()).toContain('failed, the last one with: invalid input syntax for type integer: "…".');
    const { name, url } = await testRole();
    await admin.query(
      `GRANT USAGE ON SCHEMA pgstream TO ${name}; GRANT SELECT ON pgstream.pgs_stream_tables TO ${name}`,
    );
    const asked = pooled(url(db.url)).pgstream.table(scene.name).waitUntilFresh(timeout);
    await expect(asked).rejects.toHaveProperty('message', expect.stringContaining('Its last 2 refreshes have failed'));
  });

  it('that the schedule cannot keep the bound', async () => {
    await ago('10 seconds');
    expect(await why({ maxAgeMs: 5_000 })).toContain('Its schedule (1m) lets it become older than maxAgeMs (5000 ms).');
    expect(await why({ since: await clock() })).toContain('By its schedule a refresh may be 1m away.');
  });

  it('that no scheduler is running', async () => {
    await ago('1 hour');
    // Of another test's, on the same server.
    const none = `There is no scheduler of ${extension.name} on this server|The scheduler of ${extension.name} works for another`;
    expect(await why()).toMatch(new RegExp(none));
    const scheduler = await db.connect({ application_name: `${extension.name} scheduler` });
    expect(await why()).toContain('Nothing is in its way that can be seen');
    await scheduler.end();
  });
});

describe('in a transaction', () => {
  it('waits in READ COMMITTED', async () => {
    await ago('1 hour');
    const client = await db.connect();
    await client.query('BEGIN');
    expect(await endOfWait(through(client, scene).waitUntilFresh())).toHaveProperty('waitedMs');
    await client.query('ROLLBACK');
  });

  it('is refused where it would wait for itself, or sees nothing, and leaves the transaction usable', async () => {
    const client = await db.connect();
    await client.query('BEGIN');
    await order(client, scene, 1);
    await expect(through(client, scene).waitUntilFresh()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('This transaction has written') as string,
    });
    await client.query('ROLLBACK');
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await expect(through(client, scene).waitUntilFresh({ maxAgeMs: 0 })).rejects.toMatchObject({
      code: 'UNSAFE_ISOLATION',
    });
    await client.query('SELECT 1');
    await client.query('ROLLBACK');
  });

  it('looks once where nobody can tell whether there is one', async () => {
    const client = await db.connect();
    const executor = { ...fromPg(client), transaction: 'unknown' as const };
    const table = createPgStream(executor).table(scene.name);
    await table.waitUntilFresh();
    await ago('1 hour');
    await expect(table.waitUntilFresh()).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining('nothing was waited for') as string,
    });
  });
});

describe('currentLsn()', () => {
  it('is what the server says, and goes on', async () => {
    const { pgstream } = pooled(db.url);
    const lsn = await pgstream.currentLsn();
    await order(admin, scene, 1);
    const { rows } = await admin.query<{ later: boolean }>('SELECT $1::pg_lsn > $2::pg_lsn AS later', [
      await pgstream.currentLsn(),
      lsn,
    ]);
    expect(rows).toEqual([{ later: true }]);
  });
});
