import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { freemem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const inMemory = '/dev/shm';
const prefix = 'pgstream-tests-';

/** A run takes two at the most; what a machine swaps out is slower than its disk. */
const roomNeeded = 8 * 1024 ** 3;

/**
 * Once per run, before anything else: has this process and those that it starts keep their temporary files in memory, where there is room for them: databases
 * and installed packages are files by the ten thousand that live for seconds. Nothing changes where TMPDIR is set, or where
 * there is no such folder, little room in it, or programs in it must not run.
 *
 * @returns what removes them.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const before = process.env['TMPDIR'];
  const folder = before === undefined ? await folderInMemory() : undefined;
  if (folder === undefined) return async () => {};
  process.env['TMPDIR'] = folder;
  return async () => {
    delete process.env['TMPDIR'];
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
}

async function folderInMemory(): Promise<string | undefined> {
  try {
    const { bavail, bsize } = await statfs(inMemory);
    if (Math.min(bavail * bsize, freemem()) < roomNeeded) return undefined;
    await removeAbandoned();
    const folder = await mkdtemp(join(inMemory, `${prefix}${process.pid}-`));
    // As the folder that it stands for: PostgreSQL runs as another user where the tests run as root.
    await chmod(folder, 0o1777);
    if (await runsPrograms(folder)) return folder;
    await rm(folder, { recursive: true });
    return undefined;
  } catch {
    return undefined;
  }
}

/** Those of runs that were killed. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(inMemory)) {
    const [, pid] = new RegExp(`^${prefix}(\\d+)-`).exec(name) ?? [];
    if (pid === undefined || isRunning(Number(pid))) continue;
    await rm(join(inMemory, name), { recursive: true, force: true }).catch(() => {});
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It is somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function runsPrograms(folder: string): Promise<boolean> {
  const program = join(folder, 'program');
  await writeFile(program, '#!/bin/sh\n', { mode: 0o755 });
  const ran = await promisify(execFile)(program).then(
    () => true,
    () => false,
  );
  await rm(program);
  return ran;
}
