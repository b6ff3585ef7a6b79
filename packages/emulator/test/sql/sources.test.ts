import { connect, extension, freshDatabase, onEmulator, onPgTrickle } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';
import { identifiesEveryRow, locksSources } from '../abilities.ts';

let url: string;
let client: Client;

beforeEach(async () => {
  url = await freshDatabase();
  client = await connect(url);
});

const create = (name: string, query: string, rest = ''): Promise<unknown> =>
  client.query(`SELECT pgstream.create_stream_table($1, $2${rest})`, [name, query]);
const refresh = (name: string): Promise<unknown> => client.query('SELECT pgstream.refresh_stream_table($1)', [name]);

async function values(sql: string): Promise<unknown[]> {
  const { rows } = await client.query({ text: sql, rowMode: 'array' });
  return rows.flat();
}

const status = (name: string): Promise<unknown[]> =>
  values(`SELECT status, needs_reinit FROM pgstream.pgs_stream_tables WHERE pgs_name = '${name}'`);

describe.runIf(onEmulator)('sources (emulator only)', () => {
  test('a partitioned table: changes through it and to its partitions are captured', async () => {
    await client.query(`
      CREATE TABLE readings (id int, at date, value int, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
      CREATE TABLE readings_1 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
      CREATE TABLE readings_2 PARTITION OF readings FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
      INSERT INTO readings VALUES (1, '2026-01-05', 1)`);
    await create('public.t', 'SELECT id, at, value FROM public.readings');
    await refresh('public.t');
    await client.query("INSERT INTO readings VALUES (2, '2026-02-05', 2)");
    await refresh('public.t');
    await client.query("INSERT INTO readings_1 VALUES (3, '2026-01-07', 3)");
    await refresh('public.t');
    await client.query("UPDATE readings SET at = '2026-02-01' WHERE id = 1");
    await refresh('public.t');
    expect(await values('SELECT id || $$ $$ || at FROM t ORDER BY id')).toEqual([
      '1 2026-02-01',
      '2 2026-02-05',
      '3 2026-01-07',
    ]);
    await client.query('TRUNCATE readings');
    await refresh('public.t');
    expect(await values('SELECT id FROM t')).toEqual([]);
  });

  test('columns that are called as words of PL/pgSQL are captured', async () => {
    await client.query(`
      CREATE TABLE s (by int PRIMARY KEY, begin int, if int, "while" int, "a""b" int);
      INSERT INTO s VALUES (1, 1, 1, 1, 1)`);
    await create('public.t', 'SELECT by, begin + if + "while" + "a""b" AS total FROM public.s');
    await refresh('public.t');
    await client.query('INSERT INTO s VALUES (2, 2, 2, 2, 2); UPDATE s SET if = 10 WHERE by = 1');
    await refresh('public.t');
    expect(await values('SELECT by, total FROM t ORDER BY by')).toEqual([1, 13, 2, 8]);
  });

  test('TRUNCATE is captured', async () => {
    await client.query('CREATE TABLE s (id int PRIMARY KEY); INSERT INTO s VALUES (1), (2)');
    await create('public.t', 'SELECT count(*) AS n FROM public.s');
    await refresh('public.t');
    await client.query('TRUNCATE s');
    await refresh('public.t');
    expect(await values('SELECT n::int FROM t')).toEqual([0]);
    expect(await values("SELECT count(*)::int FROM pg_trigger WHERE tgrelid = 's'::regclass")).toEqual([2]);
  });

  test('a group whose key is NULL is maintained, with a row id or without', async () => {
    await client.query('CREATE TABLE s (id int PRIMARY KEY, k int); INSERT INTO s VALUES (1, NULL), (2, 5)');
    await create('public.t', 'SELECT k, count(*) AS n FROM public.s GROUP BY k');
    await refresh('public.t');
    await client.query('INSERT INTO s VALUES (3, NULL)');
    await refresh('public.t');
    expect(await values('SELECT n::int, __pgs_row_id IS NOT NULL FROM t WHERE k IS NULL')).toEqual([
      2,
      identifiesEveryRow,
    ]);
    await client.query('DELETE FROM s WHERE k IS NULL');
    await refresh('public.t');
    expect(await values('SELECT k FROM t')).toEqual([5]);
  });

  test('names that need quotes, long ones, and columns of the same first letters', async () => {
    const long = 'c'.repeat(62);
    await client.query(`
      CREATE SCHEMA "My Schema";
      CREATE TABLE "My Schema"."Order ""Lines""" ("Id" int PRIMARY KEY, "user" text, "${long}1" int, "${long}2" int);
      INSERT INTO "My Schema"."Order ""Lines""" VALUES (1, 'a', 1, 2)`);
    await create('public.t', `SELECT "Id", "user", "${long}1", "${long}2" FROM "My Schema"."Order ""Lines"""`);
    await refresh('public.t');
    await client.query(`UPDATE "My Schema"."Order ""Lines""" SET "user" = 'b', "${long}2" = 3`);
    await refresh('public.t');
    expect(await values('SELECT * FROM t').then((row) => row.slice(1))).toEqual([1, 'b', 1, 3]);
  });

  test('a chain follows by hand, from the bottom up', async () => {
    await client.query('CREATE TABLE s (id int PRIMARY KEY, v int); INSERT INTO s VALUES (1, 1)');
    await create('public.low', 'SELECT id, v FROM public.s');
    await create('public.high', 'SELECT sum(v) AS total FROM public.low');
    await client.query('INSERT INTO s VALUES (2, 10)');
    await refresh('public.low');
    await refresh('public.high');
    expect(await values('SELECT total::int FROM high')).toEqual([11]);
    expect(
      await values("SELECT source_type FROM pgstream.pgs_dependencies WHERE source_relid = 'low'::regclass"),
    ).toEqual(['STREAM_TABLE']);
  });

  test('a table over a stream table and a table sees the changes of both', async () => {
    await client.query('CREATE TABLE s (id int PRIMARY KEY); CREATE TABLE o (id int PRIMARY KEY)');
    await create('public.low', 'SELECT id FROM public.s');
    await create('public.mixed', 'SELECT l.id FROM public.low l JOIN public.o ON o.id = l.id');
    await client.query('INSERT INTO s VALUES (1), (2); INSERT INTO o VALUES (1)');
    await client.query("SELECT pgstream.refresh_stream_table(n) FROM unnest('{low,mixed}'::text[]) n");
    expect(await values('SELECT id FROM mixed ORDER BY 1')).toEqual([1]);
    await client.query('INSERT INTO o VALUES (2)');
    await refresh('mixed');
    expect(await values('SELECT id FROM mixed ORDER BY 1')).toEqual([1, 2]);
    await client.query('DELETE FROM s WHERE id = 1');
    await client.query("SELECT pgstream.refresh_stream_table(n) FROM unnest('{low,mixed}'::text[]) n");
    expect(await values('SELECT id FROM mixed ORDER BY 1')).toEqual([2]);
  });

  test('two stream tables share one buffer, which the last one takes with it', async () => {
    const trackedBy = `tracked_by_${extension.prefix}ids`;
    await client.query('CREATE TABLE s (id int PRIMARY KEY)');
    await create('public.a', 'SELECT id FROM public.s');
    await create('public.b', 'SELECT id FROM public.s');
    await refresh('a');
    await refresh('b');
    await client.query('INSERT INTO s VALUES (1)');
    await refresh('a');
    await refresh('a');
    await refresh('b');
    expect(await values('SELECT (SELECT count(*)::int FROM a), (SELECT count(*)::int FROM b)')).toEqual([1, 1]);
    expect(await values(`SELECT cardinality(${trackedBy}) FROM pgstream.pgs_change_tracking`)).toEqual([2]);
    const buffers = "SELECT count(*)::int FROM pg_class WHERE relnamespace = 'pgstream_changes'::regnamespace";
    await client.query("SELECT pgstream.drop_stream_table('a')");
    expect(await values(`SELECT cardinality(${trackedBy}) FROM pgstream.pgs_change_tracking`)).toEqual([1]);
    await client.query("SELECT pgstream.drop_stream_table('b')");
    expect(await values(buffers)).toEqual([0]);
    expect(
      await values("SELECT count(*)::int FROM pg_proc WHERE pronamespace = 'pgstream_changes'::regnamespace"),
    ).toEqual([0]);
  });

  test('changes that nobody needs any more are removed by the next incremental refresh', async () => {
    await client.query('CREATE TABLE s (id int PRIMARY KEY)');
    await create('public.t', 'SELECT id FROM public.s');
    await refresh('t');
    const [buffer] = await values("SELECT 'pgstream_changes.changes_' || 's'::regclass::oid");
    const buffered = (): Promise<unknown[]> => values(`SELECT count(*)::int FROM ${String(buffer)}`);
    await client.query('INSERT INTO s VALUES (1), (2)');
    await refresh('t');
    expect(await buffered()).toEqual([2]);
    await client.query('INSERT INTO s VALUES (3)');
    await refresh('t');
    expect(await buffered()).toEqual([1]);
    await client.query('SET pg_stream.cleanup_use_truncate = off');
    await refresh('t');
    expect(await buffered()).toEqual([0]);
  });

  test.skipIf(locksSources)(
    'the clean-up waits for open writers, unless it is told not to TRUNCATE (where a refresh does not wait for them anyway)',
    async () => {
      await client.query('CREATE TABLE s (id int PRIMARY KEY)');
      await create('public.t', 'SELECT id FROM public.s');
      await refresh('t');
      await client.query('INSERT INTO s VALUES (1)');
      await refresh('t');
      const writer = await connect(url);
      await writer.query('BEGIN; INSERT INTO s VALUES (2)');
      await client.query("SET lock_timeout = '200ms'");
      await expect(refresh('t')).rejects.toMatchObject({ code: '55P03' });
      await client.query('SELECT pg_advisory_unlock_all(); SET pg_stream.cleanup_use_truncate = off');
      await refresh('t');
      await writer.query('COMMIT');
    },
  );

  test('an added, retyped, renamed or dropped column: writers go on, and the stream table is marked', async () => {
    await client.query('SET pg_stream.block_source_ddl = off');
    await client.query('CREATE TABLE s (id int PRIMARY KEY, a int, b int, c int); INSERT INTO s VALUES (1, 1, 1, 1)');
    await create('public.t', 'SELECT id, a FROM public.s');
    for (const change of ['ADD COLUMN d text', 'ALTER COLUMN b TYPE text', 'RENAME COLUMN c TO e', 'DROP COLUMN b']) {
      await client.query(`ALTER TABLE s ${change}`);
      // Another type or name is none of pg_trickle's business.
      expect(await status('t')).toEqual(['ACTIVE', !onPgTrickle || /^(?:ADD|DROP) /.test(change)]);
      await client.query(
        'UPDATE s SET a = a + 1; INSERT INTO s (id) SELECT max(id) + 1 FROM s; DELETE FROM s WHERE id > 1',
      );
      await refresh('t');
      expect(await status('t')).toEqual(['ACTIVE', false]);
    }
    expect(await values('SELECT a FROM t')).toEqual([5]);
  });

  test('a change that leaves the columns as they were marks nothing', async () => {
    await client.query('CREATE TABLE s (id int PRIMARY KEY, a int)');
    await create('public.t', 'SELECT id, a FROM public.s');
    await client.query(`
      ALTER TABLE s ADD CONSTRAINT positive CHECK (a > 0);
      ALTER TABLE s ALTER COLUMN a SET DEFAULT 1;
      ALTER TABLE s ALTER COLUMN a SET NOT NULL;
      CREATE INDEX ON s (a)`);
    expect(await status('t')).toEqual(['ACTIVE', false]);
  });

  test('a replaced view or function marks what uses it, and all above', async () => {
    await client.query(`
      CREATE TABLE s (id int PRIMARY KEY);
      CREATE VIEW v AS SELECT id FROM s;
      CREATE FUNCTION twice(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 2 * $1'`);
    await create('public.t', 'SELECT twice(id) AS id FROM public.s');
    await create('public.w', 'SELECT id FROM public.v');
    await create('public.above', 'SELECT id FROM public.w');
    await client.query("CREATE OR REPLACE FUNCTION twice(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 3 * $1'");
    expect([await status('t'), await status('w')]).toEqual([
      ['ACTIVE', true],
      ['ACTIVE', false],
    ]);
    await client.query('CREATE OR REPLACE VIEW v AS SELECT id FROM s WHERE id > 1');
    expect([await status('w'), await status('above')]).toEqual([
      ['ACTIVE', true],
      ['ACTIVE', true],
    ]);
  });

  test('a dropped source marks all that is built on it, at any height', async () => {
    await client.query('CREATE TABLE s (id int PRIMARY KEY)');
    await create('public.low', 'SELECT id FROM public.s');
    await create('public.high', 'SELECT id FROM public.low');
    await client.query('DROP TABLE s');
    expect([await status('low'), await status('high')]).toEqual([
      ['ERROR', false],
      ['ERROR', false],
    ]);
  });

  test('a role with USAGE and SELECT runs its own migrations', async () => {
    await client.query(`
      CREATE SCHEMA own;
      DO $$ BEGIN CREATE ROLE pgstream_emulator_migrator; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
      GRANT ALL ON SCHEMA own TO pgstream_emulator_migrator;
      GRANT USAGE ON SCHEMA pgstream TO pgstream_emulator_migrator;
      GRANT SELECT ON ALL TABLES IN SCHEMA pgstream TO pgstream_emulator_migrator;
      SET ROLE pgstream_emulator_migrator;
      CREATE TABLE own.t (x int);
      ALTER TABLE own.t ADD COLUMN y int;
      CREATE VIEW own.v AS SELECT x FROM own.t;
      CREATE FUNCTION own.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
      DROP VIEW own.v; DROP FUNCTION own.f(); DROP TABLE own.t;
      RESET ROLE`);
    expect(await values("SELECT count(*)::int FROM pg_class WHERE relnamespace = 'own'::regnamespace")).toEqual([0]);
  });
});
