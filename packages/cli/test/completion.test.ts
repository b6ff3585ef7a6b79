import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inItsNames, testDatabase } from '@pgstream/harness';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { offersText } from '../src/completion/index.ts';
import { createProgram } from '../src/program.ts';
import { PROGRAM, pgstream } from './run.ts';
import { shop } from './shop.ts';
import { type Terminal, terminalOf } from './terminal.ts';

const database = testDatabase();
shop(database);

/** On a machine that is busy, too. */
const PATIENCE = '1m';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgstream-completion-'));
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin/pgstream'), `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`, {
    mode: 0o755,
  });
  await writeFile(join(folder, 'kept.txt'), 'kept');
  const client = await database.connect();
  const create = inItsNames('SELECT pgstream.create_stream_table($1, $2)');
  for (const name of ['order_days', 'renamed'])
    await client.query(create, [`public.${name}`, 'SELECT id FROM public.orders']);
  await client.query(inItsNames("SELECT pgstream.alter_stream_table('public.order_days', status => 'SUSPENDED')"));
  // What the extension cannot create, but finds after a renaming.
  await client.query(
    inItsNames(`UPDATE pgstream.pgs_stream_tables SET pgs_name = 'it''s v1.2' WHERE pgs_name = 'renamed'`),
  );
});
afterAll(() => rm(folder, { recursive: true }));

/** What could come next, without what is said of each, and the last line, which is about files. */
async function next(words: readonly string[], url = ''): Promise<string[]> {
  vi.stubEnv('DATABASE_URL', url);
  vi.stubEnv('PGSTREAM_COMPLETION_TIMEOUT', PATIENCE);
  for (const name of ['PGSERVICE', 'PGHOST', 'PGPORT']) vi.stubEnv(name, '');
  const text = await offersText(createProgram(), words, undefined).finally(() => vi.unstubAllEnvs());
  return text
    .trim()
    .split('\n')
    .map((line) => line.split('\t')[0] ?? '');
}

describe('completion', () => {
  test('knows every command, option and choice of the tree', async () => {
    const names = createProgram()
      .commands.map((command) => command.name())
      .filter((name) => name !== 'complete');
    expect(await next([''])).toEqual(expect.arrayContaining(names));
  });

  test.for<[line: string, offers: string[]]>([
    ['sta', ['status', 'stats']],
    ['help sta', ['status', 'stats']],
    ['refresh --st', ['--stale']],
    // The program's own options, before and behind a command.
    ['status --js', ['--json']],
    ['--js', ['--json']],
    ['-d shop --no-color sta', ['status', 'stats']],
    ['graph --format ', ['tree', 'mermaid', 'dot']],
    ['graph --format d', ['dot']],
    ['graph --format=d', ['--format=dot']],
    ['graph --format = d', ['dot']],
    ['list --status S', ['SUSPENDED']],
    ['ls --status S', ['SUSPENDED']],
    ['alter x --mode F', ['FULL']],
    ['generate --orm t', ['typeorm']],
    ['completion ', ['bash', 'zsh', 'fish', 'powershell']],
    // Behind -- nothing is an option, and a duration is anything.
    ['refresh -- --st', []],
    ['freshness --warn ', []],
    ['nothing that is known', []],
  ])('%s', async ([line, offers]) => {
    expect(await next(line.split(' '))).toEqual([...offers, ':4']);
  });

  test.for(['create x --file ', 'generate --out=', 'list --config x', '--emulator-data '])(
    'leaves files to the shell: %s',
    async (line) => {
      expect(await next(line.split(' '))).toEqual([':0']);
    },
  );

  test('says one line of each', async () => {
    const { out } = await pgstream(['complete', '--', 'st']);
    expect(out).toBe(
      'status\tEverything that is known of one stream table\nstats\tWhat the recorded refreshes of each stream table add up to\n:4\n',
    );
  });
});

const ALL = ['analytics.visits', '"it\'s v1.2"', 'order_days', 'order_totals'];

describe('names of stream tables', () => {
  test.for<[line: string, offers: string[]]>([
    ['status ', ALL],
    ['status order_', ['order_days', 'order_totals']],
    ['status "', ['"it\'s v1.2"']],
    ['status order_days ', []],
    ['refresh order_days analytics.visits order_', ['order_totals']],
    ['run --interval 5s order_t', ['order_totals']],
    ['generate --orm drizzle analytics.', ['analytics.visits']],
    ['--schema analytics status ', ['visits', ...ALL.slice(1).map((name) => `public.${name}`)]],
    ['list --schema ', ['analytics', 'public']],
    // A new one has a name that nobody knows.
    ['create ', []],
  ])('%s', async ([line, offers]) => {
    expect(await next(line.split(' '), database.url)).toEqual([...offers, ':4']);
  });

  test('says which are suspended', async () => {
    const env = { DATABASE_URL: database.url, PGSTREAM_COMPLETION_TIMEOUT: PATIENCE };
    const { out } = await pgstream(['complete', '--', 'resume', 'order'], { env });
    expect(out).toBe('order_days\tSUSPENDED\norder_totals\t\n:4\n');
  });

  test('are those of the database that the line or the configuration names', async () => {
    const elsewhere = 'postgres://127.0.0.1:1/none';
    expect(await next(['status', '--url', database.url, 'order_t'], elsewhere)).toEqual(['order_totals', ':4']);
    const config = join(folder, 'pgstream.json');
    await writeFile(config, JSON.stringify({ url: database.url, schema: 'analytics' }));
    expect(await next(['status', '--config', config, 'v'], elsewhere)).toEqual(['visits', ':4']);
  });

  test('are all commands whose arguments are stream tables that are there', () => {
    const takesOne = createProgram().commands.filter(({ registeredArguments: [first] }) =>
      /stream table/.test(first?.description ?? ''),
    );
    const { length } = takesOne;
    expect({ length, names: new Set(takesOne.map(({ registeredArguments: [first] }) => first?.name())) }).toEqual({
      length: expect.toSatisfy((count: number) => count > 12),
      names: new Set(['name', 'names', 'tables']),
    });
  });

  test.for<[why: string, url: string | undefined, args: readonly string[]]>([
    ['nobody answers', 'postgres://127.0.0.1:1/none', []],
    ['the URL is none', 'nonsense', []],
    ['the configuration is missing', undefined, ['--config', 'nowhere.json']],
    ['there is no such database', undefined, ['-d', 'none']],
    ['an option has a value that it cannot have', undefined, ['--extension', 'none']],
    ['an emulator would be started', undefined, ['--emulator']],
  ])('are none, without a word, where %s', async ([, url, args]) => {
    const said = vi.spyOn(process.stderr, 'write');
    expect(await next([...args, 'status', ''], url ?? database.url)).toEqual([':4']);
    expect(said).not.toHaveBeenCalled();
    said.mockRestore();
  });

  test('are none where a server takes the connection and says nothing', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const args = ['complete', '--', 'status', ''];
    const none = { code: 0, out: ':4\n', err: '' };
    expect(await pgstream(args, { env: { DATABASE_URL: `postgres://127.0.0.1:${port}/x` } })).toEqual(none);
    silent.close();
  });
});

/** bash with the completion, in the folder. */
async function bash(): Promise<Terminal> {
  const PATH = `${join(folder, 'bin')}:${process.env['PATH']}`;
  const env = {
    PATH,
    PS1: '> ',
    DATABASE_URL: database.url,
    PGSTREAM_COMPLETION_TIMEOUT: PATIENCE,
    INPUTRC: '/dev/null',
  };
  const shell = terminalOf('bash', ['--norc', '--noprofile'], { env, cwd: folder });
  await shell.shows(/> $/);
  shell.type('source <(pgstream completion bash); echo rea""dy\r');
  await shell.shows(/ready\s+> $/);
  return shell;
}

describe('in bash', () => {
  test.for([
    ['pgstream refre', 'pgstream refresh '],
    ['pgstream status order_d', 'pgstream status order_days '],
    ['pgstream graph --format=me', 'pgstream graph --format=mermaid '],
    ['pgstream status \\"', String.raw`pgstream status \"it\'s\ v1.2\" `],
    ['pgstream status "order_d', 'pgstream status "order_days" '],
    ['pgstream status \'"', `pgstream status '"it'\\''s v1.2"' `],
    ['pgstream create x --file ke', 'pgstream create x --file kept.txt '],
  ] as const)('%s', async ([typed, completed]) => {
    const shell = await bash();
    shell.type(`${typed}\t`);
    await expect.poll(() => shell.text(), { timeout: 20_000 }).toContain(completed);
  });

  test.for(['pgstream refresh "$(touch done.txt)" order_t', 'pgstream status > kept.txt order_t'])(
    'what the line says is not done before it is run: %s',
    async (typed) => {
      const shell = await bash();
      shell.type(`${typed}\t`);
      await shell.shows(/order_totals /);
      expect(existsSync(join(folder, 'done.txt'))).toBe(false);
      expect(await readFile(join(folder, 'kept.txt'), 'utf8')).toBe('kept');
    },
  );
});

describe('the script', () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const isThere = spawnSync(shell, ['--version']).status === 0;
    test.runIf(isThere)(
      `for ${shell} is what it reads${isThere ? '' : ` (left out: there is no ${shell})`}`,
      async () => {
        const { code, out } = await pgstream(['completion', shell]);
        const file = join(folder, `completion.${shell}`);
        await writeFile(file, out);
        const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
        expect({ code, status, stderr }).toEqual({ code: 0, status: 0, stderr: '' });
      },
    );
  }

  test('for PowerShell asks in the same way', async () => {
    expect((await pgstream(['completion', 'powershell'])).out).toMatch(/pgstream complete '--' /);
  });

  test('of a shell that nobody knows is refused', async () => {
    expect(await pgstream(['completion', 'tcsh'])).toMatchObject({ code: 2, out: '' });
  });
});
