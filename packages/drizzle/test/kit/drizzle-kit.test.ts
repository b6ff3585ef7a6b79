import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { connect, freshDatabase } from '@pgstream/harness';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

// Each starts drizzle-kit once or twice.
vi.setConfig({ testTimeout: 60_000 });

const BIN = join(dirname(createRequire(import.meta.url).resolve('drizzle-kit')), 'bin.cjs');
const CONFIG = join(import.meta.dirname, 'project/drizzle.config.ts');

const DATABASE = `
  CREATE SCHEMA analytics;
  CREATE TABLE public.app_customers (id integer PRIMARY KEY, name text NOT NULL);
  CREATE TABLE public.legacy (id integer PRIMARY KEY);
  CREATE TABLE public.orders (id integer PRIMARY KEY, customer_id integer, amount numeric);
  INSERT INTO public.orders VALUES (1, 1, 10), (2, 1, 5.5), (3, 2, 7.25);
  SELECT pgstream.create_stream_table(name => 'public.order_totals',
    query => 'SELECT customer_id, sum(amount) AS total FROM public.orders GROUP BY customer_id');
  SELECT pgstream.create_stream_table(name => 'analytics.region_totals', refresh_mode => 'FULL',
    query => 'SELECT sum(amount) AS total FROM public.orders');
`;

/** Every relation of the schemas that somebody made, with its columns and its rows. */
const CONTENTS = `
  SELECT format('%s.%s %s', n.nspname, c.relname, c.relkind) AS relation,
         (SELECT string_agg(attname || ' ' || atttypid::regtype, ', ' ORDER BY attnum)
            FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns,
         CASE WHEN c.relkind = 'r' THEN table_to_xml(c.oid, true, true, '')::text END AS rows
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname IN ('public', 'analytics', 'pgstream', 'pgstream_changes')
   ORDER BY 1`;

interface Settings {
  readonly existing?: readonly string[];
  readonly filter?: readonly string[];
  readonly schemaFilter?: readonly string[];
}

/** A database with stream tables, and drizzle-kit on it in a folder of its own. */
async function project() {
  const url = await freshDatabase();
  const client = await connect(url);
  await client.query(DATABASE);
  const folder = await mkdtemp(join(tmpdir(), 'drizzle-kit-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return {
    client,
    contents: async () =>
      (await client.query<{ relation: string; columns: string; rows: string | null }>(CONTENTS)).rows,
    async kit(command: readonly string[], settings: Settings = {}): Promise<string> {
      const env = { ...process.env, KIT_SETTINGS: JSON.stringify({ url, ...settings }), NO_COLOR: '1' };
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [BIN, ...command, `--config=${CONFIG}`], {
        cwd: folder,
        env,
      });
      return stdout + stderr;
    },
    async files(suffix: string): Promise<string> {
      const names = await readdir(join(folder, 'out'));
      const wanted = names.filter((name) => name.endsWith(suffix));
      expect(wanted).not.toEqual([]);
      return (await Promise.all(wanted.map((name) => readFile(join(folder, 'out', name), 'utf8')))).join('\n');
    },
  };
}

const isNew = ({ relation }: { readonly relation: string }) => relation.startsWith('public.app_notes');
const isTable = (relation: string) => relation.endsWith(' r');
const names = (contents: readonly { readonly relation: string }[]) => contents.map(({ relation }) => relation);

describe('drizzle-kit push', () => {
  it('creates what is new and leaves stream tables and the extension alone', async () => {
    const { contents, kit } = await project();
    const before = await contents();
    await kit(['push', '--force'], { existing: ['!legacy', '!orders'] });
    const after = await contents();
    expect(after.filter(isNew)).toHaveLength(2);
    expect(after.filter((each) => !isNew(each))).toEqual(before);
  });

  it('leaves what positive patterns left alone', async () => {
    const { contents, kit } = await project();
    const before = await contents();
    await kit(['push', '--force'], { existing: ['app_*'] });
    const after = await contents();
    expect(after.filter(isNew)).toHaveLength(2);
    expect(after.filter((each) => !isNew(each))).toEqual(before);
  });

  it('finds nothing to do the second time', async () => {
    const { contents, kit } = await project();
    await kit(['push', '--force'], { existing: ['app_*'] });
    const before = await contents();
    expect(await kit(['push', '--force'], { existing: ['!legacy', '!orders'] })).toContain('No changes detected');
    expect(await contents()).toEqual(before);
  });

  // The same commands, with filters of other making: what the tests above would not see otherwise.
  it.each([
    ['no filter', { filter: [] }, ['public.legacy r', 'public.order_totals r', 'public.orders r']],
    [
      'a name with its schema',
      { filter: ['!public.order_totals', '!orders'] },
      ['public.legacy r', 'public.order_totals r'],
    ],
    [
      'an exclusion beside a positive pattern',
      { filter: ['app_*', '!order_totals'] },
      ['public.legacy r', 'public.orders r'],
    ],
    [
      'the schema of a stream table in schemaFilter',
      { filter: [], schemaFilter: ['analytics'] },
      ['analytics.region_totals r'],
    ],
    ['that and the filter', { existing: [], schemaFilter: ['analytics'] }, []],
  ])('drops, with %s, what the filter keeps it off', async (_what, settings, dropped) => {
    const { contents, kit, client } = await project();
    // With something to create, too, it would ask whether that is a renaming.
    await client.query('CREATE TABLE app_notes (id integer PRIMARY KEY, body text)');
    const before = names(await contents()).filter(isTable);
    expect(await kit(['push', '--force'], settings)).toContain(dropped.length > 0 ? 'Changes applied' : 'No changes');
    const after = names(await contents());
    expect(before.filter((name) => !after.includes(name)).toSorted()).toEqual(dropped);
  });
});

describe('drizzle-kit generate', () => {
  it('writes no word about stream tables, whatever of them is exported', async () => {
    const { kit, files } = await project();
    await kit(['generate']);
    const sql = await files('.sql');
    expect(sql.match(/CREATE TABLE "\w+"/g)).toEqual(['CREATE TABLE "app_customers"', 'CREATE TABLE "app_notes"']);
    expect(sql).not.toMatch(/_totals|largest|pgs|analytics|DROP|ALTER/);
  });
});

describe('drizzle-kit pull', () => {
  it('writes tables, and no stream tables', async () => {
    const { kit, files, contents } = await project();
    const before = await contents();
    await kit(['pull']);
    const schema = await files('schema.ts');
    expect(schema.match(/pgTable\("\w+"/g)?.toSorted()).toEqual([
      'pgTable("app_customers"',
      'pgTable("legacy"',
      'pgTable("orders"',
    ]);
    expect(schema).not.toMatch(/_totals|pgs/);
    expect(await contents()).toEqual(before);
  });
});
