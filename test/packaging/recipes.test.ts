import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { blocksOf } from '@pgstream/harness';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { packedPackages, type PackedPackages, run } from './packed.ts';

// A package manager, and test runners: minutes, where the machine has much else to do.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const README = join(import.meta.dirname, '../../packages/emulator/README.md');

let packed: PackedPackages;
let installed: string;

beforeAll(async () => {
  packed = await packedPackages('core', 'emulator');
  const dependencies = { ...packed.specifiers, pg: '8.23.1', vitest: '4.1.12', jest: '29.7.0' };
  await writeFile(join(packed.folder, 'package.json'), JSON.stringify({ dependencies, overrides: packed.specifiers }));
  await run(packed.folder, 'npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts');
  installed = join(packed.folder, 'node_modules');
});
afterAll(() => packed[Symbol.asyncDispose]());

/** A folder with the files that a section shows, and others. */
async function application(section: string, others: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = join(packed.folder, section.toLowerCase().replaceAll(' ', '-') + String(Object.keys(others).length));
  await mkdir(folder);
  await symlink(installed, join(folder, 'node_modules'));
  const shown = blocksOf(README).flatMap((block) =>
    block.section === section && block.file !== undefined ? [[block.file, block.code] as const] : [],
  );
  expect(shown).toHaveLength(3);
  for (const [file, text] of [
    ['package.json', section === 'With Vitest' ? '{ "type": "module" }' : '{}'],
    ...shown,
    ...Object.entries(others),
  ] as const) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  return folder;
}

describe('the recipe of the emulator’s README, in an empty folder', () => {
  test('runs with Vitest, each file in a database of its own', async () => {
    // The same again: in one database its order would be the second.
    const again = blocksOf(README).find(({ file }) => file === 'test/order-totals.test.ts')?.code ?? '';
    const folder = await application('With Vitest', { 'test/again.test.ts': again });
    const printed = await run(folder, 'npx', '--no-install', 'vitest', 'run', '--reporter=json');
    expect(JSON.parse(printed)).toMatchObject({ numPassedTests: 2, numFailedTests: 0 });
  });

  test('runs with Jest, which ends by itself', async () => {
    const folder = await application('With Jest');
    const printed = await run(folder, 'npx', '--no-install', 'jest', '--ci', '--json');
    expect(JSON.parse(printed)).toMatchObject({ numPassedTests: 1, numFailedTests: 0 });
  });

  test.for([
    ['With Vitest', 'ts', ['vitest', 'run']],
    ['With Jest', 'js', ['jest', '--ci']],
  ] as const)('%s shows the error of a migration that fails', async ([section, extension, runner]) => {
    const shown = blocksOf(README).find(({ file }) => file === 'test/emulator.ts')?.code ?? '';
    const failing = shown.replace('sum(amount)', 'sum(amuont)');
    expect(failing).not.toBe(shown);
    const inCommonJs = failing
      .replace(/import \{ emulatorSetup \} from .*/, "const { emulatorSetup } = require('@pgstream/emulator/jest');")
      .replace("import pg from 'pg';", "const pg = require('pg');")
      .replace('export default', 'module.exports =')
      .replace('url: string', 'url');
    const folder = await application(section, {
      [`test/emulator.${extension}`]: extension === 'ts' ? failing : inCommonJs,
      'failing.txt': '',
    });
    await expect(run(folder, 'npx', '--no-install', ...runner)).rejects.toThrow('column "amuont" does not exist');
  });

  test('says what is missing where no emulator was started', async () => {
    const folder = await application('With Jest', { 'jest.config.js': 'module.exports = {};' });
    await expect(run(folder, 'npx', '--no-install', 'jest', '--ci')).rejects.toThrow(
      "No emulator was started for these tests. In Jest's configuration name a file as globalSetup",
    );
  });
});
