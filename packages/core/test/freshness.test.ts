import { extension, inItsNames, testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPgStream, type StreamTable } from '../src/index.ts';
import { fromPg } from '../src/pg.ts';
import { createOrders, TOTALS } from './orders.ts';
import { recording } from './recording.ts';

const db = testDatabase();
let admin: Client;
let totals: StreamTable;

beforeAll(async () => {
  admin = await db.connect();
  await createOrders(admin);
  const pgstream = createPgStream(fromPg(admin));
  totals = await pgstream.create({ name: 'totals', query: TOTALS });
});

interface Row {
  readonly schedule?: string | null;
  readonly dataAge?: string | null;
  readonly refreshAge?: string | null;
  readonly populated?: boolean;
}

/** Puts the catalog row into a state that takes long to come by. */
async function pretend({ schedule = '5m', dataAge = '0', refreshAge = '0', populated = true }: Row): Promise<void> {
  await admin.query(
    `UPDATE pgstream.pgs_stream_tables SET schedule = $1, data_timestamp = now() - $2::interval,
     last_refresh_at = now() - $3::interval, is_populated = $4 WHERE pgs_name = 'totals'`,
    [schedule, dataAge, refreshAge, populated],
  );
}

describe('isStale()', () => {
  it.each<[schedule: string | null, age: string | null, stale: boolean | null]>([
    ['5m', '4 minutes', false],
    ['5m', '6 minutes', true],
    ['60', '59 seconds', false],
    ['60', '61 seconds', true],
    ['1h30m', '89 minutes', false],
    ['1h30m', '91 minutes', true],
    ['1d1d', '47 hours', false],
    ['1w', '8 days', true],
    ['0', '1 second', true],
    ['9223372036854775807', '1 year', false],
    ['99999999999999999999', '1 year', null],
    ['nonsense', '1 year', null],
    ['1h30', '1 year', null],
    ['5m', null, null],
    ['@hourly', '1 year', null],
    ['*/5 * * * *', '1 year', null],
    [null, '1 year', null],
  ])('says of schedule %j and an age of %j what the view says: %j', async (schedule, age, stale) => {
    await pretend({ schedule, ...(extension.staleFrom === 'data_timestamp' ? { dataAge: age } : { refreshAge: age }) });
    const { rows } = await admin.query(`SELECT stale FROM pgstream.stream_tables_info WHERE pgs_name = 'totals'`);
    expect(rows).toStrictEqual([{ stale }]);
    expect(await totals.isStale()).toBe(stale);
    expect((await totals.status()).isStale).toBe(stale);
  });

  it.each(['5m', '@hourly', null])(
    'is true for a table that was never populated, with schedule %j',
    async (schedule) => {
      await pretend({ schedule, populated: false, dataAge: null, refreshAge: null });
      expect(await totals.isStale()).toBe(true);
    },
  );

  it('sends one statement, which the unique index on schema and name answers', async () => {
    await admin.query('BEGIN');
    await admin.query(
      `INSERT INTO pgstream.pgs_stream_tables (pgs_relid, pgs_name, pgs_schema, defining_query, schedule, status, is_populated, data_timestamp)
       SELECT 3000000000 + n, 'filler_' || n, 'public', 'SELECT 1', '5m', 'ACTIVE', true, now() FROM generate_series(1, 1000) n`,
    );
    await admin.query('ANALYZE pgstream.pgs_stream_tables');
    const executor = recording(fromPg(admin));
    await createPgStream(executor).table('totals').isStale();
    expect(executor.sent).toHaveLength(1);
    const [{ text, params } = { text: '', params: [] }] = executor.sent;
    const { rows } = await admin.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, [...params]);
    await admin.query('ROLLBACK');
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain(inItsNames('Index Scan using idx_pgs_name on pgs_stream_tables'));
    expect(plan).toContain(inItsNames(`Index Cond: ((pgs_schema = 'public'::text) AND (pgs_name = 'totals'::text))`));
  });
});

describe('isStale({ maxAgeMs })', () => {
  it.each<[maxAgeMs: number, refreshAge: string | null, stale: boolean]>([
    [60_000, '59 seconds', false],
    [60_000, '61 seconds', true],
    [0.5, '1 second', true],
    [0, '1 microsecond', true],
    [1e15, '1 year', false],
    [60_000, null, true],
  ])('of %d ms says of a refresh %j ago: %j', async (maxAgeMs, refreshAge, stale) => {
    await pretend({ refreshAge });
    expect(await totals.isStale({ maxAgeMs })).toBe(stale);
  });

  it('judges by the last refresh and not by the age of the data or the schedule', async () => {
    await pretend({ schedule: '@hourly', dataAge: '1 year', refreshAge: '1 second' });
    expect(await totals.isStale({ maxAgeMs: 3_600_000 })).toBe(false);
  });

  it('is true for a table that was never populated', async () => {
    await pretend({ populated: false, dataAge: null, refreshAge: null });
    expect(await totals.isStale({ maxAgeMs: 1e12 })).toBe(true);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', async (maxAgeMs) => {
    await expect(totals.isStale({ maxAgeMs })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', table: 'totals' });
  });
});

describe('lastRefreshAt() and stalenessMs()', () => {
  beforeEach(() => pretend({}));

  it('give null when there was no refresh', async () => {
    await pretend({ dataAge: null, refreshAge: null });
    expect(await totals.lastRefreshAt()).toBeNull();
    expect(await totals.stalenessMs()).toBeNull();
  });

  it.each([
    ['2026-01-02 03:04:05.678999+00', '2026-01-02T03:04:05.678Z'],
    ['1969-12-31 23:59:59.9995+00', '1969-12-31T23:59:59.999Z'],
  ])('gives the instant %s rounded down to the millisecond', async (stored, instant) => {
    await admin.query(`UPDATE pgstream.pgs_stream_tables SET last_refresh_at = $1 WHERE pgs_name = 'totals'`, [stored]);
    expect(await totals.lastRefreshAt()).toStrictEqual(new Date(instant));
  });

  it('counts from the data timestamp, in milliseconds', async () => {
    await pretend({ dataAge: '2 hours', refreshAge: '1 second' });
    const staleness = await totals.stalenessMs();
    expect(staleness).toBeGreaterThanOrEqual(7_200_000);
    expect(staleness).toBeLessThan(7_260_000);
  });

  it('goes on inside a transaction, where the verdict of the extension stands still', async () => {
    await admin.query('BEGIN');
    await admin.query(
      `UPDATE pgstream.pgs_stream_tables SET schedule = '0', data_timestamp = now(), last_refresh_at = now() WHERE pgs_name = 'totals'`,
    );
    await admin.query('SELECT pg_sleep(0.01)');
    expect(await totals.stalenessMs()).toBeGreaterThanOrEqual(10);
    expect(await totals.isStale({ maxAgeMs: 9 })).toBe(true);
    expect(await totals.isStale()).toBe(false);
    await admin.query('ROLLBACK');
  });
});
