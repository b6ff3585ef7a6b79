import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { connect, freshDatabase } from '@pgstream/harness';
import { expect, onTestFinished } from 'vitest';

const PACKAGE = join(import.meta.dirname, '../..');

/** The folders whose dependencies have the two versions of Drizzle, and what of the project is written differently. */
export const KITS = {
  '0.31': { of: PACKAGE, relations: 'relations.ts' },
  '1.0': { of: join(PACKAGE, 'test/v1'), relations: 'relations-1.0.ts' },
} as const;

/** Tables of an application, and stream tables full and empty, in two schemas. */
const DATABASE = `
  CREATE SCHEMA analytics;
  CREATE TABLE public.app_customers (id integer PRIMARY KEY, name text NOT NULL);
  CREATE TABLE public.legacy (id integer PRIMARY KEY);
  CREATE TABLE public.orders (id integer PRIMARY KEY, customer_id integer, amount numeric);
  INSERT INTO public.orders VALUES (1, 1, 10), (2, 1, 5.5), (3, 2, 7.25);
  SELECT pgstream.create_stream_table(name => 'public.order_totals',
    query => 'SELECT customer_id, sum(amount) AS total FROM public.orders GROUP BY customer_id');
  SELECT pgstream.create_stream_table(name => 'public.large_orders',
    query => 'SELECT id, amount FROM public.orders WHERE amount > 1000');
  SELECT pgstream.create_stream_table(name => 'analytics.region_totals', refresh_mode => 'FULL',
    query => 'SELECT sum(amount) AS total FROM public.orders');
  SELECT pgstream.create_stream_table(name => 'analytics.large_regions', refresh_mode => 'FULL',
    query => 'SELECT id FROM public.orders WHERE amount > 1000');
  INSERT INTO public.orders VALUES (4, 2, 1);
`;

/** Every relation of the schemas that somebody made, with its columns, its rows, and the triggers that fill buffers. */
const CONTENTS = `
  SELECT format('%s.%s %s', n.nspname, c.relname, c.relkind) AS relation,
         (SELECT string_agg(attname || ' ' || atttypid::regtype, ', ' ORDER BY attnum)
            FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns,
         (SELECT string_agg(tgname, ', ' ORDER BY tgname) FROM pg_trigger WHERE tgrelid = c.oid) AS triggers,
         CASE WHEN c.relkind = 'r' THEN table_to_xml(c.oid, true, true, '')::text END AS rows
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname IN ('public', 'analytics', 'pgstream', 'pgstream_changes')
   ORDER BY 1`;

export interface Contents {
  readonly relation: string;
  readonly columns: string;
  readonly triggers: string | null;
  readonly rows: string | null;
}

export interface Settings {
  /** The options of streamTablesConfig(), or a configuration as it is. */
  readonly options?: { readonly tablesFilter?: readonly string[]; readonly schemaFilter?: readonly string[] };
  readonly config?: { readonly tablesFilter?: readonly string[]; readonly schemaFilter?: readonly string[] };
  /** Whether the application has a table of its own in the schema `analytics`, and exports that. Default: it has not. */
  readonly analytics?: boolean;
}

/** A database with stream tables, and a drizzle-kit on it in a folder of its own, with the Drizzle that belongs to it. */
export async function kitProject(version: keyof typeof KITS) {
  const { of, relations } = KITS[version];
  const url = await freshDatabase();
  const client = await connect(url);
  await client.query(DATABASE);

  // As an application has it: where the kit looks for drizzle-orm, there is this one.
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'drizzle-kit-')));
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(join(PACKAGE, 'src'), join(folder, 'src'), { recursive: true });
  await cp(join(import.meta.dirname, 'project'), join(folder, 'test/kit/project'), { recursive: true });
  await mkdir(join(folder, 'node_modules/@pgstream'), { recursive: true });
  const link = async (name: string, from: string): Promise<void> =>
    symlink(await realpath(join(from, 'node_modules', name)), join(folder, 'node_modules', name));
  await link('drizzle-orm', of);
  await link('drizzle-kit', of);
  await link('@pgstream/core', PACKAGE);
  await link('minimatch', PACKAGE);

  const bin = join(dirname(createRequire(join(of, 'package.json')).resolve('drizzle-kit')), 'bin.cjs');
  const config = join(folder, 'test/kit/project/drizzle.config.ts');
  const run = async (command: string, args: readonly string[], settings: Settings): Promise<string> => {
    const env = { ...process.env, KIT_SETTINGS: JSON.stringify({ url, relations, ...settings }), NO_COLOR: '1' };
    const { stdout, stderr } = await promisify(execFile)(command, args, { cwd: folder, env, timeout: 120_000 });
    return stripVTControlCharacters(stdout + stderr);
  };
  return {
    client,
    contents: async () => (await client.query<Contents>(CONTENTS)).rows,
    /** Where nobody could answer a question. */
    kit: (command: readonly string[], settings: Settings = {}) =>
      run(process.execPath, [bin, ...command, `--config=${config}`], settings),
    /** On a terminal, where it asks before it drops rows, unless it is told not to. */
    kitOnTerminal: (command: readonly string[], settings: Settings = {}) =>
      run(
        'script',
        ['-qec', [process.execPath, bin, ...command, `--config=${config}`].join(' '), '/dev/null'],
        settings,
      ),
    async files(suffix: string): Promise<string> {
      const names = await readdir(join(folder, 'out'), { recursive: true });
      const wanted = names.filter((name) => name.endsWith(suffix));
      expect(wanted).not.toEqual([]);
      return (await Promise.all(wanted.map((name) => readFile(join(folder, 'out', name), 'utf8')))).join('\n');
    },
  };
}

export const isNew = ({ relation }: Contents): boolean => /^(public\.app_notes|analytics\.app_)/.test(relation);
