// The completion of `pgstream` in real shells: bash, zsh and fish in a terminal, with somebody who types and presses TAB, on the
// emulator. Debian has all three, so it is no part of the test command:
//   apt-get install zsh fish && pnpm exec turbo run build && node test/integrations/shells/run.mjs
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { startEmulator } from '@pgstream/emulator';
import pg from 'pg';

const CLI = join(import.meta.dirname, '../../../packages/cli');
// The terminal that the command line's own tests have.
const { spawn } = createRequire(join(CLI, 'package.json'))('@lydell/node-pty');

const SHELLS = {
  bash: { args: ['--norc', '--noprofile'], setUp: 'source <(pgstream completion bash)' },
  zsh: { args: ['-f'], setUp: 'autoload -U compinit; compinit -u -D; source <(pgstream completion zsh)' },
  fish: { args: ['--no-config'], setUp: 'pgstream completion fish | source' },
};

/** What is typed before TAB, and what then stands on the line. */
const COMPLETED = [
  ['pgstream refre', 'pgstream refresh '],
  ['pgstream refresh --stal', 'pgstream refresh --stale '],
  ['pgstream graph --format me', 'pgstream graph --format mermaid '],
  ['pgstream graph --format=me', 'pgstream graph --format=mermaid '],
  ['pgstream alter x --mode F', 'pgstream alter x --mode FULL '],
  ['pgstream status order_t', 'pgstream status order_totals '],
  ['pgstream status an', 'pgstream status analytics.visits '],
  ['pgstream --schema analytics status v', 'pgstream --schema analytics status visits '],
  ['pgstream refresh order_totals order_', 'pgstream refresh order_totals order_days '],
  ['pgstream status it', String.raw`pgstream status it\'s `],
  ['pgstream status back', String.raw`pgstream status back\\slash `],
  ['pgstream status "order_t', 'pgstream status "order_totals" '],
  ['pgstream create x --file ke', 'pgstream create x --file kept.txt '],
  // Nothing of the line is done before it is run.
  ['pgstream refresh > kept.txt order_t', 'pgstream refresh > kept.txt order_totals '],
];

/** What is offered where there is a choice. */
const OFFERED = [
  { typed: 'pgstream status ', offers: ['analytics.visits', 'order_days', 'order_totals'] },
  { typed: 'pgstream sta', offers: ['status', 'stats'] },
  { typed: 'pgstream generate --orm ', offers: ['drizzle', 'typeorm', 'prisma'] },
];

const folder = await mkdtemp(join(tmpdir(), 'pgstream-shells-'));
const emulator = await startEmulator({ scheduler: false });
try {
  await mkdir(join(folder, 'bin'));
  const program = join(folder, 'bin/pgstream');
  await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${CLI}/dist/cli.mjs" "$@"\n`, { mode: 0o755 });
  await writeFile(join(folder, 'kept.txt'), 'kept');
  const url = await emulator.createDatabase();
  const client = new pg.Client(url);
  await client.connect();
  await client.query('CREATE TABLE public.orders (id int PRIMARY KEY); CREATE SCHEMA analytics');
  for (const name of [
    'public.order_totals',
    'public.order_days',
    'analytics.visits',
    "public.it's",
    'public.back\\slash',
  ])
    await client.query('SELECT pgstream.create_stream_table($1, $2)', [name, 'SELECT id FROM public.orders']);
  await client.end();

  for (const [name, { args, setUp }] of Object.entries(SHELLS)) {
    for (const [typed, completed] of COMPLETED) {
      const screen = await typedIn(name, args, setUp, `${typed}\t`, (text) => text.includes(completed));
      assert.ok(screen.includes(completed), `${name}: ${typed}\n${screen}`);
    }
    for (const { typed, offers } of OFFERED) {
      const isThere = (text) => offers.every((offer) => text.includes(offer));
      const screen = await typedIn(name, args, setUp, `${typed}\t\t\t`, isThere);
      assert.ok(isThere(screen), `${name}: ${typed}\n${screen}`);
    }
    await typedIn(name, args, setUp, 'pgstream refresh "$(touch done.txt)" order_t\t', (text) =>
      text.includes('order_totals'),
    );
    assert.equal(existsSync(join(folder, 'done.txt')), false, name);
    assert.equal(await readFile(join(folder, 'kept.txt'), 'utf8'), 'kept', name);
    console.log(`${name}: ${COMPLETED.length + OFFERED.length + 1} lines are completed as they should be`);
  }

  /** What the screen of a shell shows of it, as soon as it is enough, and after ten seconds in any case. */
  async function typedIn(shell, args, setUp, keys, isEnough) {
    const { HOME, PATH } = process.env;
    const terminal = spawn(shell, args, {
      cols: 120,
      rows: 40,
      cwd: folder,
      env: { HOME, PATH: `${join(folder, 'bin')}:${PATH}`, TERM: 'xterm', DATABASE_URL: url, PS1: '> ' },
    });
    let screen = '';
    terminal.onData((data) => {
      screen += data;
      // What a terminal answers when it is asked what it is, and where its cursor stands.
      if (data.includes('\u001B[c') || data.includes('\u001B[0c')) terminal.write('\u001B[?62;c');
      if (data.includes('\u001B[6n')) terminal.write('\u001B[1;1R');
    });
    const shows = async (isThere) => {
      for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 50) {
        if (isThere(stripVTControlCharacters(screen))) break;
        await sleep(50);
      }
      return stripVTControlCharacters(screen);
    };
    try {
      // So that the words are on the screen once it is done, and not because they were typed.
      terminal.write(`${setUp}; echo rea""dy\r`);
      await shows((text) => text.includes('ready'));
      screen = '';
      terminal.write(keys);
      return await shows(isEnough);
    } finally {
      terminal.kill('SIGKILL');
    }
  }
} finally {
  await emulator.stop();
  await rm(folder, { recursive: true, force: true });
}
