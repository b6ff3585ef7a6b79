import { extension, freshDatabase, inItsNames, onPgTrickle, testDatabase } from '@pgstream/harness';
import { Client } from 'pg';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pgstream, runner } from './run.ts';
import { shell } from './shell.ts';
import { aged, shop } from './shop.ts';

const database = testDatabase();
shop(database);
const run = runner(() => database.url);
const query = 'SELECT id FROM public.orders';

let client: Client;
beforeAll(async () => {
  client = await database.connect();
});

interface Status {
  status: string;
  schedule: { text: string | null };
  refreshMode: string;
}

const statusOf = async (name: string): Promise<Status> =>
  JSON.parse((await run('status', name, '--json')).out) as Status;

describe('names', () => {
  test('have a schema before a dot, as they are stored, and quotes where a dot is part of it', async () => {
    expect(await run('status', 'analytics.visits')).toMatchObject({ code: 0 });
    expect(await run('status', 'visits', '--schema', 'analytics')).toMatchObject({ code: 0 });
    expect((await run('status', 'Visits', '--schema', 'analytics')).err).toContain(
      'There is no stream table "Visits" in schema "analytics"',
    );
    expect((await run('status', '"v1.2"')).err).toContain('There is no stream table "v1.2" in schema "public"');
    expect(await run('status', 'a.b.c')).toMatchObject({ code: 2, out: '' });
  });
});

describe('exit codes', () => {
  test.for<[what: string, args: string[], code: number, says: RegExp]>([
    ['not found', ['status', 'nope'], 3, /^pgstream: There is no stream table "nope" in schema "public"/],
    [
      'an option that is not there',
      ['list', '--jsno'],
      2,
      /^pgstream: Unknown option '--jsno'\. Did you mean --json\?\n$/,
    ],
    ['a command that is not there', ['frehness'], 2, /Did you mean freshness\?/],
    ['a schedule that is none', ['alter', 'order_totals', '--schedule', '5x'], 2, /'5x' is not a schedule/],
    ['a schedule without a unit', ['alter', 'order_totals', '--schedule', '300'], 2, /A schedule has a unit: 5m/],
    ['a mode that is none', ['alter', 'order_totals', '--mode', 'half'], 2, /There are DIFFERENTIAL, FULL, /],
    ['an argument that is missing', ['status'], 2, /^pgstream: Missing required argument 'name'\.\n$/],
    ['an interval that keeps the computer busy', ['run', '--all', '--interval', '1ms'], 2, /from 50ms to 1d/],
    ['an option without the other', ['refresh', 'order_totals', '--max-age', '5m'], 2, /: --max-age needs --stale\.$/m],
    [
      'a time that is none',
      ['refresh', 'order_totals', '--timeout', '0s'],
      2,
      /: --timeout must be a duration from 1ms/,
    ],
    ['too much to show', ['verify', 'order_totals', '--sample', '101'], 2, /It is a whole number, 0 to 100/],
    ['a duration without a unit', ['freshness', '--warn', '10'], 2, /A duration has a unit/],
    ['a query that is refused', ['create', 'bad', 'SELECT 1 +'], 8, /^pgstream: /],
    ['a name that is taken', ['create', 'order_totals', query], 8, /order_totals/],
    ['not suspended', ['resume', 'order_totals'], 8, /cannot be resumed/],
    ['nothing to alter', ['alter', 'order_totals'], 2, /--schedule, --mode/],
    ['no query', ['create', 'none'], 2, /--file/],
    [
      'nobody to ask',
      ['drop', 'order_totals'],
      8,
      /Drop stream table order_totals\? There is nobody to ask here.*--yes/,
    ],
    ['nobody to ask', ['suspend', 'order_totals'], 8, /--yes/],
  ])('%s: %j ends with %i', async ([, args, code, says]) => {
    const ran = await run(...args);
    expect({ code: ran.code, out: ran.out }).toEqual({ code, out: '' });
    expect(ran.err).toMatch(says);
  });

  test('writers in the way are told with the option for more patience', async () => {
    const writer = await database.connect();
    await writer.query('BEGIN; INSERT INTO public.orders (customer_id, amount) VALUES (1, 1)');
    const { code, out } = await run('refresh', 'order_totals', '--lock-timeout', '50ms');
    await writer.query('ROLLBACK');
    expect({ code, out }).toEqual({ code: 8, out: expect.stringMatching(/allow more time \(--lock-timeout\)\.$/m) });
  });

  test('a database without the extension is named, with what there is to do', async () => {
    const url = await freshDatabase();
    const admin = new Client(url);
    await admin.connect();
    await admin.query(`DROP EXTENSION ${extension.name} CASCADE`);
    await admin.end();
    const empty = url.split('/').at(-1) ?? '';
    const { code, out, err } = await run('list', '-d', empty);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(
      /^pgstream: The database "[^"]+" has neither pg_stream nor pg_trickle\. .* -d connects to another\. .*CREATE EXTENSION pg_\w+/,
    );
    expect(await run('list', '-d', empty, '--extension', 'pg_trickle')).toMatchObject({
      code: 3,
      err: expect.stringContaining('CREATE EXTENSION pg_trickle in it'),
    });
  });

  test('with --json the error is JSON, too, where results do not go', async () => {
    const { code, out, err } = await run('status', 'nope', '--json');
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(JSON.parse(err)).toEqual({
      error: { code: 'NOT_FOUND', message: expect.stringContaining('"nope"'), exitCode: 3 },
    });
    expect(JSON.parse((await run('list', '--jsno', '--json')).err)).toEqual({
      error: { code: 'INVALID_ARGUMENT', message: "Unknown option '--jsno'. Did you mean --json?", exitCode: 2 },
    });
  });
});

test.runIf(process.platform === 'linux')('a full disk is told, in one line (Linux)', async () => {
  expect(await shell('pgstream list > /dev/full', '.', database.url)).toEqual({
    code: 1,
    out: '',
    err: expect.stringMatching(/^pgstream: The result cannot be written: .*no space left on device.*\n$/),
  });
});

describe('create', () => {
  test('reads the query from an argument, a file or standard input, with or without a semicolon at its end', async () => {
    expect(await run('create', 'by_argument', `${query};`, '--schedule', '10m', '--mode', 'full')).toEqual({
      code: 0,
      out: 'Created by_argument.\n',
      err: '',
    });
    expect(await statusOf('by_argument')).toMatchObject({
      schedule: { text: '10m' },
      refreshMode: 'FULL',
      status: 'ACTIVE',
    });
    const piped = await pgstream(['create', 'by_input', '--file', '-', '--no-initialize'], {
      env: { DATABASE_URL: database.url },
      input: `${query}\n;\n`,
    });
    expect(piped).toMatchObject({ code: 0, out: 'Created by_input, empty until its first refresh.\n' });
  });

  test('refuses two queries', async () => {
    expect(await run('create', 'two', query, '--file', '-')).toMatchObject({ code: 2 });
  });
});

describe('alter, suspend, resume', () => {
  test('change what they say', async () => {
    await run('create', 'altered', query);
    expect(await run('alter', 'altered', '--schedule', '7m', '--mode', 'FULL')).toMatchObject({
      code: 0,
      out: 'Altered altered.\n',
    });
    expect(await statusOf('altered')).toMatchObject({ schedule: { text: '7m' }, refreshMode: 'FULL' });
    expect(await run('suspend', 'altered', '--yes')).toMatchObject({ code: 0, out: 'Suspended altered.\n' });
    expect(await statusOf('altered')).toMatchObject({ status: 'SUSPENDED' });
    expect(await run('refresh', 'altered')).toMatchObject({
      code: 8,
      out: expect.stringContaining('`pgstream resume`'),
    });
    expect(await run('resume', 'altered')).toMatchObject({ code: 0, out: 'Resumed altered.\n' });
    expect(await statusOf('altered')).toMatchObject({ status: 'ACTIVE' });
    await run('alter', 'altered', '--status', 'SUSPENDED');
    expect((await run('list', '--status', 'suspended', '--json')).out).toContain('"altered"');
  });
});

describe('drop', () => {
  beforeEach(async () => {
    await run('create', 'bottom', 'SELECT id, amount FROM public.orders', '--mode', 'FULL');
    await run('create', 'top', 'SELECT id FROM public.bottom', '--mode', 'FULL');
    await client.query('CREATE OR REPLACE VIEW analytics.seen AS SELECT id FROM public.bottom');
    return async () => {
      await run('drop', 'top', '--yes');
      await run('drop', 'bottom', '--yes');
    };
  });

  test('shows what depends on it, and drops nothing without an answer', async () => {
    const { code, err } = await run('drop', 'bottom');
    expect(code).toBe(8);
    expect(err).toContain('Stream tables that read it: top\n');
    expect(err).toContain('Views that go with it: analytics.seen\n');
    expect(await statusOf('bottom')).toMatchObject({ status: 'ACTIVE' });
  });

  test('with --yes drops', async () => {
    expect(await run('drop', 'top', '--yes')).toMatchObject({ code: 0, out: 'Dropped top.\n' });
    expect(JSON.parse((await run('drop', 'bottom', '--yes', '--json')).out)).toEqual({
      dropped: { schema: 'public', name: 'bottom' },
      dependents: { streamTables: [], views: [{ schema: 'analytics', name: 'seen' }] },
    });
    expect(await run('status', 'bottom')).toMatchObject({ code: 3 });
  });
});

describe('refresh', () => {
  test('refreshes what is named, and nothing where a name is wrong', async () => {
    await client.query('INSERT INTO orders (customer_id, amount) VALUES (99, 1)');
    const total = async (): Promise<unknown> =>
      (await client.query('SELECT total FROM order_totals WHERE customer_id = 99')).rows;
    expect(await run('refresh', 'order_totals', 'nope')).toMatchObject({ code: 3, out: '' });
    expect(await total()).toEqual([]);
    expect(await run('refresh', 'order_totals', 'analytics.visits')).toMatchObject({ code: 0, err: '' });
    expect(await total()).toEqual([{ total: '1' }]);
  });

  test('one that fails stops those that read it and no others; the exit code is its own', async () => {
    await run('create', 'failing', 'SELECT id, 1 / (100 - customer_id) AS x FROM public.orders', '--mode', 'FULL');
    await run('create', 'above', 'SELECT id FROM public.failing', '--mode', 'FULL');
    await client.query('INSERT INTO orders (customer_id, amount) VALUES (100, 1)');
    const { code, out } = await run('refresh', 'failing', 'above', 'order_totals', '--json');
    const results = JSON.parse(out) as { name: string }[];
    const of = (name: string): unknown => results.find((each) => each.name === name);
    expect(of('failing')).toMatchObject({ status: 'failed', error: { code: 'UNKNOWN' } });
    expect(of('above')).toMatchObject({ status: 'skipped', because: { schema: 'public', name: 'failing' } });
    expect(of('order_totals')).toMatchObject({ status: 'refreshed' });
    expect(code).toBe(1);
    expect((await run('refresh', 'failing', 'above')).out).toMatch(
      /^failing: failed\. .+\nabove: skipped, because failing failed\n$/,
    );
    await run('drop', 'above', '--yes');
    await run('drop', 'failing', '--yes');
  });

  test('with --stale leaves what is fresh', async () => {
    expect(await run('refresh', 'order_totals', '--stale', '--max-age', '1h')).toMatchObject({
      code: 0,
      out: 'order_totals: fresh, left as it is\n',
    });
    await client.query(aged('order_totals', '2 hours'));
    expect((await run('refresh', '--stale', '--max-age', '1h')).out).toMatch(/^order_totals: refreshed in /m);
  });

  test('says that it was told nothing, or too much', async () => {
    expect(await run('refresh')).toMatchObject({ code: 2, err: expect.stringContaining('--all or --stale') });
    expect(await run('refresh', 'order_totals', '--all')).toMatchObject({ code: 2 });
  });
});

describe('freshness', () => {
  test('ends with the worst verdict', async () => {
    await client.query(
      inItsNames(
        'UPDATE pgstream.pgs_stream_tables SET data_timestamp = now(), last_refresh_at = now() WHERE is_populated',
      ),
    );
    await client.query(aged('order_totals', '20 minutes'));
    const both = ['freshness', 'order_totals', 'analytics.visits'];
    expect(await run(...both, '--warn', '30m', '--error', '1h')).toMatchObject({ code: 0 });
    expect(await run(...both, '--warn', '10m', '--error', '1h')).toMatchObject({ code: 4 });
    expect(await run(...both, '--warn', '10m', '--error', '15m')).toMatchObject({ code: 5 });
    // Its schedule is 5m; a cron expression gives no bound.
    expect(JSON.parse((await run(...both, '--json')).out)).toMatchObject({
      verdict: 'error',
      tables: [
        { name: 'order_totals', verdict: 'error' },
        { name: 'visits', verdict: 'pass' },
      ],
    });
    expect(await run('freshness', '--warn', '2h', '--error', '1h')).toMatchObject({ code: 2 });
  });

  test('says why something is not refreshed', async () => {
    await run('create', 'unfilled', query, '--no-initialize');
    await run('create', 'stopped', query);
    await run('suspend', 'stopped', '--yes');
    await client.query(
      inItsNames(`UPDATE pgstream.pgs_stream_tables SET consecutive_errors = 3 WHERE pgs_name = 'order_totals'`),
    );
    const { out } = await run('freshness', 'unfilled', 'stopped', 'order_totals', 'analytics.visits');
    await client.query(inItsNames('UPDATE pgstream.pgs_stream_tables SET consecutive_errors = 0'));
    expect(out).toMatch(/^NAME +VERDICT +REFRESHED +STATUS +WHY$/m);
    expect(out).toMatch(/^unfilled .* never filled: `pgstream refresh` fills it$/m);
    expect(out).toMatch(/^stopped .* SUSPENDED +suspended by somebody, until `pgstream resume`$/m);
    expect(out).toMatch(/^order_totals .* its last 3 refreshes failed/m);
    expect(out).toMatch(/^analytics\.visits .* ACTIVE +-$/m);
    for (const name of ['unfilled', 'stopped']) await run('drop', name, '--yes');
  });
});

/** Times of day, durations and ids of this run, as long as they were. */
const steady = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'YYYY-MM-DD hh:mm:ss')
    .replaceAll(/\((?:\d+\w+ ago|just now)\)/g, '(just now)')
    .replaceAll(/ (in|took) [\d.]+m?s/g, ' $1 10ms');

describe('wait', () => {
  test('ends at once for what is fresh, and with 6 when the time is over, saying how stale it is', async () => {
    await run('refresh', 'order_totals');
    expect((await run('wait', 'order_totals', '--max-age', '1h')).out).toMatch(/^order_totals: fresh, after /);
    await client.query(aged('order_totals', '2 hours'));
    const { code, out, err } = await run('wait', 'order_totals', '--max-age', '1h', '--timeout', '200ms');
    expect({ code, out, err }).toEqual({ code: 6, out: '', err: expect.stringContaining('order_totals') });
  });

  test('reads a moment with its time zone, or a log position', async () => {
    await run('refresh', 'order_totals');
    // An instant alone is no proof on pg_trickle, whose next refresh would have to be waited for.
    const moment = ['--since', '2026-01-01T00:00:00Z', '--timeout', '2s'];
    expect(await run('wait', 'order_totals', ...moment)).toMatchObject({ code: onPgTrickle ? 6 : 0 });
    expect(await run('wait', 'order_totals', '--since', '0/1', '--timeout', '5s')).toMatchObject({ code: 0 });
    expect(await run('wait', 'order_totals', '--since', '2026-01-01T00:00:00')).toMatchObject({ code: 2 });
  });
});

describe('health', () => {
  test('ends with the worst of what it found, and says what to do', async () => {
    await client.query(aged('order_totals', '2 hours'));
    const { code, out } = await run('health', 'order_totals', 'nope', '--max-age', '1h');
    expect(code).toBe(5);
    expect(out).toMatch(/^error {2}pg_\w+ [\d.]+, scheduler \w+, 1 stream table\n/);
    expect(out).toMatch(/^error {2}NOT_FOUND {2}.*nope.*\n {7}\S/m);
    expect(out).toMatch(/^error {2}STALE {2}.*order_totals.*\n {7}\S/m);
  });
});

describe('what people see', () => {
  beforeAll(async () => {
    await client.query(aged('order_totals', '3 days 2 hours'));
    await client.query(aged('visits', '26 hours'));
  });

  test.for([
    ['list', '--schema', 'analytics'],
    ['freshness', 'order_totals', 'analytics.visits', '--warn', '30h'],
    ['refresh', 'analytics.visits'],
  ])('of pgstream %s', async (args) => {
    expect(steady((await run(...args)).out)).toMatchSnapshot();
  });

  test.skipIf(onPgTrickle).for([
    ['status', 'order_totals'],
    ['history', 'order_totals'],
  ])('of pgstream %s, on pg_stream', async (args) => {
    expect(steady((await run(...args)).out)).toMatchSnapshot();
  });

  test.runIf(onPgTrickle)('of the refreshes that pg_trickle records, and how it made the last', async () => {
    const { out } = await run('history', 'order_totals');
    expect(out).toMatch(
      /^STARTED +TOOK +ACTION +RESULT +BY +INSERTED +DELETED +ERROR\n.+ DIFFERENTIAL +COMPLETED +MANUAL /,
    );
    expect(out).toMatch(/ FULL +COMPLETED +INITIAL /);
    expect((await run('status', 'order_totals')).out).toMatch(/^ *Mode +DIFFERENTIAL, .*last done NO_DATA$/m);
  });

  test('of pgstream explain: whether it is maintained incrementally, and how', async () => {
    expect((await run('explain', 'order_totals')).out).toMatch(
      /^Maintained incrementally\.\n\nOperators\n(?:.|\n)+SQL\n/,
    );
  });

  test('has colours where they are asked for, and none with NO_COLOR or in a file', async () => {
    const escape = String.fromCodePoint(27);
    const env = { DATABASE_URL: database.url };
    expect((await pgstream(['list'], { env })).out).not.toContain(escape);
    expect((await pgstream(['list'], { env: { ...env, CI: 'true' } })).out).not.toContain(escape);
    expect((await pgstream(['list', '--color'], { env })).out).toContain(`${escape}[32mACTIVE${escape}[39m`);
    expect((await pgstream(['list'], { env: { ...env, FORCE_COLOR: '1' } })).out).toContain(escape);
    expect((await pgstream(['list'], { env: { ...env, FORCE_COLOR: '1', NO_COLOR: '1' } })).out).not.toContain(escape);
  });
});
