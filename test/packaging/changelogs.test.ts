import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';

import { run } from './packed.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const repository = join(import.meta.dirname, '../..');
const packages = await readdir(join(repository, 'packages'));

let copy: string;

/** What `changeset version` reads, without the changesets. */
beforeEach(async () => {
  copy = await mkdtemp(join(tmpdir(), 'pgstream-changelogs-'));
  onTestFinished(() => rm(copy, { recursive: true, force: true }));
  await mkdir(join(copy, '.changeset'));
  for (const file of ['package.json', 'pnpm-workspace.yaml', '.changeset/config.json', '.changeset/changelog.cjs']) {
    await cp(join(repository, file), join(copy, file));
  }
  for (const name of packages) {
    await cp(join(repository, 'packages', name, 'package.json'), join(copy, 'packages', name, 'package.json'));
  }
});

const changesets = (await readdir(join(repository, '.changeset'))).filter((file) => file.endsWith('.md'));

async function versioned(...args: string[]): Promise<Record<string, string>> {
  await run(copy, process.execPath, join(repository, 'node_modules/@changesets/cli/bin.js'), 'version', ...args);
  return Object.fromEntries(await Promise.all(packages.map(async (name) => [name, (await manifestOf(name)).version])));
}

async function manifestOf(name: string): Promise<{ version: string }> {
  return JSON.parse(await readFile(join(copy, 'packages', name, 'package.json'), 'utf8')) as { version: string };
}

/** Packages as they are after a release, and one changeset. */
async function released(version: string, changed: string, bump: string): Promise<void> {
  for (const name of packages) {
    const file = join(copy, 'packages', name, 'package.json');
    await writeFile(file, JSON.stringify({ ...(await manifestOf(name)), version }));
  }
  const text = `---\n'@pgstream/${changed}': ${bump}\n---\n\nIt does more.\n\n- Of this.\n`;
  await writeFile(join(copy, '.changeset/more.md'), text);
}

const changelogOf = (name: string): Promise<string> => readFile(join(copy, 'packages', name, 'CHANGELOG.md'), 'utf8');

test('the changesets that there are make no version that none of them asks for, and a changelog of each package', async () => {
  const texts = await Promise.all(changesets.map((file) => readFile(join(repository, '.changeset', file), 'utf8')));
  for (const file of changesets) await cp(join(repository, '.changeset', file), join(copy, '.changeset', file));
  const asks = (bump: RegExp): boolean => texts.some((text) => bump.test(text.split('---')[1] ?? ''));
  const before = Object.fromEntries(
    await Promise.all(packages.map(async (name) => [name, (await manifestOf(name)).version] as const)),
  );
  const after = await versioned();
  const majors = packages.filter((name) => before[name]?.split('.')[0] !== after[name]?.split('.')[0]);
  expect(asks(/: major$/m) ? [] : majors).toEqual([]);
  const changed = packages.filter((name) => asks(new RegExp(`^["']@pgstream/${name}["']: `, 'm')));
  for (const name of changed) {
    expect(after[name]).not.toBe(before[name]);
    const changelog = await changelogOf(name);
    expect(changelog).toMatch(new RegExp(`^# @pgstream/${name}\n\n## ${after[name]}\n`));
    expect(changelog.match(/^- With `@pgstream/gm)?.length ?? 0).toBeLessThanOrEqual(1);
  }
});

test('a change of the emulator, which the command line may have beside it, is none of it', async () => {
  await released('0.1.0', 'emulator', 'minor');
  expect(await versioned()).toMatchObject({ emulator: '0.2.0', cli: '0.1.0', core: '0.1.0' });
  expect(await changelogOf('emulator')).toBe(
    '# @pgstream/emulator\n\n## 0.2.0\n\n### Minor Changes\n\n- It does more.\n\n  - Of this.\n',
  );
});

test('a change of core is told of once by each package that has it', async () => {
  await released('0.1.0', 'core', 'minor');
  // Prisma 8 is a preview, and has versions of its own.
  expect(await versioned()).toMatchObject({ core: '0.2.0', drizzle: '0.2.0', prisma8: '0.1.1', emulator: '0.1.0' });
  expect(await changelogOf('drizzle')).toBe(
    '# @pgstream/drizzle\n\n## 0.2.0\n\n### Patch Changes\n\n- With `@pgstream/core` 0.2.0.\n',
  );
});

test('a prerelease is one of the version to come', async () => {
  await released('0.1.0', 'core', 'minor');
  const { core, cli, emulator } = await versioned('--snapshot', 'next');
  expect(core).toMatch(/^0\.2\.0-next\.\d{14}$/);
  expect({ cli, emulator }).toEqual({ cli: core, emulator: '0.1.0' });
});
