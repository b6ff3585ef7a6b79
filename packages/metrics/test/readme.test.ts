import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { blocksOf, compilerErrors } from '@pgstream/harness';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { IMAGES } from '../generate/compose.ts';
import { integrations } from '../generate/files.ts';

const PACKAGE = join(import.meta.dirname, '..');
const README = join(PACKAGE, 'README.md');
const blocks = blocksOf(README);

let folder: string;
beforeAll(async () => {
  // Here, where what it imports is found, this package itself among it.
  folder = await mkdtemp(join(import.meta.dirname, 'readme-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('its examples compile', async () => {
  const examples = blocks.filter(({ language }) => language === 'ts');
  expect(examples.map(({ file }) => file)).toEqual(['server.ts', 'telemetry.ts']);
  for (const { file = '', code } of examples) await writeFile(join(folder, file), code);
  const entries = { '@pgstream/metrics': 'src/index.ts', '@pgstream/metrics/otel': 'src/otel.ts' };
  expect(await compilerErrors(folder, PACKAGE, entries)).toBe('');
});

it('"Try it" says what it says it does', async () => {
  const { code = '' } = blocks.find(({ file }) => file === 'try-it.mjs') ?? {};
  await writeFile(join(folder, 'try-it.mjs'), code);
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'try-it.mjs')]);
  const said = [...code.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text);
  expect(said).toHaveLength(2);
  expect(stdout.trimEnd().split('\n')).toEqual(said);
});

it('names the images, and the files that init copies', async () => {
  const text = await readFile(README, 'utf8');
  for (const image of Object.values(IMAGES)) expect(text).toContain(`\`${image}\``);
  const named = [...text.matchAll(/^\| `([\w./]+)`(?:, `([\w./]+)`)? +\|/gm)].flatMap(([, ...files]) =>
    files.filter(Boolean),
  );
  expect(named.filter((file) => file?.includes('.') && !(file in integrations()))).toEqual([]);
});
