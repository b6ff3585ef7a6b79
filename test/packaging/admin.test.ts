import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startProgram } from '@pgstream/harness';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { packedPackages, type PackedPackages, run } from './packed.ts';
import { tryIt } from './try-it.ts';

// A package manager: minutes, where the machine has much else to do.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

let packed: PackedPackages;

beforeAll(async () => {
  packed = await packedPackages('admin', 'core', 'emulator');
});
afterAll(() => packed[Symbol.asyncDispose]());

describe('admin, from the packed tarballs', () => {
  const { files, install, commands } = tryIt('admin');

  test('"Try it", in an empty folder: a page with a button that works', async () => {
    expect(install).toBe('npm install @pgstream/admin @pgstream/core pg @pgstream/emulator');
    expect(commands).toEqual([['node', 'try-it.mjs']]);
    const folder = join(packed.folder, 'try-admin');
    await mkdir(folder);
    const dependencies = { ...packed.specifiers, pg: '8.23.1' };
    // Until they are published, the packages' own dependencies on each other are the tarballs, too.
    await writeFile(join(folder, 'package.json'), JSON.stringify({ dependencies, overrides: packed.specifiers }));
    for (const { file, code } of files) await writeFile(join(folder, file), code);
    await run(folder, 'npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts');
    const print = `console.log(typeof require('@pgstream/admin').mountAdmin, typeof require('@pgstream/admin/node').toNodeHandler)`;
    expect(await run(folder, process.execPath, '--eval', print)).toBe('function function\n');

    const { url, interrupt } = await startProgram(folder, 'try-it.mjs');
    const [, address = ''] = /action="([^"]*refresh[^"]*)"/.exec(await (await fetch(url)).text()) ?? [];
    const pressed = await fetch(url + address.replaceAll('&amp;', '&'), { method: 'POST', headers: { origin: url } });
    expect(await pressed.text()).toMatch(/order_totals<\/bdi><\/b> was refreshed\./);
    expect(await interrupt()).toEqual([0, null]);
  });

  test('carries a README with its picture, the licence, and nothing but what it is for', async () => {
    const tarball = packed.specifiers['@pgstream/admin']?.replace('file:', '') ?? '';
    const inside = (await run(packed.folder, 'tar', '-tzf', tarball)).trim().split('\n');
    const carried = inside.map((file) => file.replace('package/', ''));
    const entries = ['index', 'node'].flatMap((entry) => [
      `${entry}.mjs`,
      `${entry}.cjs`,
      `${entry}.d.mts`,
      `${entry}.d.cts`,
    ]);
    expect(carried).toEqual(
      expect.arrayContaining([
        'README.md',
        'list.png',
        'LICENSE',
        'package.json',
        ...entries.map((file) => `dist/${file}`),
      ]),
    );
    expect(
      carried.filter((file) => !/^(dist\/.+|README\.md|list\.png|LICENSE|CHANGELOG\.md|package\.json)$/.test(file)),
    ).toEqual([]);
  });
});
