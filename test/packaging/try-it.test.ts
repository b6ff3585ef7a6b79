import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { tryIt } from './try-it.ts';
import { installStrictly, packedPackages, type PackedPackages, pnpm, run } from './packed.ts';

// Package managers, one after the other: minutes, where the machine has much else to do.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

/** What is tried is what is tested elsewhere, too: the latest of another day is another day's matter. */
const VERSIONS: Readonly<Record<string, string>> = {
  'drizzle-orm': '0.45.4',
  pg: '8.23.1',
  prisma: '7.10.0',
  '@prisma/adapter-pg': '7.10.0',
  '@prisma/client': '7.10.0',
  tsx: '4.23.15',
  typeorm: '1.1.1',
};

const MANAGERS = {
  npm: {
    install: (folder: string) => run(folder, 'npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts'),
    exec: (folder: string, command: readonly string[]) => run(folder, 'npx', '--no-install', ...command),
  },
  pnpm: {
    install: (folder: string) => installStrictly(folder, packed),
    exec: (folder: string, command: readonly string[]) => pnpm(folder, 'exec', ...command),
  },
};

let packed: PackedPackages;

beforeAll(async () => {
  packed = await packedPackages('core', 'drizzle', 'emulator', 'prisma', 'typeorm');
  // `prisma generate` would fetch an engine that it does not use if it were not told of one.
  vi.stubEnv('PRISMA_SCHEMA_ENGINE_BINARY', process.execPath);
  vi.stubEnv('CHECKPOINT_DISABLE', '1');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await packed[Symbol.asyncDispose]();
});

describe.each(['core', 'drizzle', 'typeorm', 'prisma'] as const)('"Try it" of %s, in an empty folder', (name) => {
  const { files, install, commands, said } = tryIt(name);

  test('has a first row, a question and a refresh', () => {
    expect(files.map(({ file }) => file)).toContainEqual(expect.stringMatching(/^try-it\./));
    expect(install).toMatch(/^npm install \S/);
    expect(commands.length).toBeGreaterThan(0);
    expect(said).toEqual([expect.stringContaining('9.5'), 'false', 'refreshed']);
  });

  test.each(['npm', 'pnpm'] as const)('says what it says it does, installed by %s', async (manager) => {
    const folder = join(packed.folder, `try-${name}-${manager}`);
    await mkdir(folder);
    const names = install.split(' ').slice('npm install'.split(' ').length);
    const versions = names.map((dependency) => [dependency, packed.specifiers[dependency] ?? VERSIONS[dependency]]);
    expect(versions.filter(([, version]) => version === undefined)).toEqual([]);
    // What the package manager writes; until they are published, the packages' own dependencies on each other are tarballs, too.
    const dependencies: unknown = Object.fromEntries(versions);
    await writeFile(join(folder, 'package.json'), JSON.stringify({ dependencies, overrides: packed.specifiers }));
    for (const { file, code } of files) await writeFile(join(folder, file), code);
    await MANAGERS[manager].install(folder);

    const printed: string[] = [];
    for (const [program = '', ...args] of commands) {
      printed.push(
        program === 'npx' ? await MANAGERS[manager].exec(folder, args) : await run(folder, program, ...args),
      );
    }
    // The last command is the program; those before it make what it imports.
    expect(printed.at(-1)?.trimEnd().split('\n')).toEqual(said);
  });
});
