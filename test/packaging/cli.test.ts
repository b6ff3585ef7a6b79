import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { blocksOf, freshDatabase } from '@pgstream/harness';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { installStrictly, packedPackages, type PackedPackages, pnpm, run } from './packed.ts';

// Package managers, one after the other: minutes, where the machine has much else to do.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

let packed: PackedPackages;

beforeAll(async () => {
  packed = await packedPackages('cli', 'core', 'emulator');
});
afterAll(() => packed[Symbol.asyncDispose]());

async function emptyFolder(name: string, manifest?: object): Promise<string> {
  const folder = join(packed.folder, name);
  await mkdir(folder);
  if (manifest) await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  return folder;
}

const MANAGERS = {
  npm: {
    install: (folder: string) => run(folder, 'npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts'),
    exec: (folder: string, args: readonly string[]) => run(folder, 'npx', '--no-install', ...args),
  },
  pnpm: {
    install: (folder: string) => installStrictly(folder, packed),
    exec: (folder: string, args: readonly string[]) => pnpm(folder, 'exec', ...args),
  },
};

const NOTHING = 'There are no stream tables.\n';

describe('the command line', () => {
  test('runs by npx in an empty folder, and says what --emulator needs', async () => {
    const folder = await emptyFolder('npx');
    const { '@pgstream/cli': cli = '', '@pgstream/core': core = '' } = packed.specifiers;
    // Until it is published, core is a tarball, too.
    const npx = ['--yes', '--cache', join(folder, 'cache'), '--package', cli, '--package', core, 'pgstream'];
    expect(await run(folder, 'npx', ...npx, 'list', '--url', await freshDatabase())).toBe(NOTHING);
    await expect(run(folder, 'npx', ...npx, 'list', '--emulator')).rejects.toThrow(
      /needs the package @pgstream\/emulator, which is not installed: npm install/,
    );
  });

  test('runs by pnpm dlx in an empty folder', async () => {
    const folder = await emptyFolder('dlx');
    const { '@pgstream/cli': cli = '', '@pgstream/core': core = '' } = packed.specifiers;
    // Until it is published, core is a tarball, too.
    const settings = [
      'pmOnFail: ignore',
      `cacheDir: '${join(folder, 'cache')}'`,
      'overrides:',
      `  '@pgstream/core': '${core}'`,
    ];
    await writeFile(join(folder, 'pnpm-workspace.yaml'), `${settings.join('\n')}\n`);
    const dlx = [`--package=${cli}`, '--silent', 'dlx', 'pgstream'];
    expect(await pnpm(folder, ...dlx, 'list', '--url', await freshDatabase())).toBe(NOTHING);
  });

  const tryIt = blocksOf(join(import.meta.dirname, '../../packages/cli/README.md')).find(
    ({ section }) => section === 'Try it',
  );
  const [install = '', command = ''] = (tryIt?.code ?? '').trim().split('\n');

  test.for(['npm', 'pnpm'] as const)('"Try it", in an empty folder, by %s', async (manager) => {
    expect(install).toBe('npm install @pgstream/cli @pgstream/emulator');
    expect(command).toMatch(/^npx pgstream \S/);
    const { '@pgstream/cli': cli, '@pgstream/emulator': emulator } = packed.specifiers;
    const dependencies = { '@pgstream/cli': cli, '@pgstream/emulator': emulator };
    const folder = await emptyFolder(`try-cli-${manager}`, { dependencies, overrides: packed.specifiers });
    const args = command.split(' ').slice(1);
    await MANAGERS[manager].install(folder);
    expect(await MANAGERS[manager].exec(folder, args)).toBe(NOTHING);
  });
});
