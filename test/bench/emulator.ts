import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { median, shuffled } from './interleaved.ts';

const run = promisify(execFile);

const ours = resolve(import.meta.dirname, '../..');

/** What is timed in processes of their own. */
interface Timed {
  /** Those that take turns; the first is what the others are compared with. */
  readonly builds: readonly string[];
  readonly rounds: number;
  /** Milliseconds of one round, by what is timed. */
  time(build: string): Promise<Readonly<Record<string, number>>>;
}

/** Something about the emulator, in this build and in the one that it is compared with. */
export interface BuildComparison {
  readonly name: string;
  readonly medianMs: number;
  /** Of the other build, or of `node -e 0`; undefined if no other build was named. */
  readonly baseMs: number | undefined;
  readonly rounds: number;
}

/** Each start is in a process of its own, as a test run's is: what a process has loaded makes the next one quicker. */
const starts = `
  const [entry, cacheDir] = process.argv.slice(1);
  const { startEmulator } = await import(entry);
  const times = {};
  const timed = async (name, work) => {
    const start = performance.now();
    const result = await work();
    times[name] = performance.now() - start;
    return result;
  };
  const options = { scheduler: false, ...(cacheDir === undefined ? {} : { cacheDir }) };
  const emulator = await timed('startEmulator()', () => startEmulator(options));
  await timed('createDatabase(), the first', () => emulator.createDatabase());
  // As between test files: time in which the next may be made.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await timed('createDatabase(), later', () => emulator.createDatabase());
  await timed('createDatabase(), ten in a row', async () => {
    for (let made = 0; made < 10; made += 1) await emulator.createDatabase();
  });
  await timed('stop()', () => emulator.stop());
  console.log(JSON.stringify(times));`;

const entryOf = (build: string, name: string): string =>
  pathToFileURL(join(build, 'packages', name, 'dist/index.mjs')).href;

async function startOf(build: string, ...cacheDir: string[]): Promise<Record<string, number>> {
  const args = ['--input-type=module', '-e', starts, entryOf(build, 'emulator'), ...cacheDir];
  const { stdout } = await run(process.execPath, args);
  const times: Record<string, number> = JSON.parse(stdout);
  return times;
}

/** The first start on a machine: nothing is prepared. */
async function firstStartOf(build: string): Promise<Record<string, number>> {
  const cacheDir = await mkdtemp(join(tmpdir(), 'pgstream-bench-'));
  try {
    const { 'startEmulator()': first = Number.NaN } = await startOf(build, cacheDir);
    return { 'startEmulator(), nothing prepared': first };
  } finally {
    await rm(cacheDir, { recursive: true, force: true });
  }
}

const nothing = 'node -e 0';

async function importOf(build: string): Promise<Record<string, number>> {
  const text = build === nothing ? '0' : `import ${JSON.stringify(entryOf(build, 'core'))}`;
  const start = performance.now();
  await run(process.execPath, [...(build === nothing ? [] : ['--input-type=module']), '-e', text]);
  return { 'node with @pgstream/core imported': performance.now() - start };
}

/**
 * Times the emulator's start and its databases in this build beside those in another, whose repository's root is given,
 * and a process that imports @pgstream/core beside an empty one. The builds take turns.
 */
export async function measureEmulator(before: string | undefined, rounds: number): Promise<BuildComparison[]> {
  const builds = before === undefined ? [ours] : [resolve(before), ours];
  const measured: BuildComparison[] = [];
  const cases: readonly Timed[] = [
    { builds, rounds, time: (build) => startOf(build) },
    { builds, rounds: Math.ceil(rounds / 3), time: firstStartOf },
    { builds: [nothing, ours], rounds: rounds * 5, time: importOf },
  ];
  for (const { builds: compared, rounds: times, time } of cases) {
    const seen = new Map<string, Readonly<Record<string, number>>[]>(compared.map((build) => [build, []]));
    // What the file system has not read yet, and prepared data, are the first's matter.
    for (const build of compared) await time(build);
    for (let round = 0; round < times; round += 1) {
      for (const build of shuffled(compared)) seen.get(build)?.push(await time(build));
    }
    const own = seen.get(ours) ?? [];
    const others = compared.length > 1 ? seen.get(compared[0] ?? '') : undefined;
    for (const name of Object.keys(own[0] ?? {})) {
      const of = (all: readonly Readonly<Record<string, number>>[]): number =>
        median(all.map((one) => one[name] ?? Number.NaN));
      measured.push({ name, medianMs: of(own), baseMs: others && of(others), rounds: times });
    }
  }
  return measured;
}
