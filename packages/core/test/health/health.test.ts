import { connect, extension, inItsNames, onPgTrickle, testDatabase, testRole } from '@pgstream/harness';
import pg, { type Client } from 'pg';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createPgStream,
  readOnlyRoleSql,
  type Health,
  type HealthFinding,
  type HealthOptions,
  type PgStream,
} from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { createOrders, TOTALS } from '../orders.ts';
import { recording } from '../recording.ts';

const db = testDatabase();
let admin: Client;
let pgstream: PgStream;

/** The name by which a scheduler is known. */
const SCHEDULER = `${extension.name} scheduler`;

beforeAll(async () => {
  admin = await db.connect();
  pgstream = createPgStream(fromPg(admin));
  await createOrders(admin);
  await admin.query(
    'CREATE TABLE public.divisors (id int PRIMARY KEY, divisor int); INSERT INTO public.divisors VALUES (1, 1)',
  );
  await pgstream.create({ name: 'totals', query: TOTALS, schedule: '5m' });
  await pgstream.create({ name: 'hourly', query: TOTALS, schedule: '1h' });
  await pgstream.create({
    name: 'parts',
    query: 'SELECT id, 1 / divisor AS part FROM public.divisors',
    schedule: '5m',
    refreshMode: 'FULL',
  });
});

// Each test finds them healthy, but for what it does itself.
beforeEach(() => admin.query('BEGIN'));
afterEach(() => admin.query('ROLLBACK'));

/** What is found but for what is said of every database of these tests. */
async function found(options?: HealthOptions, ours = pgstream): Promise<HealthFinding[]> {
  const { findings } = await ours.health(options);
  return findings.filter(({ code }) => !['SCHEDULER_MISSING', 'UNSAFE_SETTING'].includes(code));
}

const codes = ({ findings }: Pick<Health, 'findings'>): string[] => findings.map(({ code }) => code);

/** Lets a stream table be older. */
const age = (name: string, interval: string): Promise<unknown> =>
  admin.query(`UPDATE pgstream.pgs_stream_tables SET data_timestamp = data_timestamp - interval '${interval}',
    last_refresh_at = last_refresh_at - interval '${interval}' WHERE pgs_name = '${name}'`);

const set = (name: string, values: string): Promise<unknown> =>
  admin.query(`UPDATE pgstream.pgs_stream_tables SET ${values} WHERE pgs_name = '${name}'`);

describe('a database in order', () => {
  it('is ok, and every finding says what to do', async () => {
    const scheduler = await db.connect({ application_name: SCHEDULER });
    await admin.query(inItsNames('SET LOCAL pg_stream.cleanup_use_truncate = off'));
    expect(await pgstream.health()).toStrictEqual({
      status: 'ok',
      findings: [],
      extension: { name: extension.name, version: extension.version },
      scheduler: 'running',
      streamTables: 3,
    });
    await scheduler.end();
  });

  it('costs a few statements', async () => {
    const executor = recording(fromPg(admin));
    const ours = createPgStream(executor);
    await ours.dialect();
    executor.sent.length = 0;
    await ours.health();
    expect(executor.sent).toHaveLength(extension.hasWideCatalog ? 3 : 2);
  });
});

describe('stream tables', () => {
  it('are all found wrong that are', async () => {
    await set('totals', 'consecutive_errors = 2');
    await set('hourly', `status = 'SUSPENDED'`);
    await set('parts', `needs_reinit = true, status = 'ERROR'`);
    expect(await found()).toMatchObject([
      { code: 'BROKEN', severity: 'error', streamTable: { schema: 'public', name: 'parts' } },
      {
        code: 'SUSPENDED',
        severity: 'warn',
        streamTable: { name: 'hourly' },
        message: 'The stream table "public"."hourly" is suspended, and nothing refreshes it.',
        cure: expect.stringContaining('resume()'),
      },
      { code: 'SOURCE_CHANGED', severity: 'warn', streamTable: { name: 'parts' } },
      { code: 'FAILING', severity: 'warn', message: expect.stringContaining('its last 2 refreshes have failed') },
    ]);
  });

  it('suspended after errors are an error, with what the last refresh failed with and none of its values', async () => {
    await set('parts', `status = 'SUSPENDED', consecutive_errors = 3`);
    await admin.query(`
      INSERT INTO pgstream.pgs_refresh_history (pgs_id, data_timestamp, start_time, action, status, initiated_by, error_message)
      SELECT pgs_id, now(), now(), 'FULL', 'FAILED', 'SCHEDULER', 'invalid input syntax for type integer: "secret"'
      FROM pgstream.pgs_stream_tables WHERE pgs_name = 'parts'`);
    expect(await found()).toMatchObject([
      {
        code: 'SUSPENDED',
        severity: 'error',
        message: expect.stringMatching(
          /its last 3 refreshes have failed: invalid input syntax for type integer: "…"\.$/,
        ),
      },
    ]);
  });

  it('never filled are an error', async () => {
    await set('totals', `status = 'INITIALIZING', is_populated = false, data_timestamp = NULL, last_refresh_at = NULL`);
    const health = await pgstream.health({ maxAgeMs: 60_000 });
    expect(health.status).toBe('error');
    expect(health.findings[0]).toMatchObject({
      code: 'NOT_POPULATED',
      severity: 'error',
      streamTable: { name: 'totals' },
    });
  });

  it('older than their schedule are a warning once the scheduler has had the time', async () => {
    await age('totals', '6 min');
    expect(await found()).toStrictEqual([]);
    await age('totals', '5 min');
    expect(await found()).toMatchObject([
      {
        code: 'STALE',
        severity: 'warn',
        message:
          'The stream table "public"."totals" is 11 min old, and by its schedule is to be refreshed every 5 min.',
      },
    ]);
  });

  it('older than maxAgeMs are an error at once, whatever the schedule', async () => {
    await age('hourly', '90 s');
    expect(await found({ maxAgeMs: 60_000 })).toMatchObject([
      {
        code: 'STALE',
        severity: 'error',
        streamTable: { name: 'hourly' },
        message: expect.stringMatching(/ 9\d s ago/),
      },
    ]);
    expect(await found({ maxAgeMs: 120_000 })).toStrictEqual([]);
  });

  it('are those that are asked for, and one that is missing is found', async () => {
    await set('hourly', `status = 'SUSPENDED'`);
    const health = await pgstream.health({ tables: ['totals', { schema: 'reports', name: 'nope' }] });
    expect(health.streamTables).toBe(1);
    expect(health.findings.filter(({ streamTable }) => streamTable !== null)).toMatchObject([
      { code: 'NOT_FOUND', severity: 'error', streamTable: { schema: 'reports', name: 'nope' } },
    ]);
  });
});

describe('the scheduler', () => {
  it('is missing where none is running for this database, even if others are', async () => {
    const url = new URL(db.url);
    url.pathname = '/postgres';
    const elsewhere = new pg.Client({ connectionString: url.href, application_name: SCHEDULER });
    await elsewhere.connect();
    const health = await pgstream.health();
    await elsewhere.end();
    expect(health).toMatchObject({ scheduler: 'missing', status: 'warn' });
    expect(health.findings.find(({ code }) => code === 'SCHEDULER_MISSING')).toMatchObject({
      severity: 'warn',
      message: expect.stringMatching(/only for .*"postgres"/),
      cure: expect.stringContaining(onPgTrickle ? 'max_worker_processes' : 'in the database "postgres" alone'),
    });
  });

  it('that is missing is nothing where no stream table needs it', async () => {
    await admin.query('DELETE FROM pgstream.pgs_stream_tables');
    expect(codes(await pgstream.health())).not.toContain('SCHEDULER_MISSING');
  });

  it('is off by its setting', async () => {
    await admin.query(inItsNames('SET LOCAL pg_stream.enabled = off'));
    const health = await pgstream.health();
    expect(health.scheduler).toBe('off');
    expect(health.findings[0]).toMatchObject({ code: 'SCHEDULER_OFF', severity: 'warn' });
  });

  it('that leaves alone what is due is an error, and what was due first is the suspect', async () => {
    const scheduler = await db.connect({ application_name: SCHEDULER });
    await age('parts', '20 min');
    await age('totals', '19 min');
    await age('hourly', '59 min');
    expect(await found()).toMatchObject([
      {
        code: 'SCHEDULER_STALLED',
        severity: 'error',
        streamTable: { schema: 'public', name: 'parts' },
        message: expect.stringMatching(/ 2 of 3 stream tables are overdue, .* That one may be: "public"."parts"\.$/),
        cure: expect.stringContaining('refreshAll({ tables, upstream: false })'),
      },
      { code: 'STALE', severity: 'warn', streamTable: { name: 'parts' } },
      { code: 'STALE', severity: 'warn', streamTable: { name: 'totals' } },
    ]);
    await scheduler.end();
  });

  it('that is at work for long is a warning', async () => {
    const scheduler = await db.connect({ application_name: SCHEDULER });
    await scheduler.query('BEGIN');
    await age('parts', '20 min');
    // Its clock is what is compared with.
    await expect
      .poll(async () => (await found())[0]?.message, { timeout: 20_000, interval: 100 })
      .toMatch(/at one transaction for \d s/);
    expect(await found()).toMatchObject([{ code: 'SCHEDULER_STALLED', severity: 'warn' }, { code: 'STALE' }]);
    await scheduler.end();
  });

  it('that has recorded errors of what is due is not said to stand still', async () => {
    const scheduler = await db.connect({ application_name: SCHEDULER });
    await age('parts', '20 min');
    await set('parts', 'consecutive_errors = 1');
    expect((await found()).map(({ code }) => code)).toStrictEqual(['FAILING', 'STALE']);
    await scheduler.end();
  });
});

describe('a role with few rights', () => {
  it('is told what it may not see, and that is no alarm', async () => {
    const role = await testRole();
    await admin.query('ROLLBACK');
    // The least that reading staleness takes.
    await admin.query(inItsNames(`GRANT USAGE ON SCHEMA pgstream TO ${role.name};`));
    await admin.query(inItsNames(`GRANT SELECT ON pgstream.pgs_stream_tables TO ${role.name}`));
    const ours = createPgStream(fromPg(await connect(role.url(db.url))));
    const health = await ours.health();
    expect(health.scheduler).toBe('unknown');
    expect(health.findings.filter(({ severity }) => severity !== 'warn')).toMatchObject([
      { code: 'SCHEDULER_UNKNOWN', severity: 'info', cure: expect.stringContaining('pg_read_all_stats') },
      { code: 'CAPTURE_UNKNOWN', severity: 'info', cure: expect.stringContaining('GRANT SELECT ON') },
    ]);
    expect(health.status).not.toBe('error');
    await admin.query(`GRANT pg_read_all_stats TO ${role.name}`);
    expect((await ours.health()).scheduler).toBe('missing');
  });

  it('that readOnlyRoleSql has made is told of how changes are captured, but for what pg_trickle keeps to itself', async () => {
    const role = await testRole();
    await admin.query('ROLLBACK');
    await admin.query(readOnlyRoleSql(role.name, ['totals'], { dialect: extension.name }));
    const { findings } = await createPgStream(fromPg(await connect(role.url(db.url)))).health();
    expect(findings.filter(({ code }) => code === 'CAPTURE_UNKNOWN')).toHaveLength(extension.hasWideCatalog ? 1 : 0);
  });

  it('that may not even read the catalog is told which GRANTs it needs', async () => {
    const role = await testRole();
    const ours = createPgStream(fromPg(await connect(role.url(db.url))));
    expect(await ours.health()).toMatchObject({
      status: 'error',
      findings: [{ code: 'PERMISSION_DENIED', message: expect.stringContaining('GRANT USAGE ON SCHEMA') }],
    });
  });
});

describe('settings', () => {
  it.skipIf(extension.locksSourcesItself)(
    'that lose changes are a warning (where the extension does not lock sources)',
    async () => {
      expect((await pgstream.health()).findings).toContainEqual({
        code: 'UNSAFE_SETTING',
        severity: 'warn',
        streamTable: null,
        message: expect.stringContaining('cleanup_use_truncate is on'),
        cure: `A superuser runs: ALTER DATABASE "${db.name}" SET ${extension.name}.cleanup_use_truncate = off;`,
      });
      await admin.query(inItsNames('SET LOCAL pg_stream.cleanup_use_truncate = off'));
      expect(codes(await pgstream.health())).not.toContain('UNSAFE_SETTING');
    },
  );
});

describe.runIf(extension.hasWideCatalog)('capture (pg_trickle from 0.92 on)', () => {
  it.each([
    [`SELECT pgtrickle.pause_all()`, 'is paused', 'resume_all()'],
    [`UPDATE pgtrickle.pgt_capture_instance SET database_oid = 1`, 'a copy', 'recover_capture_instance()'],
  ])('that is blocked is an error: %s', async (sql, message, cure) => {
    await admin.query(sql);
    expect((await found())[0]).toMatchObject({
      code: 'CAPTURE_BLOCKED',
      severity: 'error',
      message: expect.stringContaining(message),
      cure: expect.stringContaining(cure),
    });
  });
});

describe('alerts', () => {
  it.each([
    ['slot_lag_exceeds_threshold: 5 bytes', 'warn'],
    ['replication_slot_missing', 'error'],
  ])('of the extension are told: %s', async (alert, severity) => {
    const { rows } = await admin.query<{ definition: string }>(
      `SELECT pg_get_functiondef('pgstream.check_cdc_health()'::regprocedure) AS definition`,
    );
    await admin.query(rows[0]?.definition.replace(/NULL::text(\s*\n?\s*)(,|FROM)/, `'${alert}'::text$1$2`) ?? '');
    expect(await found()).toMatchObject([
      { code: 'CAPTURE_ALERT', severity, message: expect.stringContaining(alert) },
      { code: 'CAPTURE_ALERT', severity },
    ]);
  });
});

describe.runIf(onPgTrickle)('releases (pg_trickle)', () => {
  it('of library and functions that differ are an error', async () => {
    await admin.query(
      `CREATE OR REPLACE FUNCTION pgtrickle.version() RETURNS text LANGUAGE sql AS $$ SELECT '0.1.0' $$`,
    );
    expect((await found())[0]).toMatchObject({ code: 'VERSION_MISMATCH', severity: 'error' });
  });
});
