import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { valueOf } from './database.ts';
import { folderOfTest } from './installed.ts';
import { nothingListens, program, type Program } from './program.ts';

/** How long to wait for what has to come. */
const timeout = { timeout: 30_000 };

/** Copies of the binaries are kept, and prepared data. */
const isData = (name: string): boolean => !/^pgstream-emulator-(?:binaries|prepared)/.test(name);

/** Starts an emulator in a process of its own, and looks where it keeps its data. */
async function startedBy(text: string): Promise<{ running: Program; url: string; folder: string }> {
  const running = program(`const { url } = await emulator.startEmulator(); console.log(url); ${text}`);
  const url = (await running.printed(/^postgres:.*$/m))[0];
  const folder = dirname(String(await valueOf(url, 'SHOW data_directory')));
  expect(existsSync(folder)).toBe(true);
  return { running, url, folder };
}

const gone = async (url: string, folder: string): Promise<void> => {
  await nothingListens(url);
  await expect.poll(() => existsSync(folder), timeout).toBe(false);
};

describe('no server and no temporary folder is left', () => {
  test.for(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('by a process that %s ends', async (signal) => {
    const { running, url, folder } = await startedBy('setInterval(() => {}, 1000);');
    running.child.kill(signal);
    expect((await running.ended).signal).toBe(signal);
    await gone(url, folder);
  });

  test('by a process that calls process.exit()', async () => {
    const { running, url, folder } = await startedBy('setTimeout(() => process.exit(7), 1000);');
    expect((await running.ended).code).toBe(7);
    await gone(url, folder);
  });

  test('by a process that fails', async () => {
    const { running, url, folder } = await startedBy(`setTimeout(() => { throw new Error('oops'); }, 1000);`);
    expect((await running.ended).code).toBe(1);
    await gone(url, folder);
  });

  test('by a process that has nothing more to do: the emulator does not keep it', async () => {
    const { running, url, folder } = await startedBy('setTimeout(() => {}, 1000);');
    expect((await running.ended).code).toBe(0);
    await gone(url, folder);
  });

  test('by a process that is killed while the data are made', async () => {
    const temporary = await folderOfTest();
    const running = program(`await emulator.startEmulator({ cacheDir: false }); console.log('ready');`, {
      env: { ...process.env, TMPDIR: temporary },
    });
    const entries = (): string[] => readdirSync(temporary, { recursive: true, encoding: 'utf8' });
    await expect.poll(entries, timeout).toContainEqual(expect.stringMatching(/data-\w+\/base/));
    running.child.kill('SIGKILL');
    await running.ended;
    expect(running.stdout).toBe('');
    await expect.poll(() => readdirSync(temporary).filter(isData), timeout).toEqual([]);
  });
});

test('a process that stops its emulator ends by itself, with exit code 0', async () => {
  const running = program(`
    const running = await emulator.startEmulator();
    await running.createDatabase();
    await running.stop();
    console.log('stopped');
  `);
  expect(await running.ended).toEqual({ code: 0, signal: null });
  expect(running.stdout).toBe('stopped\n');
  expect(running.stderr).toBe('');
});
