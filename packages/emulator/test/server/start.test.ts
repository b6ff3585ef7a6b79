import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Emulator, startEmulator } from '@pgstream/emulator';
import { extension, onPgTrickle, sameExtension } from '@pgstream/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emulatorOfTest, valueOf } from './database.ts';
import { nothingListens } from './program.ts';

/** For the tests that only ask. */
let shared: Emulator;

beforeAll(async () => {
  shared = await startEmulator({ scheduler: false, ...sameExtension });
});

afterAll(() => shared.stop());

describe('an emulator', () => {
  test('is a PostgreSQL 18 whose database postgres has the extension, and whose templates have not', async () => {
    const { url } = await emulatorOfTest();
    const there = `SELECT string_agg(extname, ',') FROM pg_extension WHERE extname <> 'plpgsql'`;
    expect(await valueOf(url, 'SHOW server_version')).toMatch(/^18\./);
    expect(await valueOf(url, there)).toBe(extension.name);
    expect(await valueOf(url.replace(/postgres$/, 'template1'), there)).toBeNull();
  });

  test.for([
    ['listen_addresses', '127.0.0.1'],
    ['unix_socket_directories', ''],
    ['synchronous_commit', 'on'],
    ['fsync', 'off'],
    ['max_connections', '200'],
    ['server_encoding', 'UTF8'],
    [`${extension.name}.enabled`, 'on'],
    [`${extension.name}.min_schedule_seconds`, onPgTrickle ? '1' : '60'],
    [`${extension.name}.change_buffer_schema`, `${extension.schema}_changes`],
    [`${extension.name}.differential_max_change_ratio`, '0.15'],
  ])('has %s set to "%s"', async ([name, value]) => {
    const { url } = shared;
    expect(await valueOf(url, `SELECT current_setting('${name}')`)).toBe(value);
  });

  test('lets ALTER SYSTEM change the settings of the extension', async () => {
    const { url, createDatabase } = await emulatorOfTest();
    await valueOf(url, 'ALTER SYSTEM SET pg_stream.min_schedule_seconds = 7');
    await valueOf(url, 'SELECT pg_reload_conf()');
    const elsewhere = await createDatabase();
    await expect.poll(() => valueOf(elsewhere, 'SHOW pg_stream.min_schedule_seconds'), { timeout: 30_000 }).toBe('7');
  });

  test('leaves neither server nor files when it is stopped, however often', async () => {
    const emulator = await startEmulator({ scheduler: false });
    const folder = dirname(String(await valueOf(emulator.url, 'SHOW data_directory')));
    expect(existsSync(folder)).toBe(true);
    await Promise.all([emulator.stop(), emulator.stop()]);
    await emulator.stop();
    expect(existsSync(folder)).toBe(false);
    await nothingListens(emulator.url);
    await expect(emulator.createDatabase()).rejects.toThrow('The server is not running any more: start another.');
  });

  test('stops at the end of an await using block, with connections open', async () => {
    let url = '';
    {
      await using emulator = await startEmulator();
      ({ url } = emulator);
      expect(await valueOf(url, 'SELECT 1')).toBe(1);
    }
    await nothingListens(url);
  });

  test('runs beside others, each with a port and data of its own', async () => {
    const emulators = await Promise.all([emulatorOfTest(), emulatorOfTest(), emulatorOfTest()]);
    for (const [index, { url }] of emulators.entries()) await valueOf(url, `CREATE TABLE mine AS SELECT ${index} AS n`);
    const seen = await Promise.all(emulators.map(({ url }) => valueOf(url, 'SELECT n FROM mine')));
    expect(seen).toEqual([0, 1, 2]);
    expect(new Set(emulators.map(({ url }) => url)).size).toBe(3);
  });

  test('listens on the port it is given; a port that is taken is an error that says so', async () => {
    const first = await emulatorOfTest();
    const port = Number(new URL(first.url).port);
    await expect(startEmulator({ port })).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is taken. Give another one, or none to have a free one chosen.`,
    );
    await first.stop();
    const second = await emulatorOfTest({ port });
    expect(second.url).toBe(first.url);
  });

  test.for([0, -1, 1.5, 65_536, Number.NaN])('refuses %s as a port', async (port) => {
    await expect(startEmulator({ port })).rejects.toThrow(/^A port is a whole number from 1 to 65535, not /);
  });
});

describe('createDatabase', () => {
  test('copies a database with the extension, each time another one', async () => {
    const { createDatabase } = shared;
    const urls = await Promise.all([createDatabase(), createDatabase(), createDatabase()]);
    expect(new Set(urls).size).toBe(3);
    for (const url of urls) {
      expect(await valueOf(url, `SELECT extversion FROM pg_extension WHERE extname = 'pg_stream'`)).toBe(
        extension.version,
      );
    }
  });

  test.for(['shop', 'Shop-2', '_x.y', '1st', 'select', 'a'.repeat(63)])('makes one called %s', async (name) => {
    const { createDatabase } = shared;
    const url = await createDatabase(name);
    expect(await valueOf(url, 'SELECT current_database()')).toBe(name);
  });

  test('says so when there is one of that name', async () => {
    const { createDatabase } = shared;
    await createDatabase('twice');
    await expect(createDatabase('twice')).rejects.toThrow(
      'There is a database twice already. Drop it first, or give another name, or none to have one chosen.',
    );
  });

  test.for(['', 'a b', 'a"b', 'a/b', 'a?b', '-a', 'é', 'a'.repeat(64), 'x"; DROP DATABASE postgres; --'])(
    'refuses %j',
    async (name) => {
      const { createDatabase } = shared;
      await expect(createDatabase(name)).rejects.toThrow(/cannot be a database's name here: use 1 to 63 letters/);
    },
  );
});
