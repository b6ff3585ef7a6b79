import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { asModule, type Block, blocksOf, compilerErrors, testDatabase } from '@pgstream/harness';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { MigrationOperation } from '../../src/migration.ts';

// A compiler runs in it.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const PACKAGE = join(import.meta.dirname, '../..');

/** What the README leaves out of its examples, by where it comes from. */
const IMPORTS = {
  '@pgstream/core': ['readOnlyRoleSql'],
  '@pgstream/prisma8': ['StreamTableReadOnlyError'],
  './db': ['db'],
};

const database = testDatabase();
// Without "Try it", which stands for itself: test/packaging runs that in an empty folder.
const blocks = blocksOf(new URL('../../README.md', import.meta.url)).filter(({ section }) => section !== 'Try it');
const files = blocks.filter((block): block is Block & { file: string } => block.file !== undefined);
const examples = blocks
  .filter(({ language, file }) => language === 'ts' && file === undefined)
  .map(({ code }, index) => ({ name: `example-${index + 1}.ts`, code: asModule(code, IMPORTS), text: code }));

let folder: string;
const load = (name: string): Promise<Record<string, unknown>> => import(join(folder, name));

beforeAll(async () => {
  const parent = join(import.meta.dirname, 'generated');
  await mkdir(parent, { recursive: true });
  folder = await mkdtemp(join(parent, 'run-'));
  for (const { file, code } of files) await writeFile(join(folder, file), code);
  for (const { name, code } of examples) await writeFile(join(folder, name), code);
  const emit = join(PACKAGE, 'test/emit.mjs');
  // To its side, as the command does.
  await promisify(execFile)(process.execPath, [emit, folder, join(folder, 'contract.prisma'), '.'], { cwd: PACKAGE });

  const client = await database.connect();
  await client.query(`
    CREATE SCHEMA analytics;
    CREATE TABLE public.customers (id integer PRIMARY KEY, region text NOT NULL);
    CREATE TABLE public.orders (id integer PRIMARY KEY, customer_id integer NOT NULL, amount numeric(12,2) NOT NULL);
    INSERT INTO public.customers VALUES (1, 'north'), (2, 'south');
    INSERT INTO public.orders VALUES (1, 1, 100), (2, 1, 5.5), (3, 2, 7.25);
    SELECT pgstream.create_stream_table(name => 'analytics.region_totals', schedule => '1h', refresh_mode => 'FULL',
      query => 'SELECT c.region, sum(o.amount) AS total FROM public.orders o JOIN public.customers c ON c.id = o.customer_id GROUP BY c.region')`);
  // The migration of the README creates the other one.
  const { default: Totals } = (await load('migration.ts')) as { default: new () => { operations: Operation[] } };
  for (const { execute } of new Totals().operations) {
    for (const { sql, params = [] } of execute) await client.query(sql, [...params]);
  }
  vi.stubEnv('DATABASE_URL', database.url);
});

/** Prisma's are the same in what is used here. */
type Operation = Pick<MigrationOperation, 'execute'>;

afterAll(async () => {
  const { db } = (await load('db.ts')) as { db: { close(): Promise<void> } };
  await db.close();
  await rm(folder, { recursive: true });
});

describe('the README', () => {
  it('has blocks of languages that are tested here, and no other', () => {
    expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['sh', 'prisma', 'ts']));
    expect(files.map(({ file }) => file)).toEqual(['contract.prisma', 'db.ts', 'migration.ts']);
    expect(examples.length).toBeGreaterThan(5);
  });

  it('installs the package, core, and its peers', async () => {
    const manifest = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8')) as {
      name: string;
      peerDependencies: object;
    };
    const install = blocks.find(({ language }) => language === 'sh');
    const names = [manifest.name, '@pgstream/core', ...Object.keys(manifest.peerDependencies)];
    expect(install?.code).toBe(`npm install ${names.join(' ')}\n`);
  });

  it('compiles', async () => {
    const entries = { '@pgstream/prisma8': 'src/index.ts', '@pgstream/prisma8/migration': 'src/migration.ts' };
    expect(await compilerErrors(folder, PACKAGE, entries)).toBe('');
  });

  it.each(examples)('runs $name: $text', async ({ name, text }) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    onTestFinished(() => log.mockRestore());
    await load(name);
    // What the comments of the block say that it prints.
    const said = log.mock.calls.map((values) => values.join(' '));
    const promised = [...text.matchAll(/console\.log\(.*?\); \/\/ (.*)/g)].map(([, each]) => each ?? '');
    expect(said).toHaveLength(text.split('console.log(').length - 1);
    for (const [index, each] of promised.entries()) expect(said[index]).toContain(each);
  });
});
