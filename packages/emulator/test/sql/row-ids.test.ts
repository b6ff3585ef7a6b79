import { connect, freshDatabase, onEmulator, testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';

const database = testDatabase();
let client: Client;

beforeAll(async () => {
  client = await database.connect();
  await client.query(`
    CREATE EXTENSION citext;
    CREATE EXTENSION hstore;
    CREATE COLLATION ignoring_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    CREATE TYPE mood AS ENUM ('ok', 'bad', 'worse');
    CREATE TYPE pair AS (a numeric, b text);
    CREATE DOMAIN amount AS numeric;
    CREATE TYPE timerange AS RANGE (subtype = time);`);
});

const refresh = (table: string): Promise<unknown> => client.query('SELECT pgstream.refresh_stream_table($1)', [table]);

const query = async (text: string): Promise<unknown[]> => (await client.query({ text, rowMode: 'array' })).rows.flat();

/** How a query tells its rows apart: by what it groups by, by all it shows, by its sources' key, by nothing. */
const identities: Readonly<Record<string, string>> = {
  by_group: 'SELECT k, count(*) AS n FROM public.source GROUP BY k',
  by_distinct: 'SELECT DISTINCT k FROM public.source',
  by_union: 'SELECT k FROM public.source UNION SELECT k FROM public.source',
  by_rows: 'SELECT k FROM public.source',
};

const powers = '(SELECT (s * 2::numeric ^ e)::numeric AS x FROM unnest(ARRAY[1, -1, 3]) s, generate_series(0, 60) e)';
const random = (values: string): string => `SELECT ${values} FROM generate_series(1, 5000) g`;

/** Values of which no two are equal. */
const different: readonly { type: string; values: string }[] = [
  { type: 'numeric', values: 'VALUES (1), (-1), (0), (0.1), (-0.1), (1e40), (-1e40), (NULL)' },
  { type: 'numeric', values: `SELECT x FROM ${powers} p` },
  { type: 'numeric', values: "VALUES ('NaN'::numeric), ('Infinity'), ('-Infinity'), (0)" },
  { type: 'amount', values: 'VALUES (1), (-1)' },
  { type: 'bigint', values: `SELECT x::bigint FROM ${powers} p WHERE x BETWEEN -9e18 AND 9e18` },
  {
    type: 'bigint',
    values: 'SELECT (g::bigint << 32) + h FROM generate_series(-30, 30) g, generate_series(-10, 10) h',
  },
  { type: 'integer', values: 'SELECT g FROM generate_series(-3000, 3000) g' },
  { type: 'smallint', values: 'SELECT g FROM generate_series(-3000, 3000) g' },
  { type: 'float8', values: `SELECT x::float8 FROM ${powers} p` },
  { type: 'float8', values: random('random() * 10 ^ (g % 300 - 150)') },
  { type: 'float8', values: "VALUES ('NaN'::float8), ('Infinity'), ('-Infinity'), (0), (5e-324), (-5e-324)" },
  { type: 'float4', values: "VALUES (0.1::float4), (-0.1), (1), (-1), ('NaN'), (1e-45)" },
  { type: 'date', values: "SELECT date '1000-01-01' + g FROM generate_series(0, 5000) g" },
  { type: 'date', values: "VALUES ('infinity'::date), ('-infinity'), ('2000-01-01'), ('2000-01-01 BC')" },
  {
    type: 'timestamptz',
    values: "SELECT timestamptz 'epoch' + g * interval '4294967296 microseconds' FROM generate_series(-3000, 3000) g",
  },
  {
    type: 'timestamp',
    values: "SELECT timestamp '2000-01-01' + g * interval '1 microsecond' FROM generate_series(-3000, 3000) g",
  },
  { type: 'time', values: "SELECT time '00:00' + g * interval '17 seconds' FROM generate_series(0, 5000) g" },
  { type: 'timetz', values: "VALUES ('12:00+00'::timetz), ('13:00+01'), ('12:00+01')" },
  {
    type: 'interval',
    values:
      "VALUES (interval '1 month'), ('-1 month'), ('1 day'), ('1 hour'), ('1 microsecond'), ('infinity'), ('-infinity'), ('0')",
  },
  { type: 'uuid', values: random('gen_random_uuid()') },
  { type: 'text', values: "VALUES (''), (' '), ('a'), ('A'), ('a '), ('NULL'), (NULL), ('ä'), (U&'a\\0308')" },
  { type: 'text', values: random('md5(g::text)') },
  { type: 'text', values: "SELECT repeat('x', g) FROM generate_series(0, 500) g" },
  { type: 'varchar', values: random('g::text') },
  { type: 'name', values: "VALUES ('a'::name), ('b')" },
  { type: 'bytea', values: "VALUES (''::bytea), ('\\x00'), ('\\x0000'), ('\\x01')" },
  { type: 'boolean', values: 'VALUES (true), (false), (NULL)' },
  { type: 'mood', values: "VALUES ('ok'::mood), ('bad'), ('worse')" },
  { type: 'bit varying', values: "VALUES (''::varbit), ('0'), ('00'), ('1'), ('10')" },
  { type: 'inet', values: "VALUES ('10.0.0.1'::inet), ('10.0.0.1/8'), ('::1'), ('10.0.0.2')" },
  { type: 'money', values: 'SELECT (g * 42949672.96)::numeric::money FROM generate_series(-100, 100) g' },
  { type: 'pg_lsn', values: "SELECT '0/0'::pg_lsn + g * 4294967296 FROM generate_series(0, 1000) g" },
  { type: 'citext', values: "VALUES ('a'::citext), ('b'), ('ab')" },
  { type: 'hstore', values: "VALUES ('a=>1'::hstore), ('a=>2'), ('b=>1'), ('')" },
  { type: 'tsvector', values: "VALUES ('a:1'::tsvector), ('a:2'), ('a:1A'), ('a')" },
  { type: 'jsonb', values: `SELECT to_jsonb(x) FROM ${powers} p` },
  {
    type: 'jsonb',
    values: `VALUES ('[1]'::jsonb), ('[-1]'), ('1'), ('"1"'), ('{"a":1}'), ('{"a":-1}'), ('{"a":10}'), ('null'), ('[]'), ('{}'), (NULL)`,
  },
  { type: 'bigint[]', values: `SELECT ARRAY[x::bigint] FROM ${powers} p WHERE x BETWEEN -9e18 AND 9e18` },
  {
    type: 'numeric[]',
    values:
      'VALUES (ARRAY[1]::numeric[]), (ARRAY[-1]), (ARRAY[1, NULL]), (ARRAY[NULL, 1]), (ARRAY[]::numeric[]), (ARRAY[[1], [2]]), (ARRAY[1, 2]), (ARRAY[[1, 2]]), (NULL)',
  },
  { type: 'int[]', values: "VALUES ('[0:1]={1,2}'::int[]), ('{1,2}'), ('{2,1}'), ('{1}')" },
  {
    type: 'text[]',
    values: "VALUES ('{a,bc}'::text[]), ('{ab,c}'), ('{abc}'), ('{a,b,c}'), ('{NULL}'), ('{\"NULL\"}'), ('{\"\"}')",
  },
  {
    type: 'pair',
    values: "VALUES (ROW(1, 'a')::pair), (ROW(-1, 'a')::pair), (ROW(NULL, NULL)::pair), (NULL), (ROW(1, NULL)::pair)",
  },
  {
    type: 'pair[]',
    values: "VALUES (ARRAY[ROW(1, 'a')]::pair[]), (ARRAY[ROW(-1, 'a')]::pair[]), (ARRAY[ROW(1, 'a'), NULL]::pair[])",
  },
  { type: 'int8range', values: 'SELECT int8range(g::bigint << 32, NULL) FROM generate_series(-100, 100) g' },
  {
    type: 'numrange',
    values: "VALUES ('[1,2)'::numrange), ('(1,2)'), ('[1,2]'), ('[-1,2)'), ('empty'), ('(,2)'), ('(,)'), ('[1,)')",
  },
  { type: 'timerange', values: "VALUES ('[10:00,11:00)'::timerange), ('[10:00,11:01)')" },
  { type: 'nummultirange', values: "VALUES ('{[1,2)}'::nummultirange), ('{[-1,2)}'), ('{}'), ('{[1,2),[3,4)}')" },
];

const create = (name: string, text: string): Promise<unknown> =>
  client.query('SELECT pgstream.create_stream_table($1, $2)', [`public.${name}`, text]);

/** Committed in between: a second refresh in one transaction may see nothing to do. */
async function clear(): Promise<void> {
  await client.query('SELECT pgstream.drop_stream_table(pgs_name) FROM pgstream.pgs_stream_tables');
  await client.query('DROP TABLE public.source');
}

describe.runIf(onEmulator)('different keys have different ids (emulator only)', () => {
  test.for(different)('$type: $values', async ({ type, values }) => {
    await client.query(`CREATE TABLE public.source (k ${type}); INSERT INTO public.source ${values}`);
    try {
      // Each value twice: rows that are equal must be told apart, too.
      const wanted = Number((await query('SELECT count(*) FROM public.source'))[0]);
      await client.query('INSERT INTO public.source TABLE public.source');
      for (const [name, text] of Object.entries(identities)) {
        await create(name, text);
        const rows = name === 'by_rows' ? 2 * wanted : wanted;
        const counts = `SELECT count(*)::int, (count(DISTINCT __pgs_row_id) + count(*) FILTER (WHERE __pgs_row_id IS NULL))::int FROM ${name}`;
        expect([name, ...(await query(counts))]).toEqual([name, rows, rows]);
        await refresh(name);
      }
      await client.query('DELETE FROM public.source WHERE ctid IN (SELECT ctid FROM public.source LIMIT 1)');
      for (const name of Object.keys(identities)) await refresh(name);
      expect(await query('SELECT count(*)::int FROM by_rows')).toEqual([2 * wanted - 1]);
      expect(await query('SELECT count(*)::int FROM by_group')).toEqual([wanted]);
    } finally {
      await clear();
    }
  });

  test('200,000 random bigint keys, as a primary key and as groups', async () => {
    const own = await connect(await freshDatabase());
    await own.query(`
      SELECT setseed(0.25);
      CREATE TABLE sales (id bigint PRIMARY KEY, customer bigint);
      INSERT INTO sales SELECT (random() * 9e18)::bigint * (CASE g % 2 WHEN 0 THEN 1 ELSE -1 END), (random() * 9e18)::bigint FROM generate_series(1, 200000) g
        ON CONFLICT DO NOTHING;
      SELECT pgstream.create_stream_table('public.by_key', 'SELECT id FROM public.sales');
      SELECT pgstream.create_stream_table('public.by_group', 'SELECT customer, count(*) AS n FROM public.sales GROUP BY customer');
      SELECT pgstream.create_stream_table('public.by_both', 'SELECT id, customer, count(*) AS n FROM public.sales GROUP BY id, customer');
      UPDATE sales SET customer = -customer WHERE id > 0;
      SELECT pgstream.refresh_stream_table('public.' || name) FROM unnest(ARRAY['by_key', 'by_group', 'by_both']) name;
      UPDATE sales SET customer = -customer WHERE id > 8e18;
      SELECT pgstream.refresh_stream_table('public.' || name) FROM unnest(ARRAY['by_key', 'by_group', 'by_both']) name;`);
    const { rows } = await own.query(`
      SELECT (SELECT count(*) FROM by_key) = count(*) AS keys,
             (SELECT count(*) FROM by_group) = count(DISTINCT customer) AS groups,
             (SELECT count(*) FROM by_both) = count(*) AS both,
             (SELECT count(*) FROM (SELECT id, customer FROM by_both EXCEPT SELECT id, customer FROM sales) x)::int AS wrong
      FROM sales`);
    expect(rows).toEqual([{ keys: true, groups: true, both: true, wrong: 0 }]);
  });

  test('keys of several columns that look alike when written one after the other', async () => {
    const rows = [
      ["'a'", "'bc'", '1'],
      ["'ab'", "'c'", '1'],
      ["'abc'", "''", '1'],
      ["''", "'abc'", '1'],
      ["'abc'", 'NULL', '1'],
      ['NULL', "'abc'", '1'],
      ["'NULL'", "'abc'", '1'],
      ['NULL', 'NULL', '1'],
      ["''", "''", '1'],
      ["'a,b'", "'c'", '1'],
      ["'a'", "'b,c'", '1'],
      ["'1'", "'1'", '11'],
      ["'1'", "'11'", '1'],
      ["'11'", "'1'", '1'],
      ["'1'", "'1'", '-11'],
    ];
    await client.query(`
      CREATE TABLE public.source (a text, b text, c numeric);
      INSERT INTO public.source VALUES ${rows.map((row) => `(${row.join(', ')})`).join(', ')}`);
    await create('composed_groups', 'SELECT a, b, c, count(*) AS n FROM public.source GROUP BY a, b, c');
    await create('composed_rows', 'SELECT DISTINCT a, b, c FROM public.source');
    expect(await query('SELECT count(DISTINCT __pgs_row_id)::int FROM composed_groups')).toEqual([rows.length]);
    expect(await query('SELECT count(DISTINCT __pgs_row_id)::int FROM composed_rows')).toEqual([rows.length]);
    await clear();
  });
});

/** Two ways to write what is one value to GROUP BY. */
const equal: readonly { type: string; first: string; second: string }[] = [
  { type: 'numeric', first: '1.0', second: '1.00' },
  { type: 'numeric', first: '100', second: '1e2' },
  { type: 'amount', first: '7', second: '7.000' },
  { type: 'float8', first: "'-0'", second: '0' },
  { type: 'float4', first: "'-0'", second: '0' },
  { type: 'float8', first: "'NaN'", second: "-'NaN'::float8" },
  { type: 'interval', first: "'1 month'", second: "'30 days'" },
  { type: 'interval', first: "'-1 year -1 day'", second: "'-361 days'" },
  { type: 'interval', first: "'1 day 0.5 seconds'", second: "'24 hours 500 milliseconds'" },
  { type: 'citext', first: "'Ada'", second: "'ADA'" },
  { type: 'text COLLATE ignoring_case', first: "'Ada'", second: "'ADA'" },
  { type: 'text[] COLLATE ignoring_case', first: "'{Ada}'", second: "'{ADA}'" },
  { type: 'char(5)', first: "'a'", second: "'a  '" },
  { type: 'jsonb', first: `'{"a": [1, {"b": 2.50}], "c": "1.0"}'`, second: `'{"c": "1.0", "a": [1.0, {"b": 2.5}]}'` },
  { type: 'jsonb', first: "'100'", second: "'1e2'" },
  { type: 'numeric[]', first: 'ARRAY[1, 2.0]', second: 'ARRAY[1.0, 2]' },
  { type: 'int[]', first: "'{1,2}'", second: 'array_replace(ARRAY[1, NULL], NULL, 2)' },
  { type: 'pair', first: "ROW(1, 'a')", second: "ROW(1.0, 'a')" },
  { type: 'pair[]', first: "ARRAY[ROW(1, 'a')]::pair[]", second: "ARRAY[ROW(1.0, 'a')]::pair[]" },
  { type: 'numrange', first: "'[1,2)'", second: "'[1.0,2.0)'" },
  { type: 'nummultirange', first: "'{[1,2)}'", second: "'{[1.0,2.0)}'" },
];

describe.runIf(onEmulator)('equal keys have one id (emulator only)', () => {
  test.for(equal)('$type: $first and $second', async ({ type, first, second }) => {
    await client.query(`CREATE TABLE public.source (k ${type}); INSERT INTO public.source VALUES (${first})`);
    try {
      const named = ['by_group', 'by_distinct', 'by_union'];
      for (const name of named) {
        await create(name, identities[name] ?? '');
        await refresh(name);
      }
      const ids = named.map((name) => `SELECT __pgs_row_id FROM ${name}`).join(' UNION ALL ');
      const before = await query(ids);
      await client.query(`UPDATE public.source SET k = ${second}`);
      for (const name of named) await refresh(name);
      expect(await query(ids)).toEqual(before);
      await client.query(`INSERT INTO public.source VALUES (${first})`);
      await refresh('by_group');
      expect(await query('SELECT n::int FROM by_group')).toEqual([2]);
    } finally {
      await clear();
    }
  });
});
