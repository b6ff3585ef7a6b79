import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '@pgstream/emulator';
import { testDatabase } from '@pgstream/harness';
import { describe, expect, test } from 'vitest';
import { runner } from './run.ts';
import { shop } from './shop.ts';
import { terminal } from './terminal.ts';

const database = testDatabase();
shop(database);
const run = runner(() => database.url);
const here = () => ({ env: { DATABASE_URL: database.url } });

const ESCAPE = '\u001B[';
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

describe('a question', () => {
  test('is answered by y and n, and nothing is done without a yes', async () => {
    await run('create', 'asked', 'SELECT id FROM public.orders', '--no-initialize');
    const no = terminal(['drop', 'asked'], here());
    await no.shows(/Drop stream table asked\?/);
    no.type('\r');
    await no.shows(/Nothing was done/);
    expect(await no.ended).toBe(8);

    const cancelled = terminal(['drop', 'asked'], here());
    await cancelled.shows(/Drop stream table asked\?/);
    cancelled.type(CTRL_C);
    expect(await cancelled.ended).toBe(130);
    expect(await run('status', 'asked')).toMatchObject({ code: 0 });

    const closed = terminal(['drop', 'asked'], here());
    await closed.shows(/Drop stream table asked\?/);
    closed.type(CTRL_D);
    await closed.shows(/Nothing was done/);
    expect(await closed.ended).toBe(130);

    const yes = terminal(['drop', 'asked'], here());
    await yes.shows(/Drop stream table asked\?/);
    yes.type('y');
    await yes.shows(/Dropped asked\./);
    expect(await yes.ended).toBe(0);
    expect(await run('status', 'asked')).toMatchObject({ code: 3 });
  });
});

describe('on a terminal', () => {
  test('a table has colours, and is cut to its width', async () => {
    const { ended, text, raw } = terminal(['list'], { ...here(), columns: 50 });
    expect(await ended).toBe(0);
    expect(raw()).toContain(`${ESCAPE}32mACTIVE${ESCAPE}39m`);
    const lines = text().trimEnd().split('\r\n');
    expect(lines.map((line) => line.length <= 50)).toEqual(lines.map(() => true));
    expect(text()).toMatch(/^NAME +STATUS +FRESH +DATA FROM\s+analytics\.visits /);
    const plain = terminal(['list'], { env: { DATABASE_URL: database.url, NO_COLOR: '1' } });
    expect(await plain.ended).toBe(0);
    expect(plain.raw()).not.toContain(`${ESCAPE}32m`);
  });

  test('refresh --all shows how far it is, and leaves the result alone', async () => {
    const { ended, raw, text } = terminal(['refresh', '--all'], here());
    expect(await ended).toBe(0);
    expect(raw()).toMatch(/[█░]+ 0\/2/);
    expect(text()).toMatch(/order_totals: refreshed in /);
  });
});

describe('watch', () => {
  test('draws again by itself and when the terminal has another size, and q gives the terminal back', async () => {
    const { shows, type, raw, resize, ended } = terminal(['watch', '--interval', '100ms'], here());
    await shows(/every 100ms; q quits/);
    await shows(/order_totals +ACTIVE/);
    await run('suspend', 'order_totals', '--yes');
    await shows(/order_totals +SUSPENDED/);
    resize(62, 12);
    await shows(/SCHEDULE\s+analytics\.visits +ACTIVE/);
    type('q');
    expect(await ended).toBe(0);
    expect(raw().startsWith(`${ESCAPE}?1049h`)).toBe(true);
    expect(raw().endsWith(`${ESCAPE}?25h${ESCAPE}?1049l`)).toBe(true);
    await run('resume', 'order_totals');
  });

  test('tells how much does not fit', async () => {
    const { shows, type, resize, ended } = terminal(['watch', '--interval', '10m'], { ...here(), rows: 4 });
    await shows(/ERRORS\s+… and 2 more that do not fit/);
    resize(100, 5);
    await shows(/ERRORS\s+analytics\.visits [^…]+order_totals/);
    type('q');
    expect(await ended).toBe(0);
  });

  test('is left by Ctrl-C, too', async () => {
    const { shows, type, ended } = terminal(['watch', '--interval', '10m'], here());
    await shows(/q quits/);
    type(CTRL_C);
    expect(await ended).toBe(0);
  });

  test('survives a server that is lost, and goes on when it is back', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'pgstream-watch-'));
    // PostgreSQL may run as somebody else.
    await chmod(dataDir, 0o755);
    try {
      const first = await startEmulator({ scheduler: false, dataDir: join(dataDir, 'data') });
      const port = Number(new URL(first.url).port);
      const watched = terminal(['watch', '--interval', '100ms'], { env: { DATABASE_URL: first.url } });
      await watched.shows(/There are no stream tables/);
      await first.stop();
      await watched.shows(/Asked again until it answers/);
      const second = await startEmulator({ scheduler: false, port, dataDir: join(dataDir, 'data') });
      await watched.shows(/every 100ms; q quits/);
      watched.type('q');
      expect(await watched.ended).toBe(0);
      await second.stop();
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  test('without a terminal says so', async () => {
    expect(await run('watch')).toMatchObject({ code: 2, err: expect.stringContaining('--json') });
  });
});
