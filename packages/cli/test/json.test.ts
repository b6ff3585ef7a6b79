import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { testDatabase } from '@pgstream/harness';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import schema from '../output.schema.json' with { type: 'json' };
import { createProgram } from '../src/program.ts';
import { PROGRAM, runner } from './run.ts';
import { shop } from './shop.ts';

const database = testDatabase();
shop(database);
const run = runner(() => database.url);

const ajv = new Ajv2020({
  strict: true,
  allowUnionTypes: true,
  formats: { 'date-time': (text: string) => new Date(text).toJSON() === text },
});
ajv.addSchema(schema, 'output');

/** What JSON that a command prints has against the schema; nothing if it is as documented. */
function against(definition: string, printed: string): unknown {
  const validate = ajv.getSchema(`output#/$defs/${definition}`);
  if (!validate) throw new Error(`The schema does not define ${definition}.`);
  return validate(JSON.parse(printed)) === true ? [] : validate.errors;
}

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
      const { out, err } = await run(command, ...args, '--json');
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

  test('of an error is as the schema says', async () => {
    expect(against('error', (await run('status', 'nope', '--json')).err)).toEqual([]);
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
