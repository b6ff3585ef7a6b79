import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { extension, inItsNames, onEmulator, testDatabase } from '@pgstream/harness';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dueOf } from '../src/run/due.ts';
import { PROGRAM, runner } from './run.ts';
import { aged, shop } from './shop.ts';

const database = testDatabase();
shop(database);
const run = runner(() => database.url);

let sql: (text: string) => Promise<Record<string, unknown>[]>;
beforeAll(async () => {
  const client = await database.connect();
  sql = async (text) => (await client.query<Record<string, unknown>>(inItsNames(text))).rows;
});

/** A test begins with two stream tables of which none is due. */
beforeEach(async () => {
  await sql(
    `UPDATE pgstream.pgs_stream_tables SET status = 'ACTIVE', schedule = '5m', data_timestamp = now(), last_refresh_at = now()`,
  );
});

const programs: Program[] = [];
afterEach(async () => {
  for (const program of programs.splice(0)) await program.kill('SIGKILL');
});

/** `pgstream run` as a process of its own, and what it has told so far. */
class Program {
  readonly told: {
    readonly event: string;
    readonly streamTable?: { readonly name: string };
    readonly code?: string;
    readonly failures?: number;
    readonly url?: string;
  }[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  constructor(...args: readonly string[]) {
    const { PATH, HOME } = process.env;
    this.#child = spawn(process.execPath, [PROGRAM, 'run', '--json', '--interval', '100ms', ...args], {
      env: { PATH, HOME, DATABASE_URL: database.url },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#ended = once(this.#child, 'exit');
    let rest = '';
    this.#child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      const lines = (rest + part).split('\n');
      rest = lines.pop() ?? '';
      this.told.push(...lines.map((line) => JSON.parse(line) as (typeof this.told)[number]));
    });
    programs.push(this);
  }

  /** How often it has refreshed a stream table. */
  refreshes(name: string): number {
    return this.told.filter(({ event, streamTable }) => event === 'refreshed' && streamTable?.name === name).length;
  }

  async kill(signal: NodeJS.Signals): Promise<unknown> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
    return (await this.#ended)[0];
  }
}

async function until(what: string, holds: () => boolean | Promise<boolean>, patienceMs = 60_000): Promise<number> {
  const since = performance.now();
  while (!(await holds())) {
    if (performance.now() - since > patienceMs) throw new Error(`Not after ${patienceMs} ms: ${what}`);
    await sleep(50);
  }
  return performance.now() - since;
}

describe('pgstream run --once', () => {
  test('refreshes what is due, and nothing else', async () => {
    await sql(aged('order_totals', '6 minutes'));
    const { code, out, err } = await run('run', '--all', '--once');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(
      /Keeping fresh: analytics\.visits, order_totals|Keeping fresh: order_totals, analytics\.visits/,
    );
    expect(out.match(/\S+ refreshed in/g)).toEqual(['order_totals refreshed in']);
    expect((await run('run', '--all', '--once')).out).not.toContain('refreshed in');
  });

  test('leaves what is not named to others', async () => {
    await sql(aged('order_totals', '6 minutes'));
    await sql(aged('visits', '6 minutes'));
    expect((await run('run', 'analytics.visits', '--once')).out.match(/\S+ refreshed in/g)).toEqual([
      'analytics.visits refreshed in',
    ]);
  });

  test('follows a chain: what is calculated from others comes after them, in the same call', async () => {
    await sql(
      `SELECT pgstream.create_stream_table('public.grand_total', 'SELECT sum(total) AS total FROM public.order_totals', ${extension.calculated}, 'FULL')`,
    );
    try {
      await run('run', '--all', '--once');
      await sql(aged('order_totals', '6 minutes'));
      await sql('INSERT INTO public.orders (customer_id, amount) VALUES (1, 1000000)');
      const { out } = await run('run', '--all', '--once');
      expect(out.match(/\S+ refreshed in/g)).toEqual(['order_totals refreshed in', 'grand_total refreshed in']);
      expect(Number((await sql('SELECT total FROM public.grand_total'))[0]?.['total'])).toBeGreaterThan(1_000_000);
    } finally {
      await sql(`SELECT pgstream.drop_stream_table('public.grand_total')`);
    }
  });

  test('one that fails is named, ends it with 8, and keeps no other from being refreshed', async () => {
    await sql('CREATE TABLE public.odd (id int); INSERT INTO public.odd VALUES (1)');
    await sql(
      `SELECT pgstream.create_stream_table('public.divided', 'SELECT 1 / id AS one FROM public.odd', '5m', 'FULL')`,
    );
    try {
      await sql('UPDATE public.odd SET id = 0');
      for (const name of ['divided', 'order_totals', 'visits']) await sql(aged(name, '6 minutes'));
      const { code, out } = await run('run', '--all', '--once');
      expect(code).toBe(8);
      expect(out).toMatch(/divided failed: \w+: .*division by zero.* Again in 5s\./);
      expect(out.match(/\S+ refreshed in/g)?.toSorted()).toEqual([
        'analytics.visits refreshed in',
        'order_totals refreshed in',
      ]);
    } finally {
      await sql(`SELECT pgstream.drop_stream_table('public.divided'); DROP TABLE public.odd`);
    }
  });

  test('leaves a suspended one alone', async () => {
    await sql(aged('order_totals', '6 minutes'));
    await sql(`UPDATE pgstream.pgs_stream_tables SET status = 'SUSPENDED' WHERE pgs_name = 'order_totals'`);
    expect(await run('run', '--all', '--once')).toMatchObject({
      code: 0,
      out: expect.not.stringContaining('order_totals refreshed'),
    });
  });

  test.each([
    [[], 2, 'Say which stream tables'],
    [['order_totals', '--all'], 2, 'not both'],
    [['nope', '--once'], 3, 'There is no stream table "nope"'],
    [['--all', '--once', '--metrics-port', 'x'], 2, 'x is no port'],
  ])('%j ends with %i', async (args, code, said) => {
    const ran = await run('run', ...args);
    expect(ran).toMatchObject({ code, out: '', err: expect.stringContaining(said) });
  });
});

describe('pgstream run', () => {
  test('several share the work, each stream table is refreshed once, and one takes over what another leaves', async () => {
    const instances = [new Program('--all'), new Program('--all')] as const;
    await until('both have begun', () => instances.every(({ told }) => told.length > 0));
    const counted = (name: string): number => instances.reduce((sum, each) => sum + each.refreshes(name), 0);
    for (let round = 1; round <= 3; round += 1) {
      await sql(aged('order_totals', '6 minutes'));
      await sql(aged('visits', '6 minutes'));
      await until(`round ${round}`, () => counted('order_totals') >= round && counted('visits') >= round);
    }
    await sleep(500);
    expect([counted('order_totals'), counted('visits')]).toEqual([3, 3]);

    // While its transaction holds the turn: another finds it due as soon as the server has noticed.
    await sql(aged('order_totals', '6 minutes'));
    await instances[0].kill('SIGKILL');
    const before = instances[1].refreshes('order_totals');
    const tookMs = await until('the other took over', async () => {
      const [row] = await sql(
        `SELECT last_refresh_at > now() - interval '1 minute' AS is_fresh FROM pgstream.pgs_stream_tables WHERE pgs_name = 'order_totals'`,
      );
      return row?.['is_fresh'] === true || instances[1].refreshes('order_totals') > before;
    });
    expect(tookMs).toBeLessThan(10_000);
    expect(await instances[1].kill('SIGTERM')).toBe(0);
  });

  test('SIGTERM ends it once the refresh that runs is done', async () => {
    const blocker = await database.connect();
    const program = new Program('analytics.visits');
    await until('it has begun', () => program.told.length > 0);
    // It is computed anew, which no reader sees half of.
    await blocker.query('BEGIN; SELECT FROM analytics.visits');
    await sql(aged('visits', '6 minutes'));
    await until('it waits', async () => {
      const [row] = await sql(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return row?.['n'] !== 0;
    });
    const ended = program.kill('SIGTERM');
    await until('it was told', () => program.told.some(({ event }) => event === 'ending'));
    expect(program.refreshes('visits')).toBe(0);
    await blocker.query('COMMIT');
    expect(await ended).toBe(0);
    expect(program.refreshes('visits')).toBe(1);
  });

  test('what fails is tried again, more and more seldom, while others go on', async () => {
    await sql('CREATE TABLE public.odd (id int); INSERT INTO public.odd VALUES (1)');
    await sql(
      `SELECT pgstream.create_stream_table('public.divided', 'SELECT 1 / id AS one FROM public.odd', '5m', 'FULL')`,
    );
    try {
      await sql('UPDATE public.odd SET id = 0');
      await sql(aged('divided', '6 minutes'));
      const program = new Program('--all');
      await until('it has failed', () => program.told.some(({ event }) => event === 'failed'));
      await sql(aged('order_totals', '6 minutes'));
      await until('the other was refreshed', () => program.refreshes('order_totals') === 1);
      expect(program.told.filter(({ event }) => event === 'failed')).toEqual([
        expect.objectContaining({ failures: 1, againInMs: 5_000, streamTable: { schema: 'public', name: 'divided' } }),
      ]);
      await until('it has failed again', () => program.told.some(({ failures }) => failures === 2));
      expect(await program.kill('SIGTERM')).toBe(0);
    } finally {
      await sql(`SELECT pgstream.drop_stream_table('public.divided'); DROP TABLE public.odd`);
    }
  });

  test('serves metrics and its health', async () => {
    const program = new Program('order_totals', '--metrics-port', '0');
    await sql(aged('order_totals', '6 minutes'));
    await until('it has refreshed', () => program.refreshes('order_totals') === 1);
    const { url } = program.told.find(({ event }) => event === 'listening') ?? {};
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('pgstream_run_refreshes_total{schema="public",name="order_totals",status="refreshed"} 1');
    expect(metrics).toContain('pgstream_run_up 1');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/nope`)).status).toBe(404);
    expect(await program.kill('SIGTERM')).toBe(0);
  });

  test('goes on when its connections are lost', async () => {
    const program = new Program('order_totals');
    await until('it has begun', () => program.told.length > 0);
    await sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'pgstream%'`,
    );
    await sql(aged('order_totals', '6 minutes'));
    await until('it has refreshed', () => program.refreshes('order_totals') === 1);
    expect(await program.kill('SIGTERM')).toBe(0);
  });
});

const at = (time: string): Date => new Date(`2026-01-05T${time}Z`);
const cron = (text: string): object => ({ kind: 'cron', text });

describe('what is due', () => {
  const table = (more: object): Parameters<typeof dueOf>[0] =>
    ({ isPopulated: true, lastRefreshAt: at('10:00:00'), ...more }) as Parameters<typeof dueOf>[0];
  const minute = { kind: 'duration', everyMs: 60_000 };

  test.each([
    ['a minute has passed', { schedule: minute }, [], '10:01:00', 59_999],
    ['not yet', { schedule: minute }, [], '10:00:59', undefined],
    ['it was never filled', { schedule: minute, isPopulated: false, lastRefreshAt: null }, [], '10:00:00', 60_000],
    ['a moment of its cron has passed since', { schedule: cron('*/5 * * * *') }, [], '10:05:01', 300_999],
    ['none has', { schedule: cron('*/5 * * * *') }, [], '10:04:59', undefined],
    ['nor does the one at which it was refreshed count', { schedule: cron('@hourly') }, [], '10:59:59', undefined],
    ['six fields', { schedule: cron('*/10 * * * * *') }, [], '10:00:10', 9_999],
    ['by UTC, on Mondays at 11', { schedule: cron('0 11 * * 1') }, [], '11:00:00', 3_599_999],
    [
      'what it reads was refreshed since',
      { schedule: { kind: 'calculated' } },
      [table({ lastRefreshAt: at('10:00:01') })],
      '10:00:02',
      1_999,
    ],
    [
      'what it reads was not',
      { schedule: { kind: 'calculated' } },
      [table({ lastRefreshAt: at('09:59:59') })],
      '10:00:02',
      undefined,
    ],
    ['it reads nothing', { schedule: { kind: 'calculated' } }, [], '12:00:00', undefined],
  ])('%s', (_, more, below, now, maxAgeMs) => {
    expect(dueOf(table(more), below, at(now).getTime())?.maxAgeMs).toEqual(maxAgeMs);
  });
});

test.runIf(onEmulator)('stands by where the extension has a scheduler for the database (on the emulator)', async () => {
  await sql(aged('order_totals', '6 minutes'));
  // What health() recognises it by.
  const client = await database.connect({ application_name: `${extension.name} scheduler` });
  const { code, out } = await run('run', '--all', '--once');
  expect(code).toBe(8);
  expect(out).toContain("The extension's own scheduler serves this database");
  expect(out).not.toContain('refreshed in');
  expect((await run('run', '--all', '--once', '--beside-scheduler')).out).toContain('order_totals refreshed in');
  await client.end();
});
