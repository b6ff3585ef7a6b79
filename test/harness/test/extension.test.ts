import { describe, expect, it } from 'vitest';
import { connect, extension, inItsNames, onPgTrickle, testDatabase } from '../src/index.ts';

const db = testDatabase();

describe("the run's extension", () => {
  it('is the one that the databases have', async () => {
    const { rows } = await (
      await db.connect()
    ).query(
      "SELECT extname AS name, extversion AS version FROM pg_extension WHERE extname IN ('pg_stream', 'pg_trickle')",
    );
    expect(rows).toEqual([{ name: extension.name, version: extension.version }]);
  });

  it('is spoken to by whoever writes the names of pg_stream', async () => {
    const client = await connect(db.url);
    await client.query('CREATE TABLE public.t (id int PRIMARY KEY)');
    await client.query(
      "SELECT pgstream.create_stream_table(name => 'public.s', query => 'SELECT id FROM public.t', schedule => '1h')",
    );
    const { rows } = await client.query({
      text: 'SELECT pgs_name AS name FROM pgstream.pgs_stream_tables WHERE pgs_schema = $1',
      values: ['public'],
    });
    expect(rows).toEqual([{ name: 's' }]);
  });
});

describe.runIf(onPgTrickle)('the names of pg_stream (on pg_trickle only)', () => {
  it.each([
    ['pgstream.pgs_stream_tables', 'pgtrickle.pgt_stream_tables'],
    [
      'GRANT USAGE ON SCHEMA pgstream, pgstream_changes TO app',
      'GRANT USAGE ON SCHEMA pgtrickle, pgtrickle_changes TO app',
    ],
    ['CREATE EXTENSION pg_stream', 'CREATE EXTENSION pg_trickle'],
    ['DROP TABLE "pgstream"."pgs_stream_tables"', 'DROP TABLE "pgtrickle"."pgt_stream_tables"'],
    ["nspname IN ('pgstream', 'pgstream_changes')", "nspname IN ('pgtrickle', 'pgtrickle_changes')"],
    ['__pgs_row_id', '__pgt_row_id'],
    ['idx_hist_pgs_ts', 'idx_hist_pgt_ts'],
    ['LISTEN pgstream_refresh; LISTEN pg_stream_alert', 'LISTEN pg_trickle_refresh; LISTEN pg_trickle_alert'],
    ["SELECT pgstream.pg_stream_hash('a')", "SELECT pgtrickle.pg_trickle_hash('a')"],
    ['pg_stream_cdc_4711', 'pg_trickle_cdc_4711'],
    ["SELECT current_setting('pgstream.outcome', true)", "SELECT current_setting('pgstream.outcome', true)"],
    ["set_config('pg_trickle.enabled', 'off') -- pg_stream", "set_config('pg_trickle.enabled', 'off') -- pg_stream"],
  ])('%s', (written, sent) => {
    expect(inItsNames(written)).toBe(sent);
  });
});
