import { testDatabase } from '@pgstream/harness';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createPgStream,
  type Listener,
  type ListenRequest,
  type PgStream,
  type PgStreamEvent,
} from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';

const db = testDatabase();
const soon = { timeout: 20_000, interval: 5 };

/** A listener of somebody's own, whose connections do what a test tells them. */
class Told implements Listener {
  readonly requests: ListenRequest[] = [];
  readonly closed: number[] = [];
  readonly #open: (() => void)[] = [];
  readonly #refuse: ((error: unknown) => void)[] = [];
  checks = 0;

  listen(request: ListenRequest): ReturnType<Listener['listen']> {
    const number = this.requests.push(request) - 1;
    return new Promise((resolve, reject) => {
      const connection = {
        check: async () => void (this.checks += 1),
        close: async () => void this.closed.push(number),
      };
      this.#open.push(() => resolve(connection));
      this.#refuse.push(reject);
    });
  }

  open(number: number): void {
    this.#open[number]!();
  }

  refuse(number: number, error: unknown): void {
    this.#refuse[number]!(error);
  }
}

let pgstream: PgStream;

beforeAll(async () => {
  pgstream = createPgStream(fromPg(await db.connect()));
});

const payload = '{"event":"fuse_blown"}';

describe('a listener of your own', () => {
  it('is told what to hear, and heard from when it does', async () => {
    const told = new Told();
    const starting = pgstream.events({ listener: told });
    await expect.poll(() => told.requests, soon).toHaveLength(1);
    expect(told.requests[0]!.channels.length).toBeGreaterThanOrEqual(3);
    told.open(0);
    const events = await starting;
    const heard: PgStreamEvent[] = [];
    events.on('other', (event) => heard.push(event));
    const [channel = ''] = told.requests[0]!.channels;
    told.requests[0]!.notification(channel, payload);
    expect(heard).toMatchObject([{ event: 'fuse_blown' }]);
    await events.close();
    expect(told.closed).toStrictEqual([0]);
    told.requests[0]!.notification(channel, payload);
    expect(heard).toHaveLength(1);
  });

  it('may lose its connection as often as it likes: each is let go once, and says nothing afterwards', async () => {
    const told = new Told();
    const starting = pgstream.events({ listener: told, retryDelayMs: 1 });
    await expect.poll(() => told.requests, soon).toHaveLength(1);
    told.open(0);
    const events = await starting;
    const kinds: string[] = [];
    for (const kind of ['disconnected', 'reconnected', 'other'] as const) events.on(kind, () => kinds.push(kind));
    const [first] = told.requests;
    first!.lost(new Error('lost'));
    first!.lost(new Error('lost again'));
    first!.notification(first!.channels[0]!, payload);
    expect(first!.signal.aborted).toBe(true);
    expect(kinds).toStrictEqual(['disconnected']);
    await expect.poll(() => told.requests, soon).toHaveLength(2);
    told.refuse(1, new Error('refused'));
    await expect.poll(() => told.requests, soon).toHaveLength(3);
    told.open(2);
    await expect.poll(() => kinds, soon).toStrictEqual(['disconnected', 'reconnected']);
    expect(told.closed).toStrictEqual([0]);
    await events.close();
    expect(told.closed).toStrictEqual([0, 2]);
  });

  it('whose connection opens too late has it closed, and close() waits for that', async () => {
    const told = new Told();
    const starting = pgstream.events({ listener: told, connectTimeoutMs: 10 });
    const refused = starting.catch((error: unknown) => error);
    await expect.poll(() => told.requests[0]?.signal.aborted, soon).toBe(true);
    told.open(0);
    expect(await refused).toMatchObject({ code: 'CONNECTION', operation: 'listen' });
    expect(told.closed).toStrictEqual([0]);
  });

  it('that loses its connection before it listens has failed', async () => {
    const told = new Told();
    const starting = pgstream.events({ listener: told });
    const refused = starting.catch((error: unknown) => error);
    await expect.poll(() => told.requests, soon).toHaveLength(1);
    told.requests[0]!.lost(Object.assign(new Error('lost'), { code: 'ECONNRESET' }));
    told.open(0);
    expect(await refused).toMatchObject({ code: 'CONNECTION' });
    expect(told.closed).toStrictEqual([0]);
  });

  it('is asked for a sign of life again and again', async () => {
    const told = new Told();
    const starting = pgstream.events({ listener: told, keepAliveMs: 5 });
    await expect.poll(() => told.requests, soon).toHaveLength(1);
    told.open(0);
    const events = await starting;
    await expect.poll(() => told.checks, soon).toBeGreaterThan(2);
    expect(events.state).toBe('listening');
    await events.close();
  });
});
