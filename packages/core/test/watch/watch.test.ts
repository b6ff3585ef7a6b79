import { inItsNames, extension, onPgTrickle, testDatabase } from '@pgstream/harness';
import { Client, Pool } from 'pg';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  createPgStream,
  type PgStream,
  type SqlExecutor,
  type StreamTable,
  type StreamTableChange,
  type StreamTableName,
  type StreamTableWatcher,
  type Wakeups,
  type WatchOptions,
} from '../../src/index.ts';
import { fromPg, listenWithPg } from '../../src/pg.ts';
import { type Proxy, proxyTo } from '../events/proxy.ts';
import { createOrders, TOTALS } from '../orders.ts';
import { recording } from '../recording.ts';

const db = testDatabase();
let admin: Client;
let pgstream: PgStream;
let totals: StreamTable;

const soon = { timeout: 20_000, interval: 5 };

beforeAll(async () => {
  admin = await db.connect();
  await createOrders(admin);
  pgstream = createPgStream(fromPg(admin));
  totals = await pgstream.create({ name: 'totals', query: TOTALS, schedule: '5m', refreshMode: 'FULL' });
});

/** Asks so seldom that only a test's own reason makes it ask. */
const seldom = { pollMs: 600_000 };

async function watch(
  tables?: readonly StreamTableName[],
  options: WatchOptions = seldom,
  by: PgStream = pgstream,
): Promise<StreamTableWatcher> {
  const watcher = await by.watch(tables, options);
  onTestFinished(() => watcher.close());
  return watcher;
}

interface Row {
  readonly schedule?: string | null;
  readonly dataAge?: string | null;
  readonly refreshAge?: string | null;
  readonly populated?: boolean;
}

/** Puts the catalog row into a state that takes long to come by. */
async function pretend({
  schedule = '5m',
  dataAge = '0',
  refreshAge = '0',
  populated = true,
}: Row = {}): Promise<void> {
  await admin.query(
    `UPDATE pgstream.pgs_stream_tables SET schedule = $1, data_timestamp = now() - $2::interval,
     last_refresh_at = now() - $3::interval, is_populated = $4 WHERE pgs_name = 'totals'`,
    [schedule, dataAge, refreshAge, populated],
  );
}

function age(text: string | null): Row {
  return extension.staleFrom === 'data_timestamp' ? { dataAge: text } : { refreshAge: text };
}

beforeEach(() => pretend());

describe('a watcher', () => {
  it.each<Row>([
    { schedule: '5m', ...age('4 minutes') },
    { schedule: '5m', ...age('6 minutes') },
    { schedule: '60', dataAge: '61 seconds', refreshAge: '59 seconds' },
    { schedule: '60', dataAge: '59 seconds', refreshAge: '61 seconds' },
    { schedule: 'nonsense', ...age('1 year') },
    { schedule: '@hourly', ...age('1 year') },
    { schedule: null, ...age('1 year') },
    { schedule: '5m', ...age(null) },
    { populated: false, dataAge: null, refreshAge: null },
    { schedule: '@hourly', populated: false, dataAge: null, refreshAge: null },
  ])('says what the server says: %j', async (row) => {
    await pretend(row);
    const watcher = await watch(['totals']);
    for (const options of [{}, { maxAgeMs: 60_000 }]) {
      expect(watcher.isStale('totals', options)).toBe(await totals.isStale(options));
    }
    expect(watcher.lastRefreshAt('totals')).toStrictEqual(await totals.lastRefreshAt());
    const [before, stalenessMs, after] = [
      watcher.stalenessMs('totals'),
      await totals.stalenessMs(),
      watcher.stalenessMs('totals'),
    ];
    expect([before === null, after === null]).toStrictEqual([stalenessMs === null, stalenessMs === null]);
    const error = watcher.clockErrorMs + 1;
    expect(before ?? 0).toBeLessThanOrEqual((stalenessMs ?? 0) + error);
    expect(after ?? 0).toBeGreaterThanOrEqual((stalenessMs ?? 0) - error);
  });

  it('becomes stale by time alone, without a question', async () => {
    const executor = recording(fromPg(admin));
    const watcher = await watch(['totals'], seldom, createPgStream(executor));
    const asked = executor.sent.length;
    const { lastRefreshAt } = await totals.status();
    expect(watcher.lastRefreshAt('totals')).toStrictEqual(lastRefreshAt);
    const maxAgeMs = watcher.stalenessMs('totals')! + 50;
    expect(watcher.isStale('totals', { maxAgeMs })).toBe(false);
    await expect.poll(() => watcher.isStale('totals', { maxAgeMs }), soon).toBe(true);
    expect(watcher.stalenessMs('totals')).toBeGreaterThanOrEqual(maxAgeMs);
    expect(executor.sent).toHaveLength(asked);
  });

  it('counts by the clock of the server, whatever this one shows', async () => {
    const watcher = await watch(['totals']);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 86_400_000 });
    onTestFinished(() => void vi.useRealTimers());
    expect(watcher.isStale('totals')).toBe(false);
    expect(watcher.stalenessMs('totals')).toBeLessThan(60_000);
    await watcher.update();
    expect(watcher.isStale('totals')).toBe(false);
    expect(watcher.asOf.getTime()).toBeLessThan(Date.now() - 80_000_000);
  });

  it('asks one statement each time, for one stream table or for all', async () => {
    const executor = recording(fromPg(admin));
    const by = createPgStream(executor);
    const all = await watch(undefined, seldom, by);
    const some = await watch(['totals', { schema: 'public', name: 'totals' }], seldom, by);
    executor.sent.length = 0;
    await Promise.all([all.update(), some.update()]);
    expect(executor.sent).toHaveLength(2);
    expect(all.lastRefreshAt('totals')).toStrictEqual(some.lastRefreshAt('totals'));
  });

  it('knows after pollMs of a refresh that somebody called, of which nobody was told', async () => {
    const watcher = await watch(['totals'], { pollMs: 20 });
    const before = watcher.lastRefreshAt('totals');
    await totals.refresh();
    await expect.poll(() => watcher.lastRefreshAt('totals'), soon).not.toStrictEqual(before);
    expect(watcher.lastRefreshAt('totals')).toStrictEqual(await totals.lastRefreshAt());
    expect(watcher.error).toBeNull();
  });

  it('knows after update() of all that was committed before', async () => {
    const watcher = await watch(['totals']);
    for (let round = 0; round < 3; round += 1) {
      await totals.refresh();
      await watcher.update();
      expect(watcher.lastRefreshAt('totals')).toStrictEqual(await totals.lastRefreshAt());
      expect(watcher.maxErrorMs).toBeLessThan(20_000);
    }
  });

  it('does not take the answer to an earlier question for one to update()', async () => {
    const direct = fromPg(admin);
    let isSlow = false;
    const held: (() => void)[] = [];
    const slow: SqlExecutor = {
      scope: direct.scope,
      transaction: 'none',
      async query(text, params) {
        const rows = await direct.query(text, params);
        if (isSlow) await new Promise<void>((arrive) => held.push(arrive));
        return rows;
      },
    };
    const watcher = await watch(['totals'], seldom, createPgStream(slow));
    isSlow = true;
    const before = watcher.asOf;
    const earlier = watcher.update();
    await expect.poll(() => held, soon).toHaveLength(1);
    isSlow = false;
    await totals.refresh();
    const later = watcher.update();
    held[0]!();
    await earlier;
    expect(watcher.asOf.getTime()).toBeGreaterThan(before.getTime());
    expect(watcher.lastRefreshAt('totals')).not.toStrictEqual(await totals.lastRefreshAt());
    await later;
    expect(watcher.lastRefreshAt('totals')).toStrictEqual(await totals.lastRefreshAt());
  });

  it.each(['listener', 'events'] as const)(
    'asks at once when the extension tells of something, by its %s',
    async (how) => {
      const listener = listenWithPg(() => new Client({ connectionString: db.url }));
      const events = await pgstream.events({ listener });
      onTestFinished(() => events.close());
      const watcher = await watch(['totals'], { ...seldom, ...(how === 'listener' ? { listener } : { events }) });
      await pretend({ refreshAge: '1 hour' });
      const prefix = onPgTrickle ? 'pgt' : 'pgs';
      const told = { event: 'refresh_completed', [`${prefix}_schema`]: 'public', [`${prefix}_name`]: 'totals' };
      await admin.query('SELECT pg_notify($1, $2)', [inItsNames('pg_stream_alert'), JSON.stringify(told)]);
      await expect.poll(() => watcher.isStale('totals', { maxAgeMs: 60_000 }), soon).toBe(true);
      await watcher.close();
      expect(events.state).toBe('listening');
    },
  );

  it('tells of what has changed, by whomever', async () => {
    const watcher = await watch(undefined, seldom);
    const changes: StreamTableChange[] = [];
    const end = watcher.onChange((change) => changes.push(change));
    await watcher.update();
    expect(changes).toStrictEqual([]);

    await totals.refresh();
    await watcher.update();
    expect(changes).toMatchObject([{ table: totals.name, after: { lastRefreshAt: await totals.lastRefreshAt() } }]);
    await totals.suspend();
    await watcher.update();
    expect(changes).toMatchObject([{}, { before: { status: 'ACTIVE' }, after: { status: 'SUSPENDED' } }]);
    await totals.resume();
    const other = await pgstream.create({ name: 'other', query: TOTALS });
    await watcher.update();
    expect(changes.slice(2).toSorted((a, b) => a.table.name.localeCompare(b.table.name))).toMatchObject([
      { table: { name: 'other' }, before: null, after: { status: 'ACTIVE' } },
      { table: { name: 'totals' }, after: { status: 'ACTIVE' } },
    ]);
    await other.drop();
    await watcher.update();
    expect(changes.slice(4)).toMatchObject([{ table: { name: 'other' }, before: { status: 'ACTIVE' }, after: null }]);
    end();
    await totals.refresh();
    await watcher.update();
    expect(changes).toHaveLength(5);
  });

  it('hands the errors of a handler to onError', async () => {
    const errors: unknown[] = [];
    const watcher = await watch(['totals'], { ...seldom, onError: (error) => errors.push(error) });
    watcher.onChange(() => Promise.reject(new Error('no cache')));
    await totals.refresh();
    await watcher.update();
    await expect.poll(() => errors, soon).toStrictEqual([new Error('no cache')]);
  });

  it('throws for what is not there, or not watched', async () => {
    await expect(watch(['totals', 'missing'])).rejects.toMatchObject({ code: 'NOT_FOUND', table: 'missing' });
    const some = await watch(['totals']);
    expect(() => some.isStale('missing')).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', table: 'missing' }),
    );
    expect(() => some.isStale('')).toThrow(expect.objectContaining({ code: 'INVALID_NAME' }));
    expect(() => some.isStale('totals', { maxAgeMs: -1 })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
    const all = await watch();
    expect(() => all.stalenessMs('later')).toThrow(expect.objectContaining({ code: 'NOT_FOUND', table: 'later' }));
    const later = await pgstream.create({ name: 'later', query: TOTALS });
    await all.update();
    expect(all.stalenessMs('later')).toBeLessThan(60_000);
    await later.drop();
    await all.update();
    expect(() => all.lastRefreshAt('later')).toThrow(expect.objectContaining({ code: 'NOT_FOUND', table: 'later' }));
  });

  it.each<[WatchOptions, string]>([
    [{ pollMs: 0 }, 'pollMs'],
    [{ timeoutMs: Number.NaN }, 'timeoutMs'],
  ])('refuses %j', async (options, name) => {
    await expect(watch([], options)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(name),
    });
  });

  it('is refused in a transaction, which it would outlive', async () => {
    await admin.query('BEGIN');
    await expect(watch(['totals'])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', operation: 'watch' });
    await admin.query('ROLLBACK');
  });
});

async function overProxy(options: WatchOptions): Promise<{ proxy: Proxy; pool: Pool; watcher: StreamTableWatcher }> {
  const proxy = await proxyTo(db.url);
  const pool = new Pool({ connectionString: proxy.url, max: 4 });
  pool.on('error', () => {});
  const by = createPgStream(fromPg(pool));
  return { proxy, pool, watcher: await watch(['totals'], options, by) };
}

describe('a watcher whose server is away', () => {
  it('goes on from what it knows, says how old that is and why, and comes back', async () => {
    const { proxy, pool, watcher } = await overProxy({ pollMs: 20 });
    onTestFinished(() => pool.end());
    const { lastRefreshAt } = await totals.status();
    await proxy.refuse();
    await expect.poll(() => watcher.error, soon).toMatchObject({ code: 'CONNECTION' });
    const { asOf, maxErrorMs } = watcher;
    await expect.poll(() => watcher.maxErrorMs, soon).toBeGreaterThan(maxErrorMs + 100);
    expect(watcher.asOf).toStrictEqual(asOf);
    expect(watcher.lastRefreshAt('totals')).toStrictEqual(lastRefreshAt);
    expect(watcher.isStale('totals', { maxAgeMs: 50 })).toBe(true);
    await expect(watcher.update()).rejects.toMatchObject({ code: 'CONNECTION' });
    await proxy.resume();
    await expect.poll(() => watcher.error, soon).toBeNull();
    expect(watcher.asOf.getTime()).toBeGreaterThan(asOf.getTime());
  });

  it('asks again by another connection when one does not answer', async () => {
    const { proxy, pool, watcher } = await overProxy({ pollMs: 20, timeoutMs: 1_500 });
    proxy.stall();
    await expect.poll(() => watcher.error, soon).toMatchObject({ code: 'TIMEOUT' });
    await proxy.resume();
    await expect.poll(() => watcher.error, soon).toBeNull();
    await proxy.refuse();
    await watcher.close();
    await pool.end();
  });

  it('rejects at the first question, and leaves no listening connection', async () => {
    const proxy = await proxyTo(db.url);
    const pool = new Pool({ connectionString: proxy.url });
    onTestFinished(() => pool.end());
    await proxy.refuse();
    const listener = listenWithPg(() => new Client({ connectionString: db.url }));
    await expect(watch(['totals'], { listener }, createPgStream(fromPg(pool)))).rejects.toMatchObject({
      code: 'CONNECTION',
    });
  });
});

describe('a watcher that is closed', () => {
  it('asks nothing more, and who waits for it is ABORTED', async () => {
    const executor = recording(fromPg(admin));
    const watcher = await watch(['totals'], { pollMs: 5 }, createPgStream(executor));
    const [updated] = await Promise.allSettled([watcher.update(), watcher.close()]);
    expect(updated).toMatchObject({ status: 'rejected', reason: { code: 'ABORTED', operation: 'watch' } });
    await expect(watcher.update()).rejects.toMatchObject({ code: 'ABORTED' });
    const asked = executor.sent.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(executor.sent).toHaveLength(asked);
  });

  it('is so by its signal', async () => {
    await expect(watch(['totals'], { signal: AbortSignal.abort(new Error('Enough.')) })).rejects.toMatchObject({
      code: 'ABORTED',
      cause: new Error('Enough.'),
    });
    const during = new AbortController();
    const starting = watch(['totals'], { ...seldom, signal: during.signal });
    during.abort();
    await expect(starting).rejects.toMatchObject({ code: 'ABORTED' });
    const later = new AbortController();
    const watcher = await watch(['totals'], { ...seldom, signal: later.signal });
    later.abort();
    await expect(watcher.update()).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('is woken by nobody any more, and holds no signal', async () => {
    let subscriptions = 0;
    const events: Wakeups = {
      onWakeup() {
        subscriptions += 1;
        return () => void (subscriptions -= 1);
      },
    };
    const { signal } = new AbortController();
    const forgotten = vi.spyOn(signal, 'removeEventListener');
    const watcher = await watch(['totals'], { ...seldom, events, signal });
    expect(subscriptions).toBe(1);
    await watcher.close();
    expect(subscriptions).toBe(0);
    expect(forgotten).toHaveBeenCalledOnce();
  });

  it('leaves no timer behind', async () => {
    const set = vi.spyOn(globalThis, 'setTimeout');
    onTestFinished(() => set.mockRestore());
    const watcher = await watch(['totals'], {
      ...seldom,
      listener: listenWithPg(() => new Client({ connectionString: db.url })),
    });
    const timers = set.mock.results.map(({ value }) => value as { readonly _destroyed: boolean });
    const left = (): number => timers.filter(({ _destroyed }) => !_destroyed).length;
    expect(left()).toBeGreaterThan(0);
    await watcher.close();
    await expect.poll(left, soon).toBe(0);
  });
});
