import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blocksOf, testDatabase } from '@pgstream/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXIT } from '../src/exit/index.ts';
import { pgstream } from './run.ts';
import { shell } from './shell.ts';
import { shop } from './shop.ts';

const database = testDatabase();
shop(database);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgstream-readme-'));
});
afterAll(() => rm(folder, { recursive: true }));

const readme = join(import.meta.dirname, '../README.md');
const blocks = blocksOf(readme);

/** What installs is tried where packages are packed, what generates where ORMs are; what runs on, and what asks projects, in tests of its own. */
const lines = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ code }) => code.trim().split('\n'))
  .filter((line) => /^pgstream (?!generate|run |doctor --project)/.test(line));

/** Without ages, which are those of this run. */
const steady = (text: string): string => text.replaceAll(/ *(?:\w+ ago|just now)/g, ' «age»');

describe('README', () => {
  test('has examples of every kind', () => {
    expect(lines.length).toBeGreaterThan(15);
  });

  test.for(lines)('the example works: %s', async (line) => {
    const { code, err } = await shell(line, folder, database.url);
    // No scheduler runs here, which health says.
    const codes = line.includes(' health') ? [0, 4, 5] : [0];
    expect({ code, err }).toEqual({ code: expect.toBeOneOf(codes), err: '' });
  });

  test('shows what is seen', async () => {
    const { code: shown = '' } = blocks.find(({ language }) => language === 'console') ?? {};
    const { out } = await shell('pgstream list', folder, database.url);
    expect(steady(`$ pgstream list\n${out}`)).toBe(steady(shown));
  });

  test('lists the exit codes', async () => {
    const codes = [...(await readFile(readme, 'utf8')).matchAll(/^\| +(\d+) \|/gm)].map(([, code]) => Number(code));
    expect(codes).toEqual(Object.values(EXIT).toSorted((one, other) => one - other));
  });

  test('has a configuration that works', async () => {
    const { code: config = '' } = blocks.find(({ file }) => file === 'pgstream.config.ts') ?? {};
    // Here, where the package is found.
    const inPackage = await mkdtemp(join(import.meta.dirname, 'config-'));
    try {
      await writeFile(join(inPackage, 'pgstream.config.ts'), config);
      const ran = await pgstream(['list'], { cwd: inPackage, env: { ADMIN_URL: database.url } });
      expect(ran).toMatchObject({ code: 0, out: expect.stringMatching(/^visits /m) });
    } finally {
      await rm(inPackage, { recursive: true });
    }
  });
});
