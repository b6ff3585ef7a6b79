import { connect, extension, freshDatabase, onEmulator } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';

type Settings = Readonly<Record<string, string>>;

/** A session as somebody's `ALTER ROLE … SET`, connection string or earlier statement may have left it. */
const odd: readonly Settings[] = [
  { standard_conforming_strings: 'off', escape_string_warning: 'off' },
  { standard_conforming_strings: 'off', backslash_quote: 'on' },
  { DateStyle: 'German, DMY', IntervalStyle: 'sql_standard', TimeZone: 'Asia/Kathmandu' },
  { DateStyle: 'SQL, MDY', IntervalStyle: 'postgres_verbose', extra_float_digits: '-15' },
  { bytea_output: 'escape', xmloption: 'document', xmlbinary: 'hex' },
  { quote_all_identifiers: 'on' },
  { lc_messages: 'C', lc_monetary: 'C', lc_numeric: 'C', lc_time: 'C' },
  { array_nulls: 'off', transform_null_equals: 'on' },
  { search_path: 'pgstream, public' },
  { plan_cache_mode: 'force_generic_plan' },
  { enable_seqscan: 'off', enable_nestloop: 'off', enable_mergejoin: 'off' },
];

const SOURCES = String.raw`
  CREATE TABLE readings (
    id int PRIMARY KEY, at timestamptz, day date, lasted interval, value float8, raw bytea, path text, tags int[], data jsonb
  );
  INSERT INTO readings VALUES
    (1, '2026-01-02 03:04:05.678+00', '2026-02-01', '1 mon 2 days', 0.1, decode('00ff5c', 'hex'), E'a\\b', '{1,2}', '{"a": "\\\\"}'),
    (2, '2026-01-02 03:04:05.678+00', '2026-01-02', '32 days', 1e-7, decode('5c', 'hex'), E'it''s', '{}', '[1.0]')`;

/** Written so that it is the same text, and means the same, however backslashes are read. */
const defining: Readonly<Record<string, string>> = {
  grouped: `SELECT day, lasted, path, count(*) AS n, sum(value) AS value FROM public.readings GROUP BY day, lasted, path`,
  rows: `SELECT at, day, lasted, value, raw, path, tags, data FROM public.readings`,
  keyed: String.raw`SELECT id, path ~ E'^a\\\\' AS matched, raw = E'\\x5c'::bytea AS slash FROM public.readings WHERE path <> E'it''s \\from'`,
  viewed: `SELECT id, folder, february, month, precise, slash FROM public.folders`,
};

/** All that a person can do, by one session; what is left in the database is read by another. */
async function everything(settings: Settings): Promise<unknown> {
  const url = await freshDatabase();
  const plain = await connect(url);
  await plain.query(SOURCES);
  await plain.query(String.raw`CREATE VIEW folders AS
    SELECT id, split_part(path, E'\\', 1) AS folder, day = date '2026-02-01' AS february, lasted = interval '-1 mon +2 days' AS month,
      value < float8 '0.10000000000000002' AS precise, raw = bytea '\x5c' AS slash FROM public.readings`);
  const client = await connect(url);
  for (const [name, value] of Object.entries(settings)) {
    await client.query('SELECT set_config($1, $2, false)', [name, value]);
  }
  for (const [name, query] of Object.entries(defining)) {
    await client.query(`SELECT pgstream.create_stream_table($1, $2, '1h30m')`, [`public.${name}`, query]);
  }
  const seen = [await contents(plain)];
  // Written and refreshed by both in turn: what one has stored, the other has to find again.
  for (const [writer, refresher] of [
    [client, plain],
    [plain, client],
    [client, client],
  ] as const) {
    await writer.query(`UPDATE public.readings SET path = path || E'\\\\', value = value + 1 WHERE id = 1`);
    await writer.query(`INSERT INTO public.readings SELECT max(id) + 1 FROM public.readings`);
    await writer.query(`UPDATE public.readings SET data = '{}' WHERE id = 2`);
    for (const name of Object.keys(defining)) {
      await refresher.query('SELECT pgstream.refresh_stream_table($1)', [`public.${name}`]);
    }
    seen.push(await contents(plain));
  }
  await client.query(`SELECT pgstream.alter_stream_table('public.grouped', schedule => '*/5 * * * *')`);
  await client.query(`SELECT pgstream.alter_stream_table('public.grouped', status => 'SUSPENDED')`);
  await client.query(`SELECT pgstream.resume_stream_table('public.grouped')`);
  seen.push(await monitored(client));
  await client.query(`SELECT pgstream.drop_stream_table('public.rows')`);
  seen.push(await refusals(client));
  return seen;
}

async function contents(client: Client): Promise<unknown> {
  const read: unknown[] = [];
  for (const name of Object.keys(defining)) {
    const { rows } = await client.query(`SELECT t::text FROM public.${name} t ORDER BY t::text`);
    read.push(rows);
  }
  return read;
}

async function monitored(client: Client): Promise<unknown> {
  const { rows } = await client.query(`
    SELECT i.pgs_name, i.schedule, i.stale, i.status, s.stale AS stale_by_statistics, i.defining_query,
      pgstream.parse_duration_seconds(' 1h30m ')::int AS seconds
    FROM pgstream.stream_tables_info i JOIN pgstream.pg_stat_stream_tables s USING (pgs_id) ORDER BY i.pgs_name`);
  const { rows: hash } = await client.query(
    `SELECT ${extension.schema}.${extension.name}_hash_multi(ARRAY['a', NULL]) AS hash`,
  );
  return [rows, hash];
}

/** What is refused, with the words that say so. */
async function refusals(client: Client): Promise<unknown> {
  const statements = [
    `SELECT pgstream.create_stream_table('public.t', 'SELECT 1 FROM public.readings', '5 bananas')`,
    `SELECT pgstream.create_stream_table('public.t', 'SELECT 1 FROM public.readings', '* * *')`,
    `SELECT pgstream.create_stream_table('public.t', 'SELECT id FROM public.no_such')`,
    `SELECT pgstream.create_stream_table('public.t', 'SELEKT')`,
    `SELECT pgstream.create_stream_table('public.t', 'SELECT id FROM public.readings LIMIT 1')`,
    `SELECT pgstream.create_stream_table('public.t', 'SELECT ''é'' FROM public.readings')`,
    `SELECT pgstream.refresh_stream_table('public.no_such')`,
  ];
  const said: unknown[] = [];
  for (const statement of statements) {
    said.push(
      await client.query(statement).then(
        () => 'done',
        ({ code, message }: { code?: string; message: string }) => `${code}: ${message}`,
      ),
    );
  }
  return said;
}

describe.runIf(onEmulator)('in an odd session (emulator only)', () => {
  let usual: unknown;

  beforeAll(async () => {
    usual = await everything({});
  });

  test.each(odd)('everything is done as in any other: %j', async (settings) => {
    expect(await everything(settings)).toEqual(usual);
  });

  test('a text of a defining query is read as the session reads it', async () => {
    const client = await connect(await freshDatabase());
    await client.query(`
      SET standard_conforming_strings = off; SET escape_string_warning = off;
      CREATE TABLE s (id int PRIMARY KEY, word text); INSERT INTO s VALUES (1, 'it''s from'), (2, 'b'), (3, 'b');
      CREATE VIEW words AS SELECT id, word FROM public.s`);
    const query = String.raw`SELECT v.word <> 'it\'s from' AS other FROM public.words v`;
    await client.query('SELECT pgstream.create_stream_table($1, $2)', ['public.t', query]);
    const grouped = String.raw`SELECT word <> 'it\'s from' AS other, n'\'' AS quote FROM public.s GROUP BY word`;
    await client.query('SELECT pgstream.create_stream_table($1, $2)', ['public.g', grouped]);
    await client.query(`UPDATE public.s SET word = 'c' WHERE id = 1`);
    for (const name of ['t', 'g']) await client.query('SELECT pgstream.refresh_stream_table($1)', [`public.${name}`]);
    const { rows } = await client.query('SELECT other FROM t UNION ALL SELECT other FROM g');
    expect(rows).toEqual(Array.from({ length: 5 }, () => ({ other: true })));
    // Both read the text of the query: where its words were misread, the view stays in it, and rows are not counted.
    const { rows: stored } = await client.query(`
      SELECT strpos(defining_query, 'words') > 0 AS names_view, (SELECT sum(__pgs_count)::int FROM g) AS counted
      FROM pgstream.pgs_stream_tables WHERE pgs_name = 't'`);
    expect(stored).toEqual([{ names_view: false, counted: 3 }]);
  });
});
