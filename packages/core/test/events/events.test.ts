import { inItsNames, onPgTrickle, testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  createPgStream,
  type EventsOptions,
  type PgStream,
  type PgStreamEvent,
  type PgStreamEvents,
} from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { createOrders, TOTALS } from '../orders.ts';
import { LISTENERS } from './drivers.ts';
import { proxyTo } from './proxy.ts';

const db = testDatabase();
let admin: Client;
let pgstream: PgStream;

beforeAll(async () => {
  admin = await db.connect();
  await createOrders(admin);
  pgstream = createPgStream(fromPg(admin));
  await pgstream.create({ name: 'totals', query: TOTALS });
});

const soon = { timeout: 20_000, interval: 5 };

/** Sends what the extension would. */
async function alert(fields: object, channel = 'pg_stream_alert'): Promise<void> {
  await admin.query('SELECT pg_notify($1, $2)', [inItsNames(channel), JSON.stringify(fields)]);
}

function refreshed(name: string, action = 'DIFFERENTIAL'): object {
  const prefix = onPgTrickle ? 'pgt' : 'pgs';
  return { event: 'refresh_completed', [`${prefix}_schema`]: 'public', [`${prefix}_name`]: name, action };
}

/** Ends the connections that listen, as an administrator or a restart would. */
async function terminate(): Promise<void> {
  await admin.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'listener'`,
  );
}

const listenWithPg = LISTENERS[0]![1];

async function open(options: Partial<EventsOptions> = {}): Promise<PgStreamEvents> {
  const events = await pgstream.events({ listener: listenWithPg(db.url), ...options });
  onTestFinished(() => events.close());
  return events;
}

/** The kinds of all events from now on. */
function kindsOf(events: PgStreamEvents): string[] {
  const kinds: string[] = [];
  void (async () => {
    for await (const { kind } of events) kinds.push(kind);
  })();
  return kinds;
}

async function take(events: AsyncIterable<PgStreamEvent>, number: number): Promise<PgStreamEvent[]> {
  const taken: PgStreamEvent[] = [];
  for await (const event of events) if (taken.push(event) === number) break;
  return taken;
}

describe.each(LISTENERS)('events() by %s', (_, listen) => {
  const openOne = (options: Partial<EventsOptions> = {}): Promise<PgStreamEvents> =>
    open({ listener: listen(db.url), ...options });

  it('hears what the extension sends from when it is there', async () => {
    const events = await openOne();
    const next = take(events, 1);
    const totals = pgstream.table('totals');
    await totals.suspend();
    await totals.resume();
    expect(await next).toStrictEqual([
      {
        kind: 'resumed',
        at: expect.any(Date),
        channel: inItsNames('pg_stream_alert'),
        raw: expect.stringContaining('SUSPENDED'),
        truncated: false,
        table: { schema: 'public', name: 'totals' },
        previousStatus: 'SUSPENDED',
      },
    ]);
  });

  it('tells when its connection is lost, and from when until when nothing was heard; then goes on', async () => {
    const events = await openOne({ retryDelayMs: 10 });
    const kinds = kindsOf(events);
    const back = new Promise<PgStreamEvent>((resolve) => events.on('reconnected', resolve));
    const before = new Date();
    await terminate();
    expect(await back).toMatchObject({ since: expect.any(Date), until: expect.any(Date) });
    const { since, until } = (await back) as { since: Date; until: Date };
    expect(since.getTime()).toBeLessThanOrEqual(before.getTime());
    expect(until.getTime()).toBeGreaterThanOrEqual(before.getTime());
    expect(events.state).toBe('listening');
    await alert(refreshed('totals'));
    await expect.poll(() => kinds, soon).toStrictEqual(['disconnected', 'reconnected', 'refresh_completed']);
  });

  it('notices a connection that is lost without a word, and comes back when it can', async () => {
    const proxy = await proxyTo(db.url);
    const events = await openOne({
      listener: listen(proxy.url),
      keepAliveMs: 100,
      connectTimeoutMs: 1_000,
      retryDelayMs: 10,
    });
    const kinds = kindsOf(events);
    proxy.stall();
    await expect.poll(() => kinds, soon).toStrictEqual(['disconnected']);
    expect(events.state).toBe('reconnecting');
    await proxy.resume();
    await expect.poll(() => kinds, soon).toStrictEqual(['disconnected', 'reconnected']);
    await alert(refreshed('totals'));
    await expect.poll(() => kinds, soon).toStrictEqual(['disconnected', 'reconnected', 'refresh_completed']);
  });

  it('notices that the connection which listens is lost, though another would work', async () => {
    const proxy = await proxyTo(db.url);
    const events = await openOne({ listener: listen(proxy.url), keepAliveMs: 1_000, retryDelayMs: 10 });
    const kinds = kindsOf(events);
    proxy.stallOpen();
    await expect.poll(() => kinds, soon).toStrictEqual(['disconnected', 'reconnected']);
  });

  it('tries again with longer and longer pauses while the server is away, and tells of the loss once', async () => {
    const proxy = await proxyTo(db.url);
    const events = await openOne({
      listener: listen(proxy.url),
      retryDelayMs: 10,
      maxRetryDelayMs: 80,
      // postgres.js itself says nothing of it.
      keepAliveMs: 100,
    });
    const kinds = kindsOf(events);
    await proxy.refuse();
    await expect.poll(() => kinds, soon).toStrictEqual(['disconnected']);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(kinds).toStrictEqual(['disconnected']);
    await proxy.resume();
    await expect.poll(() => kinds, soon).toStrictEqual(['disconnected', 'reconnected']);
  });

  it('rejects with CONNECTION when the first connection cannot be made, and leaves nothing behind', async () => {
    const proxy = await proxyTo(db.url);
    await proxy.refuse();
    await expect(openOne({ listener: listen(proxy.url) })).rejects.toMatchObject({
      name: 'PgStreamError',
      code: 'CONNECTION',
      operation: 'listen',
    });
    await proxy.resume();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(proxy.connections).toBe(0);
  });

  it('rejects with CONNECTION when nobody answers for connectTimeoutMs', async () => {
    const proxy = await proxyTo(db.url);
    proxy.stall();
    await expect(openOne({ listener: listen(proxy.url), connectTimeoutMs: 100 })).rejects.toMatchObject({
      code: 'CONNECTION',
    });
  });

  it('closes within a second or so although nobody answers', async () => {
    const proxy = await proxyTo(db.url);
    const events = await openOne({ listener: listen(proxy.url) });
    proxy.stall();
    const start = performance.now();
    await events.close();
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(events.state).toBe('closed');
  });

  it('closes while it tries to connect again', async () => {
    const proxy = await proxyTo(db.url);
    const events = await openOne({ listener: listen(proxy.url), retryDelayMs: 10, keepAliveMs: 50 });
    proxy.stall();
    await expect.poll(() => proxy.connections, soon).toBeGreaterThan(1);
    await events.close();
    await proxy.resume();
    const { connections } = proxy;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(proxy.connections).toBe(connections);
  });

  it('ends by its signal: before it listens with ABORTED, later as close() does', async () => {
    await expect(openOne({ signal: AbortSignal.abort(new Error('Enough.')) })).rejects.toMatchObject({
      code: 'ABORTED',
      cause: new Error('Enough.'),
    });
    const proxy = await proxyTo(db.url);
    proxy.stall();
    const connecting = new AbortController();
    const opening = openOne({ listener: listen(proxy.url), signal: connecting.signal });
    await expect.poll(() => proxy.connections, soon).toBe(1);
    connecting.abort();
    await expect(opening).rejects.toMatchObject({ code: 'ABORTED', operation: 'listen' });

    const later = new AbortController();
    const events = await openOne({ signal: later.signal });
    const rest = take(events, 1);
    later.abort();
    expect(await rest).toStrictEqual([]);
    expect(events.state).toBe('closed');
  });

  it('leaves no timer behind', async () => {
    const set = vi.spyOn(globalThis, 'setTimeout');
    onTestFinished(() => set.mockRestore());
    const events = await openOne();
    const timers = set.mock.results.map(({ value }) => value as { readonly _destroyed: boolean });
    const left = (): number => timers.filter(({ _destroyed }) => !_destroyed).length;
    expect(left()).toBeGreaterThan(0);
    await events.close();
    await expect.poll(left, soon).toBe(0);
  });
});

describe('who iterates over events()', () => {
  it('gets them from when he began, and the end when they are closed; each iterates by himself', async () => {
    const events = await open();
    const one = events[Symbol.asyncIterator]();
    await alert(refreshed('first'));
    expect((await one.next()).value).toMatchObject({ table: { name: 'first' } });
    const other = events[Symbol.asyncIterator]();
    const waiting = other.next();
    await alert(refreshed('second'));
    expect((await waiting).value).toMatchObject({ table: { name: 'second' } });
    const none = other.next();
    await events.close();
    expect(await none).toStrictEqual({ value: undefined, done: true });
    expect((await one.next()).value).toMatchObject({ table: { name: 'second' } });
    expect(await one.next()).toStrictEqual({ value: undefined, done: true });
    expect(await take(events, 1)).toStrictEqual([]);
  });

  it('is told where events are missing that he was too slow for', async () => {
    const events = await open({ highWaterMark: 2 });
    let heard = 0;
    events.on('refresh_completed', () => (heard += 1));
    const slow = events[Symbol.asyncIterator]();
    for (const name of ['a', 'b', 'c', 'd']) await alert(refreshed(name));
    await expect.poll(() => heard, soon).toBe(4);
    expect((await slow.next()).value).toMatchObject({ table: { name: 'a' } });
    await alert(refreshed('e'));
    await expect.poll(() => heard, soon).toBe(5);
    expect((await slow.next()).value).toMatchObject({ table: { name: 'b' } });
    expect((await slow.next()).value).toStrictEqual({ kind: 'overflow', at: expect.any(Date), dropped: 2 });
    expect((await slow.next()).value).toMatchObject({ table: { name: 'e' } });
    for (const name of ['f', 'g', 'h']) await alert(refreshed(name));
    await expect.poll(() => heard, soon).toBe(8);
    const rest = [await slow.next(), await slow.next(), await slow.next()];
    expect(rest.map(({ value }) => value?.kind)).toStrictEqual(['refresh_completed', 'refresh_completed', 'overflow']);
  });

  it('may stop, and is forgotten', async () => {
    const events = await open();
    const next = take(events, 1);
    await alert(refreshed('totals'));
    expect(await next).toHaveLength(1);
    expect(events.state).toBe('listening');
  });
});

describe('a function that is given to events()', () => {
  it('is called for its kind until it is taken back', async () => {
    const events = await open();
    const names: string[] = [];
    const end = events.on('refresh_completed', ({ table }) => names.push(table.name));
    const kinds = kindsOf(events);
    await alert({ event: 'fuse_blown' });
    await alert(refreshed('first'));
    await expect.poll(() => kinds, soon).toStrictEqual(['other', 'refresh_completed']);
    end();
    await alert(refreshed('second'));
    await expect.poll(() => kinds, soon).toHaveLength(3);
    expect(names).toStrictEqual(['first']);
  });

  it('harms nobody by its errors, which onError is told of', async () => {
    const errors: unknown[] = [];
    const events = await open({ onError: (error) => errors.push(error) });
    const kinds = kindsOf(events);
    events.on('refresh_completed', () => {
      throw new Error('thrown');
    });
    events.on('refresh_completed', async () => {
      await Promise.resolve();
      throw new Error('rejected');
    });
    await alert(refreshed('totals'));
    await expect.poll(() => errors, soon).toStrictEqual([new Error('thrown'), new Error('rejected')]);
    expect(kinds).toStrictEqual(['refresh_completed']);
  });

  it('is warned of by the process where nobody gave onError', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    onTestFinished(() => warn.mockRestore());
    const events = await open();
    events.on('refresh_completed', () => Promise.reject(new Error('no cache')));
    await alert(refreshed('totals'));
    await expect.poll(() => warn.mock.calls, soon).toHaveLength(1);
    expect(warn.mock.calls[0]).toMatchObject([
      expect.stringContaining('no cache'),
      { code: 'PGSTREAM_HANDLER_FAILED' },
    ]);
  });

  it('of onRefresh() is called when its stream table may have other rows, and after a gap', async () => {
    const events = await open({ retryDelayMs: 10 });
    const heard: PgStreamEvent[] = [];
    events.onRefresh('totals', (event) => heard.push(event));
    await alert(refreshed('others'));
    await alert(refreshed('totals', 'NO_DATA'));
    await alert(refreshed('totals'));
    await alert({ stream_table: 'totals', schema: 'public', mode: 'FULL' }, 'pgstream_refresh');
    await alert({ stream_table: 'totals', schema: 'elsewhere', mode: 'FULL' }, 'pgstream_refresh');
    await admin.query('SELECT pg_notify($1, $2)', [inItsNames('pg_stream_alert'), 'anything']);
    await expect.poll(() => heard.at(-1)?.kind, soon).toBe('unreadable');
    await terminate();
    await expect
      .poll(() => heard.map(({ kind }) => kind), soon)
      .toStrictEqual(['refresh_completed', 'full_refresh', 'unreadable', 'reconnected']);
  });

  it('of onWakeup() is called for whatever may matter to who waits for its stream table', async () => {
    const events = await open();
    const woken: string[] = [];
    events.onWakeup('totals', () => woken.push('totals'));
    const end = events.onWakeup(null, () => woken.push('any'));
    const kinds = kindsOf(events);
    await alert(refreshed('others'));
    await alert(refreshed('totals', 'NO_DATA'));
    await alert({ event: 'buffer_growth_warning' });
    await expect.poll(() => kinds, soon).toHaveLength(3);
    expect(woken).toStrictEqual(['any', 'totals', 'any']);
    end();
    await alert(refreshed('totals'));
    await expect.poll(() => kinds, soon).toHaveLength(4);
    expect(woken).toStrictEqual(['any', 'totals', 'any', 'totals']);
  });
});

it.each<[Partial<EventsOptions>, string]>([
  [{ highWaterMark: 0 }, 'highWaterMark'],
  [{ keepAliveMs: Number.NaN }, 'keepAliveMs'],
  [{ connectTimeoutMs: Number.POSITIVE_INFINITY }, 'connectTimeoutMs'],
  [{ retryDelayMs: -1 }, 'retryDelayMs'],
  [{ maxRetryDelayMs: 2 ** 31 }, 'maxRetryDelayMs'],
])('events(%j) is refused', async (options, name) => {
  await expect(open(options)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining(name),
  });
});

// Past the types, as JavaScript may.
it.each([[[]], [[{}]], [[{ listener: {} }]]])(
  'events(%j), without a listener, is refused with what makes one',
  async (args) => {
    const events = createPgStream(fromPg(admin)).events as (...given: readonly unknown[]) => Promise<unknown>;
    await expect(events(...args)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      operation: 'listen',
      message: expect.stringContaining('listenWithPg'),
    });
  },
);
