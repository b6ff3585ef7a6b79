import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inItsNames, testDatabase } from '@pgstream/harness';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createProgram } from '../src/program.ts';
import { shell } from './shell.ts';
import { shop } from './shop.ts';

const database = testDatabase();
shop(database);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgstream-examples-'));
  await writeFile(join(folder, 'package.json'), '{}');
  await writeFile(join(folder, 'daily.sql'), 'SELECT id FROM public.orders;\n');
  await writeFile(
    join(folder, 'pgstream.definitions.json'),
    `[{ "name": "declared_ids", "query": "SELECT id FROM orders" }]`,
  );
});
afterAll(() => rm(folder, { recursive: true }));

/** The help of a command, as it is printed. */
function helpOf(command: Command): string {
  let printed = '';
  command.configureOutput({ writeOut: (part) => (printed += part) }).outputHelp();
  return printed;
}

const commands = createProgram().commands.filter((command) => command.name() !== 'complete');
const examples = commands.flatMap((command) =>
  [...helpOf(command).matchAll(/^ {2}\$ (.+)$/gm)].map(([, line = '']) => line),
);

/** What has to be there, or not, before an example, as SQL. */
const BEFORE: readonly (readonly [RegExp, string])[] = [
  [/^pgstream create order_totals/, `SELECT pgstream.drop_stream_table('public.order_totals')`],
  [/^pgstream resume/, `SELECT pgstream.alter_stream_table('public.order_totals', status => 'SUSPENDED')`],
  [/^pgstream suspend/, `UPDATE pgstream.pgs_stream_tables SET status = 'ACTIVE'`],
];

/** What needs a terminal, or goes on until it is told to end: they have tests of their own. */
const GOES_ON = /^pgstream (?:watch|run (?!.*--once))/;

/** What ends with its verdict: no scheduler runs here, for one. */
const JUDGES = /^pgstream (?:health|doctor)/;

/** What ends with another code than 0 where nobody answers. */
const ASKS = /^pgstream (?:drop|suspend|repair|apply|rollback)\b(?!.*--yes)/;

describe('help', () => {
  test('of every command has an example', () => {
    expect(
      commands
        .filter((command) => !/^ {2}\$ pgstream|\| pgstream/m.test(helpOf(command)))
        .map((command) => command.name()),
    ).toEqual([]);
  });

  test('of the program is what it was', () => {
    expect(helpOf(createProgram())).toMatchSnapshot();
  });

  test.for(examples.filter((line) => !GOES_ON.test(line)))('the example works: %s', async (line) => {
    const client = await database.connect();
    for (const [pattern, sql] of BEFORE) if (pattern.test(line)) await client.query(inItsNames(sql));
    const works = { code: 0, err: '', out: expect.stringMatching(/> \S+$/.test(line) ? /^$/ : /./) };
    const refuses = { code: 8, err: expect.stringContaining('--yes'), out: '' };
    const judges = { ...works, code: expect.toBeOneOf([0, 4, 5]) };
    expect(await shell(line, folder, database.url)).toEqual(
      ASKS.test(line) ? refuses : JUDGES.test(line) ? judges : works,
    );
  });
});
