import { connect, freshDatabase, onEmulator, onPgTrickle } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';

let url: string;
let client: Client;

beforeEach(async () => {
  url = await freshDatabase();
  client = await connect(url);
  await client.query('CREATE TABLE s (id int PRIMARY KEY, v int); INSERT INTO s VALUES (1, 1)');
});

const create = (name: string, query: string, schedule: string | null = '1m', mode = 'DIFFERENTIAL'): Promise<unknown> =>
  client.query('SELECT pgstream.create_stream_table($1, $2, $3, $4)', [`public.${name}`, query, schedule, mode]);

/** What one scheduled refresh of the table was. */
async function scheduled(name: string, by: Client = client): Promise<string | null> {
  const { rows } = await by.query<{ action: string | null }>(
    'SELECT pgstream._scheduler_refresh(pgs_id) AS action FROM pgstream.pgs_stream_tables WHERE pgs_name = $1',
    [name],
  );
  return rows[0]?.action ?? null;
}

async function values(sql: string): Promise<unknown[]> {
  const { rows } = await client.query({ text: sql, rowMode: 'array' });
  return rows.flat();
}

const due = (): Promise<unknown[]> => values('SELECT pgs_name FROM pgstream._scheduler_due() WHERE is_due');
const age = (interval: string): Promise<unknown> =>
  client.query('UPDATE pgstream.pgs_stream_tables SET last_refresh_at = now() - $1::interval', [interval]);

describe.runIf(onEmulator)('a scheduled refresh (emulator only)', () => {
  test('is due when its duration has passed, and upstream comes first', async () => {
    await create('z_low', 'SELECT id, v FROM public.s', '2m');
    await create('m_middle', 'SELECT id, v FROM public.z_low', '2m');
    await create('a_high', 'SELECT sum(v) AS total FROM public.m_middle', '2m');
    expect(await due()).toEqual([]);
    await age('3 minutes');
    expect(await due()).toEqual(['z_low', 'm_middle', 'a_high']);
  });

  test('of a cron schedule is for the caller to decide, unless it must be', async () => {
    await create('t', 'SELECT id FROM public.s', '@hourly');
    expect(await values('SELECT is_cron, is_due, schedule FROM pgstream._scheduler_due()')).toEqual([
      true,
      null,
      '@hourly',
    ]);
    await client.query('SET pg_stream.block_source_ddl = off; ALTER TABLE s ADD COLUMN x int');
    expect(await due()).toEqual(['t']);
  });

  test('is never due for a table that is not active, or has no schedule and is filled', async () => {
    await create('suspended', 'SELECT id FROM public.s');
    await create('calculated', 'SELECT id FROM public.s', onPgTrickle ? 'calculated' : null);
    await client.query(
      "SELECT pgstream.create_stream_table('public.lazy', 'SELECT id FROM public.s', initialize => false)",
    );
    await client.query("SELECT pgstream.alter_stream_table('suspended', status => 'SUSPENDED')");
    await age('1 day');
    expect(await due()).toEqual([]);
    expect(await scheduled('suspended')).toBeNull();
    await client.query("SELECT pgstream.alter_stream_table('lazy', status => 'ACTIVE')");
    expect(await due()).toEqual(['lazy']);
    expect(await scheduled('lazy')).toBe('FULL');
  });

  test.for([
    // The first one of pg_stream's computes everything anew.
    ['DIFFERENTIAL', ['NO_DATA', 'DIFFERENTIAL'], onPgTrickle ? 1 : 2],
    ['FULL', ['NO_DATA', 'FULL'], 2],
  ] as const)(
    'of a %s table does nothing, or what is needed, and says so in history',
    async ([mode, actions, touched]) => {
      await create('t', 'SELECT id, v FROM public.s', '1m', mode);
      expect(await scheduled('t')).toBe(actions[0]);
      await client.query('INSERT INTO s VALUES (2, 2)');
      expect(await scheduled('t')).toBe(actions[1]);
      expect(await values('SELECT count(*)::int FROM t')).toEqual([2]);
      expect(
        await values(
          'SELECT action, status, initiated_by, rows_inserted::int FROM pgstream.pgs_refresh_history WHERE initiated_by <> $$INITIAL$$ ORDER BY refresh_id DESC',
        ),
      ).toEqual([actions[1], 'COMPLETED', 'SCHEDULER', touched, actions[0], 'COMPLETED', 'SCHEDULER', 0]);
    },
  );

  test('rebuilds after a change of the source, once', async () => {
    await create('t', 'SELECT id, v FROM public.s');
    await client.query(`
      SET pg_stream.block_source_ddl = off; ALTER TABLE s ADD COLUMN x int;
      SET session_replication_role = replica; UPDATE t SET v = 99; RESET session_replication_role`);
    expect(await scheduled('t')).toBe('REINITIALIZE');
    expect(await values('SELECT v FROM t')).toEqual([1]);
    expect(await values('SELECT needs_reinit FROM pgstream.pgs_stream_tables')).toEqual([false]);
    expect(await scheduled('t')).toBe('NO_DATA');
  });

  test('follows a chain, in both modes, and only when something came of the refresh below', async () => {
    await create('low', 'SELECT id, v % 10 AS v FROM public.s');
    await create('high', 'SELECT sum(v) AS total FROM public.low');
    await create('full_high', 'SELECT sum(v) AS total FROM public.low', '1m', 'FULL');
    await client.query('INSERT INTO s VALUES (2, 2)');
    expect([await scheduled('low'), await scheduled('high'), await scheduled('full_high')]).toEqual([
      'DIFFERENTIAL',
      'DIFFERENTIAL',
      'FULL',
    ]);
    expect(await values('SELECT (SELECT total::int FROM high), (SELECT total::int FROM full_high)')).toEqual([3, 3]);
    await client.query('UPDATE s SET v = v + 10');
    expect([await scheduled('low'), await scheduled('high'), await scheduled('full_high')]).toEqual([
      'DIFFERENTIAL',
      'NO_DATA',
      'NO_DATA',
    ]);
    await client.query('INSERT INTO s VALUES (3, 3)');
    await client.query("SELECT pgstream.refresh_stream_table('low')");
    expect(await scheduled('high')).toBe('DIFFERENTIAL');
    expect(await values('SELECT total::int FROM high')).toEqual([6]);
  });

  test('leaves a table alone that somebody else refreshes', async () => {
    await create('t', 'SELECT id FROM public.s');
    const other = await connect(url);
    await other.query('SELECT pg_advisory_lock(pgs_id) FROM pgstream.pgs_stream_tables');
    expect(await scheduled('t')).toBeNull();
    expect(
      await values(`SELECT count(*)::int FROM pgstream.pgs_refresh_history WHERE initiated_by = 'SCHEDULER'`),
    ).toEqual([0]);
  });

  // Of pg_trickle: see test/trickle.
  test.skipIf(onPgTrickle)(
    'that fails is recorded, told, and suspends the table in the end; its lock is free (pg_stream alone)',
    async () => {
      await create('t', 'SELECT id, 100 / v AS q FROM public.s');
      await client.query('LISTEN pg_stream_alert');
      const events: unknown[] = [];
      client.on('notification', ({ payload = '' }) => events.push(JSON.parse(payload)));
      await client.query('INSERT INTO s VALUES (2, 0)');
      expect([await scheduled('t'), await scheduled('t')]).toEqual(['FAILED', 'FAILED']);
      expect(await values('SELECT status, consecutive_errors FROM pgstream.pgs_stream_tables')).toEqual(['ACTIVE', 2]);
      expect(await scheduled('t')).toBe('FAILED');
      expect(await values('SELECT status, consecutive_errors FROM pgstream.pgs_stream_tables')).toEqual([
        'SUSPENDED',
        3,
      ]);
      expect(await values('SELECT status, error_message FROM pgstream.get_refresh_history($$t$$, 1)')).toEqual([
        'FAILED',
        'division by zero',
      ]);
      const of = { pgs_schema: 'public', pgs_name: 't', st: 'public.t' };
      const failed = { event: 'refresh_failed', ...of, action: 'DIFFERENTIAL', error: 'division by zero' };
      expect(events).toEqual([failed, failed, failed, { event: 'auto_suspended', ...of, consecutive_errors: 3 }]);
      expect(
        await values("SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"),
      ).toEqual([0]);
      await client.query("DELETE FROM s WHERE id = 2; SELECT pgstream.resume_stream_table('t')");
      expect(await scheduled('t')).toBe('DIFFERENTIAL');
      expect(await values('SELECT consecutive_errors FROM pgstream.pgs_stream_tables')).toEqual([0]);
    },
  );
});
