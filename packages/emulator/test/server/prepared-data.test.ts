import { chmod, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Emulator } from '@pgstream/emulator';
import { extension } from '@pgstream/harness';
import { beforeEach, describe, expect, test } from 'vitest';
import { emulatorOfTest, valueOf } from './database.ts';
import { folderOfTest } from './installed.ts';
import { program } from './program.ts';

const ourselves = process.getuid?.() ?? 'user';
let cacheDir = '';
let home = '';

beforeEach(async () => {
  cacheDir = await folderOfTest();
  home = join(cacheDir, `pgstream-emulator-prepared-${ourselves}`);
});

/** One of its own for each initdb, and the copies have their original's. */
const origin = ({ url }: Emulator): Promise<unknown> =>
  valueOf(url, 'SELECT system_identifier::text FROM pg_control_system()');

const kept = async (): Promise<string[]> => (await readdir(home)).filter((name) => !name.startsWith('unfinished'));

/** The copy that the last server left has been taken or is gone. */
async function onlyCopyOf(data: string): Promise<void> {
  const ready = (): Promise<string[]> => readdir(data).then((names) => names.filter((name) => name === 'ready'));
  await expect.poll(ready, { timeout: 30_000 }).toEqual(['ready']);
  await rm(join(data, 'ready'), { recursive: true });
}

describe('the data that temporary servers are copied from', () => {
  test('are made by the first start and used by the next, whose own they then are', async () => {
    const first = await emulatorOfTest({ cacheDir });
    await valueOf(first.url, 'CREATE TABLE mine AS SELECT 1 AS x');
    const second = await emulatorOfTest({ cacheDir });
    expect(await origin(second)).toBe(await origin(first));
    expect(await valueOf(second.url, "SELECT to_regclass('mine')")).toBeNull();
    expect(await valueOf(second.url, "SELECT extversion FROM pg_extension WHERE extname = 'pg_stream'")).toBe(
      extension.version,
    );
    expect(await valueOf(await second.createDatabase(), 'SELECT count(*)::int FROM pg_extension')).toBe(2);
    expect(await kept()).toHaveLength(1);
  });

  test('are left as a copy for the next server, by one that has run from them', async () => {
    const first = await emulatorOfTest({ cacheDir });
    await first.stop();
    const [data = ''] = await kept();
    await onlyCopyOf(join(home, data));
    const second = await emulatorOfTest({ cacheDir });
    expect(await valueOf(second.url, 'SELECT 1')).toBe(1);
    await second.stop();
    await onlyCopyOf(join(home, data));
  });

  test('are one, and whole, when several start at once with nothing prepared', async () => {
    const servers = await Promise.all([1, 2, 3].map(() => emulatorOfTest({ cacheDir })));
    for (const { url } of servers) expect(await valueOf(url, 'SELECT 1')).toBe(1);
    expect(await kept()).toHaveLength(1);
  });

  test.for(['base/1/1259', 'global/pg_control', 'PG_VERSION'])('that have lost %s are made anew', async (lost) => {
    const first = await emulatorOfTest({ cacheDir });
    const before = await origin(first);
    await first.stop();
    const [data = ''] = await kept();
    await onlyCopyOf(join(home, data));
    await rm(join(home, data, 'data', lost));
    const second = await emulatorOfTest({ cacheDir });
    expect(await valueOf(second.url, 'SELECT 1')).toBe(1);
    expect(await origin(second)).not.toBe(before);
    const third = await emulatorOfTest({ cacheDir });
    expect(await origin(third)).not.toBe(before);
    expect(await kept()).toEqual([data]);
  });

  test('that are half made, by a process that was killed, are not used and go', async () => {
    const abandoned = join(home, 'unfinished-abcdef');
    await mkdir(join(abandoned, 'data'), { recursive: true });
    const longAgo = new Date(Date.now() - 3_600_000);
    await utimes(abandoned, longAgo, longAgo);
    await emulatorOfTest({ cacheDir });
    expect(await readdir(home)).toEqual([expect.stringMatching(/^data-[0-9a-f]{16}$/)]);
  });

  test('whose description is there by half are made anew', async () => {
    await (await emulatorOfTest({ cacheDir })).stop();
    const [data = ''] = await kept();
    const description = join(home, data, 'prepared.json');
    await writeFile(description, (await readFile(description, 'utf8')).slice(0, 20));
    const second = await emulatorOfTest({ cacheDir });
    const third = await emulatorOfTest({ cacheDir });
    expect(await origin(third)).toBe(await origin(second));
    expect(await kept()).toEqual([data]);
    expect(await readdir(join(home, data))).not.toContain('replaced');
  });

  test('of another version are left alone, and go when nobody has made use of them for long', async () => {
    const [recent, old] = ['data-0123456789abcdef', 'data-fedcba9876543210'];
    for (const name of [recent, old]) {
      await mkdir(join(home, name, 'data'), { recursive: true });
      await writeFile(join(home, name, 'prepared.json'), JSON.stringify({ binaries: {}, files: 0 }));
    }
    const longAgo = new Date(Date.now() - 31 * 24 * 3_600_000);
    await utimes(join(home, old), longAgo, longAgo);
    const emulator = await emulatorOfTest({ cacheDir });
    expect(await valueOf(emulator.url, 'SELECT 1')).toBe(1);
    expect(await kept()).toHaveLength(2);
    expect(await kept()).toContain(recent);
  });

  test('are copied again when a supervisor was killed while it copied, and its half goes', async () => {
    const first = await emulatorOfTest({ cacheDir });
    await first.stop();
    const [data = ''] = await kept();
    await onlyCopyOf(join(home, data));
    const half = join(home, data, 'ready-abcdef01');
    await mkdir(half);
    const longAgo = new Date(Date.now() - 3_600_000);
    await utimes(half, longAgo, longAgo);
    const second = await emulatorOfTest({ cacheDir });
    await second.stop();
    await onlyCopyOf(join(home, data));
    expect(await readdir(join(home, data))).not.toContain('ready-abcdef01');
  });

  test('are not kept in a folder that others may write to', async () => {
    await mkdir(home);
    await chmod(home, 0o777);
    const emulator = await emulatorOfTest({ cacheDir });
    expect(await valueOf(emulator.url, 'SELECT 1')).toBe(1);
    expect(await readdir(home)).toEqual([]);
  });

  test('are not needed: a folder that cannot be made is no hindrance', async () => {
    await writeFile(join(cacheDir, 'file'), '');
    const emulator = await emulatorOfTest({ cacheDir: join(cacheDir, 'file') });
    expect(await valueOf(emulator.url, 'SELECT 1')).toBe(1);
  });

  test('are not kept where they are not wanted', async () => {
    const [first, second] = [await emulatorOfTest({ cacheDir: false }), await emulatorOfTest({ cacheDir: false })];
    expect(await origin(first)).not.toBe(await origin(second));
  });

  test.for(['off', 'a folder'])('are kept where PGSTREAM_EMULATOR_CACHE says: %s', async (value) => {
    const running = program(
      `const running = await emulator.startEmulator(); console.log('ready'); await running.stop();`,
      {
        env: { ...process.env, XDG_CACHE_HOME: cacheDir, PGSTREAM_EMULATOR_CACHE: value === 'off' ? 'off' : cacheDir },
      },
    );
    expect(await running.ended).toMatchObject({ code: 0 });
    const names = (await readdir(cacheDir)).filter((name) => name.includes('prepared'));
    expect(names).toHaveLength(value === 'off' ? 0 : 1);
  });
});

const spares = "SELECT count(*)::int FROM pg_database WHERE starts_with(datname, 'pgstream_spare_')";

describe('databases that are made ahead', () => {
  test('are taken one by one, by several at once', async () => {
    const emulator = await emulatorOfTest({ cacheDir });
    const names = ['one', 'two', 'three', undefined, undefined, undefined];
    const urls = await Promise.all(names.map((name) => emulator.createDatabase(name)));
    expect(new Set(urls).size).toBe(names.length);
    for (const url of urls) {
      expect(await valueOf(url, 'SELECT count(*)::int FROM pgstream.pgs_stream_tables')).toBe(0);
      expect(await valueOf(url, 'SELECT current_database()')).toBe(new URL(url).pathname.slice(1));
    }
    await expect(emulator.createDatabase('one')).rejects.toThrow('There is a database one already.');
    await expect.poll(() => valueOf(emulator.url, spares), { timeout: 30_000 }).toBe(2);
  });

  test('admit nobody until they are taken', async () => {
    const emulator = await emulatorOfTest({ cacheDir });
    const name = await valueOf(
      emulator.url,
      "SELECT datname FROM pg_database WHERE starts_with(datname, 'pgstream_spare_')",
    );
    const url = new URL(emulator.url);
    url.pathname = `/${String(name)}`;
    await expect(valueOf(url.href, 'SELECT 1')).rejects.toMatchObject({ code: '55000' });
  });

  test('are not made in a data folder that is kept', async () => {
    const emulator = await emulatorOfTest({ dataDir: join(cacheDir, 'kept') });
    await emulator.createDatabase();
    expect(await valueOf(emulator.url, spares)).toBe(0);
  });
});
