import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { testDatabase } from '@pgstream/harness';
import { beforeAll, describe, expect, test } from 'vitest';
import { createProgram } from '../src/program.ts';
import { PROGRAM, runner } from './run.ts';
import { against } from './schema.ts';
import { aged, damaged, shop } from './shop.ts';

const database = testDatabase();
shop(database);
const run = runner(() => database.url);

/** What the commands of declarations read. */
const declared = join(import.meta.dirname, 'definitions');

/** The arguments with which each command prints its JSON. */
const COMMANDS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  list: [[]],
  status: [['order_totals'], ['analytics.visits']],
  create: [['made', 'SELECT id FROM public.orders', '--no-initialize']],
  alter: [['made', '--schedule', '9m']],
  suspend: [['made', '--yes']],
  resume: [['made']],
  refresh: [['made'], ['--all'], ['--stale', '--max-age', '1h']],
  wait: [['order_totals', '--max-age', '1h']],
  verify: [['order_totals', '--after-refresh'], ['--all']],
  repair: [['order_totals', '--yes']],
  graph: [[]],
  health: [[], ['order_totals', '--max-age', '1h']],
  doctor: [[], ['--try']],
  freshness: [[]],
  explain: [['order_totals'], ['analytics.visits']],
  history: [['order_totals']],
  stats: [[]],
  generate: [
    ['--orm', 'drizzle'],
    ['--orm', 'drizzle', '--out', '/dev/null', '--check'],
  ],
  drop: [['made', '--yes']],
  plan: [['DEFINITIONS'], ['DEFINITIONS', '--drop-orphans', '--sql']],
  apply: [
    ['DEFINITIONS', '--yes'],
    ['DEFINITIONS', '--yes'],
  ],
  check: [['DEFINITIONS']],
  rollback: [['--yes']],
  import: [[]],
};

/** Those that print something else than one result. */
const WITHOUT: ReadonlySet<string> = new Set(['run', 'watch', 'completion', 'complete']);

describe('--json', () => {
  test('is documented for every command', () => {
    const names = createProgram().commands.map((command) => command.name());
    expect(Object.keys(COMMANDS).toSorted()).toEqual(names.filter((name) => !WITHOUT.has(name)).toSorted());
  });

  test.for(Object.entries(COMMANDS))('of %s is as the schema says', async ([command, calls]) => {
    for (const args of calls) {
      const given = args.map((arg) => (arg === 'DEFINITIONS' ? declared : arg));
      const { out, err } = await run(command, ...given, '--json');
      expect({ err, out }).toEqual({ err: '', out: expect.stringMatching(/^[[{]/) });
      expect(against(command, out)).toEqual([]);
    }
  });

  test('of watch is a line each time, as the schema says, until SIGTERM', async () => {
    const watch = spawn(process.execPath, [PROGRAM, 'watch', '--json', '--interval', '50ms'], {
      env: { DATABASE_URL: database.url },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(watch, 'close');
    const lines: string[] = [];
    for await (const line of createInterface(watch.stdout)) {
      if (lines.push(line) === 2) watch.kill('SIGTERM');
    }
    expect(await ended).toEqual([0, null]);
    expect(lines.map((line) => against('watch', line))).toEqual(lines.map(() => []));
    expect(lines.length).toBeGreaterThan(1);
  });

  test('with something missing or more than that would be seen', () => {
    expect(against('error', '{"error":{"code":"A","message":"B"}}')).not.toEqual([]);
    expect(against('name', '{"schema":"a","name":"b","more":1}')).not.toEqual([]);
  });

  test('of run is as the schema says, line by line', async () => {
    const { out } = await run('run', '--all', '--once', '--json');
    expect(out).toMatch(/"event":"started"/);
    for (const line of out.trim().split('\n')) expect(against('run', line)).toEqual([]);
  });
});

describe('--json of what goes wrong', () => {
  beforeAll(async () => {
    const client = await database.connect();
    await run('create', 'failing', 'SELECT id, 1 / (100 - customer_id) AS x FROM public.orders', '--mode', 'FULL');
    await run('create', 'above', 'SELECT id FROM public.failing', '--mode', 'FULL');
    await run('create', 'unfilled', 'SELECT id FROM public.orders', '--no-initialize');
    await client.query('INSERT INTO orders (customer_id, amount) VALUES (100, 1)');
    await damaged(client);
    for (const name of ['order_totals', 'failing']) await client.query(aged(name, '2 hours'));
  });

  test.for<[what: string, args: readonly string[], code: number]>([
    ['something that fails, and what reads it', ['refresh', 'failing', 'above'], 1],
    ['what is not there among others', ['verify', 'nope', 'analytics.visits'], 3],
    ['a difference', ['verify', 'order_totals'], 9],
    ['what nobody can tell', ['verify', 'unfilled', '--max-rows', '1'], 0],
    ['what is stale, suspended and never filled', ['freshness'], 5],
    ['findings', ['health', 'nope', 'order_totals', '--max-age', '1h'], 5],
    ['a refresh that fails', ['run', 'failing', '--once', '--beside-scheduler'], 8],
  ])('of %s is as the schema says: %j', async ([, args, code]) => {
    const ran = await run(...args, '--json');
    expect({ code: ran.code, err: ran.err }).toEqual({ code, err: '' });
    const results = args[0] === 'run' ? ran.out.trim().split('\n') : [ran.out];
    expect(results.map((each) => against(args[0] ?? '', each))).toEqual(results.map(() => []));
  });

  test.for<[code: string, args: readonly string[], exitCode: number]>([
    ['NOT_FOUND', ['status', 'nope'], 3],
    ['INVALID_NAME', ['status', 'a.b.c'], 2],
    ['INVALID_ARGUMENT', ['list', '--status', 'none'], 2],
    ['INVALID_ARGUMENT', ['nothing'], 2],
    ['UNSUPPORTED_QUERY', ['create', 'bad', 'SELECT 1 +'], 8],
    ['ALREADY_EXISTS', ['create', 'order_totals', 'SELECT id FROM public.orders'], 8],
    ['NOT_CONFIRMED', ['drop', 'order_totals'], 8],
    ['TIMEOUT', ['wait', 'order_totals', '--max-age', '1h', '--timeout', '50ms'], 6],
    ['CONNECTION', ['list', '--url', 'postgres://127.0.0.1:1/none'], 7],
  ])('of the error %s is as the schema says: %j', async ([code, args, exitCode]) => {
    const ran = await run(...args, '--json');
    expect({ code: ran.code, out: ran.out }).toEqual({ code: exitCode, out: '' });
    expect(against('error', ran.err)).toEqual([]);
    expect(JSON.parse(ran.err)).toMatchObject({ error: { code, exitCode } });
  });
});
