import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { packedPackages, type PackedPackages, run } from './packed.ts';
import { tryIt } from './try-it.ts';

// Package managers and compilers, one after the other: minutes, where the machine has much else to do.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const VERSION = '8.0.0-rc.13';

let packed: PackedPackages;

beforeAll(async () => {
  packed = await packedPackages('core', 'emulator', 'prisma8');
});
afterAll(() => packed[Symbol.asyncDispose]());

describe('"Try it" of prisma8, in an empty folder', () => {
  const { files, install, commands, said } = tryIt('prisma8');

  test('has a first row, a question and a refresh', () => {
    expect(commands).toEqual([
      ['npx', 'prisma', 'contract', 'emit'],
      ['npx', 'tsx', 'try-it.mts'],
    ]);
    expect(said).toEqual([expect.stringContaining('9.5'), 'false', 'refreshed']);
  });

  test('says what it says it does, and compiles; the contract is emitted without Prisma’s command line, which is a gigabyte', async () => {
    const folder = join(packed.folder, 'try-prisma8');
    await mkdir(folder);
    const names = install.split(' ').slice('npm install'.split(' ').length);
    expect(names).toContain('prisma');
    const dependencies = {
      ...packed.specifiers,
      '@prisma/orm-postgres': VERSION,
      '@prisma/orm-toolchain': VERSION,
      '@types/node': '20.19.43',
      tsx: '4.23.15',
      'typescript-5.9': 'npm:typescript@5.9.3',
      'typescript-7.0': 'npm:typescript@7.0.2',
    };
    for (const name of names.filter((each) => each !== 'prisma')) expect(dependencies).toHaveProperty([name]);
    await writeFile(
      join(folder, 'package.json'),
      JSON.stringify({ type: 'module', dependencies, overrides: packed.specifiers }),
    );
    for (const { file, code } of files) await writeFile(join(folder, file), code);
    await run(folder, 'npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts');

    const emit = join(import.meta.dirname, '../../packages/prisma8/test/emit.mjs');
    await copyFile(emit, join(folder, 'emit.mjs'));
    await run(folder, process.execPath, 'emit.mjs', '.', 'contract.prisma', '.');
    const printed = await run(folder, 'npx', '--no-install', 'tsx', 'try-it.mts');
    expect(printed.trimEnd().split('\n')).toEqual(said);

    const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--types', 'node'];
    const reading = ['--resolveJsonModule', '--allowImportingTsExtensions', '--module', 'nodenext'];
    for (const compiler of ['typescript-5.9', 'typescript-7.0']) {
      await run(folder, process.execPath, `node_modules/${compiler}/bin/tsc`, 'try-it.mts', ...options, ...reading);
    }
  });

  test('carries a README, the licence, and nothing but what it is for', async () => {
    const tarball = packed.specifiers['@pgstream/prisma8']?.replace('file:', '') ?? '';
    const inside = (await run(packed.folder, 'tar', '-tzf', tarball)).trim().split('\n');
    const carried = inside.map((file) => file.replace('package/', ''));
    expect(carried).toEqual(
      expect.arrayContaining([
        'README.md',
        'LICENSE',
        'package.json',
        ...['index', 'migration'].flatMap((entry) => [`dist/${entry}.mjs`, `dist/${entry}.d.mts`]),
      ]),
    );
    expect(
      carried.filter((file) => !/^(dist\/.+\.mjs|dist\/.+\.d\.mts|README\.md|LICENSE|package\.json)$/.test(file)),
    ).toEqual([]);
  });
});
