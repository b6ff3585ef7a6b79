import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmulator } from '@pgstream/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emulatorOfTest, valueOf } from './database.ts';
import { temporaryFolder } from './installed.ts';

let parent = '';

beforeAll(async () => {
  parent = await temporaryFolder();
});

afterAll(() => rm(parent, { recursive: true, force: true }));

describe('a data folder', () => {
  test('is made if it is missing, and kept between runs with all its databases', async () => {
    const dataDir = join(parent, 'new', 'kept');
    const first = await emulatorOfTest({ dataDir });
    const url = await first.createDatabase('kept');
    await valueOf(url, `CREATE TABLE notes AS SELECT 'still here' AS text`);
    expect(await valueOf(url, 'SHOW fsync')).toBe('on');
    await first.stop();

    const port = Number(new URL(first.url).port);
    const second = await emulatorOfTest({ dataDir, port });
    expect(await valueOf(url, 'SELECT text FROM notes')).toBe('still here');
    await expect(second.createDatabase('kept')).rejects.toThrow('There is a database kept already.');
    expect(await valueOf(await second.createDatabase(), 'SELECT count(*)::int FROM pgstream.pgs_stream_tables')).toBe(
      0,
    );
  });

  test('that another emulator uses is refused', async () => {
    const dataDir = join(parent, 'in-use');
    await emulatorOfTest({ dataDir });
    await expect(startEmulator({ dataDir })).rejects.toThrow(
      `${dataDir} is in use by another emulator. Use that one, stop it, or choose another folder.`,
    );
  });

  test("that two emulators would make at once becomes the one's, whole", async () => {
    const dataDir = join(parent, 'contended');
    const outcomes = await Promise.allSettled([emulatorOfTest({ dataDir }), emulatorOfTest({ dataDir })]);
    const servers = outcomes.filter((outcome) => outcome.status === 'fulfilled').map(({ value }) => value);
    const refusals = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => String(reason));
    expect(refusals).toEqual([expect.stringContaining('is in use by another emulator')]);
    expect(await Promise.all(servers.map(({ url }) => valueOf(url, 'SELECT 1')))).toEqual([1]);
  });

  test("that holds somebody else's files is left alone", async () => {
    const dataDir = join(parent, 'somebody-elses');
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'thesis.txt'), 'all of it');
    await expect(startEmulator({ dataDir })).rejects.toThrow(
      `${dataDir} holds files that are not the emulator's. Choose an empty folder, or one that does not exist yet.`,
    );
  });

  test('of another version of PostgreSQL is refused', async () => {
    const dataDir = join(parent, 'old');
    const emulator = await emulatorOfTest({ dataDir });
    await emulator.stop();
    await writeFile(join(dataDir, 'data', 'PG_VERSION'), '17\n');
    await expect(startEmulator({ dataDir })).rejects.toThrow(
      `${dataDir} holds data of PostgreSQL 17; this emulator runs PostgreSQL 18, which cannot read them.`,
    );
  });

  test('that is a file is refused', async () => {
    const dataDir = join(parent, 'file');
    await writeFile(dataDir, '');
    await expect(startEmulator({ dataDir })).rejects.toThrow(
      `${dataDir} cannot be used as the emulator's data folder: EEXIST`,
    );
  });

  test('with the template of an older script gets a new one', async () => {
    const dataDir = join(parent, 'older-script');
    const first = await emulatorOfTest({ dataDir });
    await valueOf(first.url, `COMMENT ON DATABASE pgstream_template IS 'made from an older script'`);
    const oid = `SELECT oid::int FROM pg_database WHERE datname = 'pgstream_template'`;
    const before = await valueOf(first.url, oid);
    await first.stop();
    const second = await emulatorOfTest({ dataDir });
    expect(await valueOf(second.url, oid)).not.toBe(before);
    expect(await valueOf(await second.createDatabase(), `SELECT count(*)::int FROM pg_extension`)).toBe(2);
  });
});
