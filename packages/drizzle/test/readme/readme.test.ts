import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compilerErrors, testDatabase } from '@pgstream/harness';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { blocks, exampleModule } from './blocks.ts';

const PACKAGE = join(import.meta.dirname, '../..');

const database = testDatabase();
const files = blocks.filter(({ language, file }) => language === 'ts' && file !== undefined);
const examples = blocks
  .filter(({ language, file }) => language === 'ts' && file === undefined)
  .map(({ code }, index) => ({ name: `example-${index + 1}.ts`, code: exampleModule(code), text: code }));

let folder: string;
const load = (name: string): Promise<Record<string, unknown>> => import(join(folder, name));

beforeAll(async () => {
  const client = await database.connect();
  await client.query(`
    CREATE SCHEMA analytics;
    CREATE TABLE public.customers (id integer PRIMARY KEY, region text NOT NULL);
    CREATE TABLE public.orders (id integer PRIMARY KEY, customer_id integer NOT NULL, amount numeric(12,2) NOT NULL);
    INSERT INTO public.customers VALUES (1, 'north'), (2, 'south');
    INSERT INTO public.orders VALUES (1, 1, 100), (2, 1, 5.5), (3, 2, 7.25);
    SELECT pgstream.create_stream_table(name => 'analytics.region_totals', schedule => '1h', refresh_mode => 'FULL',
      query => 'SELECT c.region, sum(o.amount) AS total FROM public.orders o JOIN public.customers c ON c.id = o.customer_id GROUP BY c.region')`);
  for (const { code } of blocks.filter(({ language }) => language === 'sql')) await client.query(code);
  vi.stubEnv('DATABASE_URL', database.url);
  folder = await mkdtemp(join(import.meta.dirname, 'run-'));
  for (const { file = '', code } of files) await writeFile(join(folder, file), code);
  for (const { name, code } of examples) await writeFile(join(folder, name), code);
});

afterAll(async () => {
  const { db } = (await load('db.ts')) as { db: NodePgDatabase & { $client: Pool } };
  await db.$client.end();
  await rm(folder, { recursive: true });
});

describe('the README', () => {
  it('has blocks of languages that are tested here, and no other', () => {
    expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['sh', 'ts', 'sql']));
    expect(files.map(({ file }) => file)).toEqual([
      'schema.ts',
      'db.ts',
      'relations.ts',
      'pgstream.definitions.ts',
      'drizzle.config.ts',
    ]);
    expect(examples.length).toBeGreaterThan(4);
  });

  it('installs the package, core, and its peers', async () => {
    const { name, peerDependencies } = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8')) as {
      name: string;
      peerDependencies: object;
    };
    const install = blocks.find(({ language }) => language === 'sh');
    expect(install?.code).toBe(`npm install ${[name, '@pgstream/core', ...Object.keys(peerDependencies)].join(' ')}\n`);
  });

  it('compiles', async () => {
    const errors = await compilerErrors(folder, PACKAGE, {
      '@pgstream/drizzle': 'src/index.ts',
      '@pgstream/drizzle/kit': 'src/kit.ts',
    });
    expect(errors).toBe('');
  });

  it.each(examples)('runs $name: $text', async ({ name, text }) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    onTestFinished(() => log.mockRestore());
    await load(name);
    // What a comment of the block says that it prints.
    const said = log.mock.calls.map((values) => values.join(' '));
    const [, promised] = /console\.log\(.*?\); \/\/ (.*)/.exec(text) ?? [];
    expect(said).toHaveLength(text.split('console.log(').length - 1);
    expect(said.join('\n')).toContain(promised ?? '');
  });

  it('configures drizzle-kit', async () => {
    const config = await load('drizzle.config.ts');
    expect(config['default']).toMatchObject({ tablesFilter: ['!order_totals'], schemaFilter: ['public'] });
  });
});
