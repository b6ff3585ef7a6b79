import { Client, Pool, type PoolClient } from 'pg';
import postgres from 'postgres';
import { describe, expectTypeOf, it } from 'vitest';
import {
  createPgStream,
  isPgStreamError,
  type Health,
  type HealthFindingCode,
  type Lsn,
  type PgStreamErrorCode,
  type SqlExecutor,
  type StreamTableNotFoundError,
  type StreamTableReadOnlyError,
} from '../src/index.ts';
import { fromPg } from '../src/pg.ts';
import { fromPostgresJs } from '../src/postgres-js.ts';

const pool = new Pool();
const pgstream = createPgStream(fromPg(pool));
const table = pgstream.table('order_totals');

describe('isStale', () => {
  it('may be null by the schedule, and is a boolean by a bound', () => {
    expectTypeOf(table.isStale()).resolves.toEqualTypeOf<boolean | null>();
    expectTypeOf(table.isStale({})).resolves.toEqualTypeOf<boolean | null>();
    expectTypeOf(table.isStale({ maxAgeMs: 1 })).resolves.toEqualTypeOf<boolean>();
    // @ts-expect-error a duration is a number of milliseconds
    void table.isStale({ maxAgeMs: '5m' });
  });
});

describe('refreshAll', () => {
  it('tells of each what its status has, and refuses what would leave others behind', async () => {
    const [result] = (await pgstream.refreshAll({ tables: ['a', { schema: 's', name: 'b' }], onlyStale: true }))
      .results;
    if (result?.status === 'failed') expectTypeOf(result.error.code).toEqualTypeOf<PgStreamErrorCode>();
    if (result?.status === 'skipped') expectTypeOf(result.because.streamTable.name).toEqualTypeOf<string>();
    // @ts-expect-error what is fresh has no error
    if (result?.status === 'fresh') void result.error;
    // @ts-expect-error others may read what would be skipped
    void pgstream.refreshAll({ ifBusy: 'skip' });
  });
});

describe('health', () => {
  it('has a word for what is found, errors of a call included', () => {
    expectTypeOf<Health['status']>().toEqualTypeOf<'ok' | 'warn' | 'error'>();
    expectTypeOf<PgStreamErrorCode | 'SCHEDULER_STALLED'>().toExtend<HealthFindingCode>();
    expectTypeOf(pgstream.health({ tables: ['a'], maxAgeMs: 1, timeoutMs: 1 })).resolves.toEqualTypeOf<Health>();
  });
});

describe('waiting', () => {
  it('is since an instant or a position, and takes the options of its way', () => {
    void table.waitUntilFresh({ since: new Date(), maxAgeMs: 1, timeoutMs: 1, pollMs: 1, signal: AbortSignal.abort() });
    // @ts-expect-error neither a Date nor a position in the log
    void table.waitUntilFresh({ since: 'yesterday' });
    expectTypeOf(pgstream.currentLsn()).resolves.toEqualTypeOf<Lsn>();
    expectTypeOf(pgstream.readYourWrites(async () => 7, ['order_totals'])).resolves.toEqualTypeOf<number>();
    void pgstream.readYourWrites(async () => 7, ['order_totals'], { by: 'wait', timeoutMs: 1 });
    // @ts-expect-error who waits keeps no writers out
    void pgstream.readYourWrites(async () => 7, ['order_totals'], { by: 'wait', lockTimeoutMs: 1 });
    // @ts-expect-error -- with braces it gives nothing to wait for
    void pgstream.readYourWrites(() => {}, ['order_totals']);
  });
});

describe('answers', () => {
  it('say where null is possible', async () => {
    expectTypeOf(table.lastRefreshAt()).resolves.toEqualTypeOf<Date | null>();
    expectTypeOf(table.stalenessMs()).resolves.toEqualTypeOf<number | null>();
    const status = await table.status();
    expectTypeOf(status.id).toEqualTypeOf<string>();
    expectTypeOf(status.createdAt).toEqualTypeOf<Date>();
    // Words of other releases are text; the known ones are offered by editors.
    expectTypeOf(status.refreshMode).toEqualTypeOf<'DIFFERENTIAL' | 'FULL' | 'IMMEDIATE' | (string & {})>();
    if (status.schedule.kind === 'duration') expectTypeOf(status.schedule.everyMs).toEqualTypeOf<number>();
  });
});

describe('names', () => {
  it('are text or an object', () => {
    pgstream.table({ name: 't' });
    pgstream.table({ schema: 's', name: 't' });
    // @ts-expect-error a schema alone names no table
    pgstream.table({ schema: 's' });
  });
});

describe('definitions', () => {
  it('take a schedule with a unit', () => {
    const query = 'SELECT 1';
    void pgstream.create({ name: 't', query, schedule: '5m' });
    void pgstream.create({ name: 't', query, schedule: { everyMs: 300_000 } });
    void pgstream.create({ name: 't', query, schedule: null });
    // @ts-expect-error a bare number could be seconds or milliseconds
    void pgstream.create({ name: 't', query, schedule: 300 });
    // @ts-expect-error another word of the extension, which breaks in alter
    void pgstream.create({ name: 't', query, refreshMode: 'INCREMENTAL' });
    // @ts-expect-error a definition needs a query
    void pgstream.create({ name: 't' });
  });
});

describe('errors', () => {
  it('are narrowed by their code', () => {
    const error: unknown = undefined;
    if (isPgStreamError(error)) expectTypeOf(error.code).toEqualTypeOf<PgStreamErrorCode>();
    if (isPgStreamError(error, 'SUSPENDED')) expectTypeOf(error.code).toEqualTypeOf<'SUSPENDED'>();
    // @ts-expect-error no such code
    isPgStreamError(error, 'BROKEN');
    expectTypeOf<StreamTableReadOnlyError['operation']>().toEqualTypeOf<string>();
    expectTypeOf<StreamTableNotFoundError['schema']>().toEqualTypeOf<string>();
  });
});

describe('executors', () => {
  it("are made of the drivers' own types", () => {
    expectTypeOf(fromPg(pool)).toEqualTypeOf<SqlExecutor>();
    fromPg(new Client());
    fromPg({} as PoolClient, { scope: pool });
    const sql = postgres();
    fromPostgresJs(sql);
    fromPostgresJs(postgres({ transform: postgres.camel, types: { bigint: postgres.BigInt } }));
    fromPostgresJs({} as postgres.TransactionSql, { scope: sql });
    fromPostgresJs({} as postgres.ReservedSql);
    // @ts-expect-error not a connection
    fromPg({});
    // @ts-expect-error not a connection
    fromPostgresJs({});
  });
});
