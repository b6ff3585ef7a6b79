import { databaseUrl, extension, inItsNames, testDatabase, testRole } from '@pgstream/harness';
import { Client } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { createPgStream, type PgStream } from '../../src/index.ts';
import { metricsRoleSql, metricsSql, readMetrics, type MetricsReading } from '../../src/metrics.ts';
import { fromPg } from '../../src/pg.ts';
import { createOrders, TOTALS } from '../orders.ts';
import { TRAPS_SQL } from '../questions/traps.ts';
import { recording } from '../recording.ts';

const db = testDatabase();
let admin: Client;
let pgstream: PgStream;

beforeAll(async () => {
  admin = await db.connect();
  pgstream = createPgStream(fromPg(admin));
  await createOrders(admin);
  await pgstream.create({ name: 'totals', query: TOTALS, schedule: '5m' });
  await pgstream.create({ name: 'overdue', query: TOTALS, schedule: '1h30m' });
  await pgstream.create({ name: 'hourly', query: TOTALS, schedule: '@hourly', refreshMode: 'FULL' });
  await pgstream.create({ name: 'never_filled', query: TOTALS, schedule: null, initialize: false });
  await admin.query(`
    UPDATE pgstream.pgs_stream_tables SET last_refresh_at = now() - interval '2 hours', data_timestamp = now() - interval '2 hours'
      WHERE pgs_name = 'overdue';
    UPDATE pgstream.pgs_stream_tables SET consecutive_errors = 3 WHERE pgs_name = 'hourly';
    DELETE FROM pgstream.pgs_refresh_history;
    ALTER SEQUENCE pgstream.pgs_refresh_history_refresh_id_seq RESTART 101;
    INSERT INTO pgstream.pgs_refresh_history (pgs_id, data_timestamp, start_time, end_time, action, rows_inserted, rows_deleted, status, initiated_by)
    SELECT pgs_id, now(), '2026-01-01 00:00:00+00', CASE WHEN n < 5 THEN '2026-01-01 00:00:01.5+00'::timestamptz END, 'DIFFERENTIAL', n, 1,
      CASE n WHEN 3 THEN 'FAILED' WHEN 4 THEN 'SKIPPED' ELSE 'COMPLETED' END, 'SCHEDULER'
    FROM pgstream.pgs_stream_tables, generate_series(1, 5) n WHERE pgs_name = 'totals' ORDER BY n`);
});

const NONE = { refreshes: 0, successful: 0, failed: 0, rowsInserted: 0, rowsDeleted: 0, timed: 0, durationSeconds: 0 };

const named = ({ streamTables }: MetricsReading, name: string) => streamTables.find((table) => table.name === name);

describe('readMetrics()', () => {
  it('is how it is with each stream table, by one statement', async () => {
    const executor = recording(fromPg(admin));
    await readMetrics(executor);
    executor.sent.length = 0;
    const reading = await readMetrics(executor);
    expect(executor.sent).toHaveLength(1);
    expect(reading).toMatchObject({
      database: db.name,
      extension: { name: extension.name, version: extension.version },
      installation: expect.stringMatching(/^\d+$/),
      lastRecord: '105',
    });
    expect(reading.streamTables.map(({ name }) => name)).toStrictEqual(['hourly', 'never_filled', 'overdue', 'totals']);
    const status = await pgstream.table('totals').status();
    expect(named(reading, 'totals')).toStrictEqual({
      schema: 'public',
      name: 'totals',
      id: status.id,
      status: 'ACTIVE',
      refreshMode: 'DIFFERENTIAL',
      schedule: '5m',
      scheduleSeconds: 300,
      stale: false,
      stalenessSeconds: expect.any(Number),
      lastRefreshTimestampSeconds: expect.closeTo(Number(status.lastRefreshAt) / 1000, 2),
      consecutiveErrors: 0,
      isPopulated: true,
      settled: NONE,
      recent: {
        refreshes: 5,
        successful: 3,
        failed: 1,
        rowsInserted: 15,
        rowsDeleted: 5,
        timed: 4,
        durationSeconds: 6,
      },
    });
    expect(named(reading, 'overdue')).toMatchObject({
      scheduleSeconds: 5_400,
      stale: true,
      stalenessSeconds: expect.closeTo(7_200, -2),
    });
    expect(named(reading, 'hourly')).toMatchObject({
      schedule: '@hourly',
      scheduleSeconds: null,
      stale: null,
      consecutiveErrors: 3,
    });
    expect(named(reading, 'never_filled')).toMatchObject({
      schedule: '',
      status: 'INITIALIZING',
      isPopulated: false,
      stale: true,
      stalenessSeconds: null,
      lastRefreshTimestampSeconds: null,
    });
  });

  it('judges as isStale() does', async () => {
    const { streamTables } = await readMetrics(fromPg(admin));
    for (const { name, stale } of streamTables)
      expect([name, stale]).toStrictEqual([name, await pgstream.table(name).isStale()]);
  });

  it('adds up to what the extension counts', async () => {
    const [{ totals } = { totals: undefined }] = (await pgstream.refreshStats())
      .filter(({ name }) => name === 'totals')
      .map((each) => ({ totals: each }));
    const recent = named(await readMetrics(fromPg(admin)), 'totals')?.recent;
    expect(recent).toMatchObject({
      refreshes: totals?.totalRefreshes,
      successful: totals?.successfulRefreshes,
      failed: totals?.failedRefreshes,
      rowsInserted: totals?.rowsInserted,
      rowsDeleted: totals?.rowsDeleted,
    });
    expect((recent?.durationSeconds ?? 0) / (recent?.timed ?? 0)).toBeCloseTo((totals?.averageDurationMs ?? 0) / 1000);
  });

  it('counts the records of a range, and those after it', async () => {
    const reading = await readMetrics(fromPg(admin), { history: { after: '101', upTo: '103' } });
    const { settled, recent } = named(reading, 'totals') ?? {};
    expect(settled).toMatchObject({ refreshes: 2, successful: 1, failed: 1, rowsInserted: 5 });
    expect(recent).toMatchObject({ refreshes: 2, successful: 1, failed: 0, rowsInserted: 9 });
  });

  it.each(['', '-1', '1; DROP TABLE x', '99999999999999999999'])('refuses %j as a record', async (after) => {
    await expect(readMetrics(fromPg(admin), { history: { after } })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  it('names each source once, by its oid where it is gone', async () => {
    const { sources } = await readMetrics(fromPg(admin));
    expect(sources).toStrictEqual([
      { sourceSchema: 'public', sourceName: 'orders', cdcMode: 'TRIGGER', lagBytes: null, alert: null },
    ]);
    await admin.query('BEGIN');
    await admin.query(`UPDATE pgstream.pgs_dependencies SET source_relid = 999999`);
    const [gone] = (await readMetrics(fromPg(admin))).sources;
    await admin.query('ROLLBACK');
    expect(gone).toMatchObject({ sourceSchema: '', sourceName: 'oid:999999' });
  });

  it('names it once also where the extension has a row for each stream table that reads it', async () => {
    await admin.query('BEGIN');
    const { rows } = await admin.query<{ definition: string }>(
      `SELECT pg_get_functiondef('pgstream.check_cdc_health()'::regprocedure) AS definition`,
    );
    await admin.query(rows[0]?.definition.replace('DISTINCT ON (d.source_relid) ', '') ?? '');
    const { rowCount } = await admin.query('SELECT 1 FROM pgstream.check_cdc_health()');
    const { sources } = await readMetrics(fromPg(admin));
    await admin.query('ROLLBACK');
    expect(rowCount).toBe(4);
    expect(sources).toHaveLength(1);
  });

  it('has the kind of an alert, and not its number', async () => {
    await admin.query('BEGIN');
    const { rows } = await admin.query<{ definition: string }>(
      `SELECT pg_get_functiondef('pgstream.check_cdc_health()'::regprocedure) AS definition`,
    );
    const alarming = rows[0]?.definition.replace(
      'NULL::bigint, d.decoder_confirmed_lsn::text, NULL::text',
      `2000000000::bigint, d.decoder_confirmed_lsn::text, 'slot_lag_exceeds_threshold: 2000000000 bytes'::text`,
    );
    await admin.query(alarming ?? '');
    const { sources } = await readMetrics(fromPg(admin));
    await admin.query('ROLLBACK');
    expect(sources).toMatchObject([{ lagBytes: 2_000_000_000, alert: 'slot_lag_exceeds_threshold' }]);
  });

  it('sees the scheduler by its session', async () => {
    // None works for a test's database.
    expect((await readMetrics(fromPg(admin))).schedulerRunning).toBe(false);
    const scheduler = await db.connect({ application_name: `${extension.name} scheduler` });
    expect((await readMetrics(fromPg(admin))).schedulerRunning).toBe(true);
    await scheduler.end();
  });

  it('says that the extension is missing', async () => {
    const client = new Client(databaseUrl('template1'));
    await client.connect();
    await expect(readMetrics(fromPg(client))).rejects.toMatchObject({ code: 'EXTENSION_MISSING' });
    await client.end();
  });
});

describe('a role that metricsRoleSql() is for', () => {
  it('reads all of it, and no stream table', async () => {
    const role = await testRole();
    const client = new Client(role.url(db.url));
    await client.connect();
    await expect(readMetrics(fromPg(client))).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    await admin.query(metricsRoleSql(role.name, extension.name));
    const reading = await readMetrics(fromPg(client));
    expect(reading.streamTables).toHaveLength(4);
    expect(reading.schedulerRunning).toBe(false);
    await expect(client.query('SELECT 1 FROM public.totals')).rejects.toMatchObject({ code: '42501' });
    await client.end();
  });

  it.each(['', 'public', 'none'])('is none that is called %j', (name) => {
    expect(() => metricsRoleSql(name, 'pg_stream')).toThrow(/Name the role/);
  });
});

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

it('the SELECTs of metricsSql() give the same', async () => {
  const sql = metricsSql(extension.name);
  const { rows: tables } = await admin.query(sql.streamTables);
  const { rows: refreshes } = await admin.query(sql.refreshes);
  const { rows: sources } = await admin.query(sql.sources);
  const { rows: server } = await admin.query(sql.server);
  const reading = await readMetrics(fromPg(admin));
  expect(
    tables.toSorted(byName).map((row) => [row.name, row.stale, row.schedule_seconds, row.is_populated]),
  ).toStrictEqual(
    reading.streamTables.map((table) => [
      table.name,
      table.stale === null ? null : Number(table.stale),
      table.scheduleSeconds === null ? null : String(table.scheduleSeconds),
      Number(table.isPopulated),
    ]),
  );
  expect(
    refreshes.toSorted(byName).map((row) => [row.name, Number(row.refreshes), Number(row.rows_inserted)]),
  ).toStrictEqual(reading.streamTables.map(({ name, recent }) => [name, recent.refreshes, recent.rowsInserted]));
  expect(sources).toMatchObject([{ database: db.name, source_schema: 'public', source_name: 'orders', alert: '' }]);
  expect(server).toStrictEqual([
    {
      database: db.name,
      installation: Number(reading.installation),
      extension: extension.name,
      version: extension.version,
      scheduler_running: 0,
    },
  ]);
});

it.runIf(extension.hasWideCatalog)('a target freshness is a bound as well (pg_trickle 0.108 only)', async () => {
  await admin.query('BEGIN');
  await admin.query(
    inItsNames(`UPDATE pgstream.pgs_stream_tables SET schedule = NULL, target_freshness_mode = 'INTERVAL', freshness_deadline_ms = 2500
      WHERE pgs_name = 'totals'`),
  );
  const reading = await readMetrics(fromPg(admin));
  const { rows } = await admin.query(metricsSql(extension.name).streamTables);
  await admin.query('ROLLBACK');
  expect(named(reading, 'totals')).toMatchObject({ scheduleSeconds: 2.5, stale: expect.any(Boolean) });
  expect(Number(rows.find(({ name }) => name === 'totals')?.schedule_seconds)).toBe(2.5);
});

/** Without what goes on between two readings. */
const steady = ({ streamTables, ...rest }: MetricsReading) => ({
  ...rest,
  streamTables: streamTables.map((table) => ({ ...table, stalenessSeconds: null })),
});

it('nothing of a session changes what is read, traps on its search_path included', async () => {
  const expected = steady(await readMetrics(fromPg(admin)));
  await admin.query(TRAPS_SQL);
  // What the extension's own functions find by the search_path is their affair.
  for (const name of ['check_cdc_health()', 'parse_duration_seconds(text)']) {
    await admin.query(`ALTER FUNCTION ${extension.schema}.${name} SET search_path = pg_catalog, pg_temp`);
  }
  const client = await db.connect();
  await client.query(
    `SET search_path = traps, pg_catalog, public; SET extra_float_digits = -15; SET IntervalStyle = iso_8601; SET DateStyle = German`,
  );
  expect(steady(await readMetrics(fromPg(client)))).toStrictEqual(expected);
  for (const select of Object.values(metricsSql(extension.name)) as string[]) {
    expect((await client.query(select)).rows.length).toBeGreaterThan(0);
  }
});
