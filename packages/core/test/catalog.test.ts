import { extension, inItsNames, onPgTrickle, testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { createPgStream, type PgStream } from '../src/index.ts';
import { fromPg } from '../src/pg.ts';
import { createOrders, TOTALS } from './orders.ts';
import { recording } from './recording.ts';

const db = testDatabase();
let admin: Client;
let pgstream: PgStream;

beforeAll(async () => {
  admin = await db.connect();
  pgstream = createPgStream(fromPg(admin));
  await createOrders(admin);
  await admin.query('CREATE SCHEMA reports; CREATE VIEW public.paid AS SELECT id, amount FROM public.orders');
  await pgstream.create({ name: 'totals', query: TOTALS, schedule: '1h30m' });
  await pgstream.create({
    name: { schema: 'reports', name: 'amounts' },
    query: 'SELECT id, amount::numeric AS amount, ARRAY[note] AS "Notes", now()::timestamptz AS at FROM public.orders',
    schedule: '@hourly',
    refreshMode: 'FULL',
  });
  await pgstream.create({
    name: 'of_view',
    query: 'SELECT id, amount FROM public.paid',
    schedule: null,
    initialize: false,
  });
});

/** The nodes of a plan that read a table. */
function scansOf(plan: unknown, table: string): Record<string, unknown>[] {
  if (typeof plan !== 'object' || plan === null) return [];
  const node = plan as Record<string, unknown>;
  const below = Object.values(node).flatMap((each) => scansOf(each, table));
  return node['Relation Name'] === table ? [node, ...below] : below;
}

describe('status()', () => {
  it('is everything that the catalog knows', async () => {
    const status = await pgstream.table('totals').status();
    const { rows } = await admin.query(
      `SELECT pgs_id::text AS id, pgs_relid::bigint::int AS oid, defining_query, floor(extract(epoch FROM data_timestamp) * 1000)::float8 AS data,
       floor(extract(epoch FROM last_refresh_at) * 1000)::float8 AS last, floor(extract(epoch FROM created_at) * 1000)::float8 AS created
       FROM pgstream.pgs_stream_tables WHERE pgs_name = 'totals'`,
    );
    const [row] = rows;
    expect(status).toStrictEqual({
      schema: 'public',
      name: 'totals',
      id: row.id,
      relationOid: row.oid,
      definingQuery: row.defining_query,
      originalQuery: null,
      schedule: { kind: 'duration', text: '1h30m', everyMs: 5_400_000 },
      refreshMode: 'DIFFERENTIAL',
      requestedRefreshMode: extension.hasWideCatalog ? 'DIFFERENTIAL' : null,
      effectiveRefreshMode: null,
      targetFreshness: null,
      orchestration: extension.hasWideCatalog ? 'MANAGED' : null,
      status: 'ACTIVE',
      isPopulated: true,
      needsReinit: false,
      consecutiveErrors: 0,
      lastError: null,
      dataTimestamp: new Date(row.data),
      lastRefreshAt: new Date(row.last),
      stalenessMs: expect.any(Number),
      isStale: false,
      autoThreshold: null,
      lastFullMs: status.lastFullMs,
      functionsUsed: status.functionsUsed,
      frontier: status.frontier,
      createdAt: new Date(row.created),
      updatedAt: expect.any(Date),
    });
  });

  it('has the frontier of the fill by create on pg_trickle, and none on pg_stream', async () => {
    const { frontier } = await pgstream.table('totals').status();
    expect(typeof frontier?.['sources']).toBe(onPgTrickle ? 'object' : 'undefined');
  });

  it('has nulls, and no zeros, for a table that was never filled', async () => {
    expect(await pgstream.table('of_view').status()).toMatchObject({
      status: 'INITIALIZING',
      isPopulated: false,
      isStale: true,
      dataTimestamp: null,
      lastRefreshAt: null,
      stalenessMs: null,
      frontier: null,
      schedule: { kind: 'calculated', text: null },
    });
  });

  it('has the frontier once changes are taken in', async () => {
    await admin.query('BEGIN');
    await admin.query(`SELECT pgstream.refresh_stream_table('public.totals')`);
    const { frontier } = await pgstream.table('totals').status();
    await admin.query('ROLLBACK');
    expect(frontier).toHaveProperty('sources');
  });
});

describe('list()', () => {
  it.each([
    ['all, by schema and name', undefined, ['public.of_view', 'public.totals', 'reports.amounts']],
    ['those of a schema', { schema: 'reports' }, ['reports.amounts']],
    ['those of a status', { status: 'INITIALIZING' }, ['public.of_view']],
    ['those of both', { schema: 'public', status: 'ACTIVE' }, ['public.totals']],
    ['none, for a schema that is not there', { schema: "x'; --" }, []],
  ] as const)('gives %s', async (_, filter, names) => {
    const listed = await pgstream.list(filter);
    expect(listed.map(({ schema, name }) => `${schema}.${name}`)).toStrictEqual(names);
  });

  it('gives what status() gives', async () => {
    const [listed] = await pgstream.list({ schema: 'reports' });
    const status = await pgstream.table({ schema: 'reports', name: 'amounts' }).status();
    expect({ ...listed, stalenessMs: null }).toStrictEqual({ ...status, stalenessMs: null });
  });
});

describe('columns()', () => {
  it('gives the visible columns with their PostgreSQL types, and leaves out those of the extension', async () => {
    expect(await pgstream.columns('totals')).toStrictEqual([
      { name: 'customer_id', type: 'integer', nullable: true, position: 1 },
      { name: 'total', type: 'numeric', nullable: true, position: 2 },
      { name: 'n', type: 'bigint', nullable: true, position: 3 },
    ]);
    const { rows } = await admin.query(
      `SELECT attname FROM pg_attribute WHERE attrelid = 'public.totals'::regclass AND starts_with(attname, '__pgs_') ORDER BY 1`,
    );
    expect(rows).toStrictEqual([
      { attname: `${extension.hiddenPrefix}count` },
      { attname: `${extension.hiddenPrefix}row_id` },
    ]);
  });

  it('keeps quoted names, array types and time zones', async () => {
    expect(await pgstream.columns({ schema: 'reports', name: 'amounts' })).toMatchObject([
      { name: 'id', type: 'integer' },
      { name: 'amount', type: 'numeric' },
      { name: 'Notes', type: 'text[]' },
      { name: 'at', type: 'timestamp with time zone' },
    ]);
  });
});

describe('dependencies()', () => {
  it('names the tables that stream tables read, below their views', async () => {
    const found = await pgstream.dependencies();
    expect(
      found.map(({ streamTable, source, sourceType }) => [streamTable.name, source?.name, sourceType]),
    ).toStrictEqual(
      expect.arrayContaining([
        ['totals', 'orders', 'TABLE'],
        ['amounts', 'orders', 'TABLE'],
        ['of_view', 'orders', 'TABLE'],
      ]),
    );
    const { rows } = await admin.query(`SELECT 'public.orders'::regclass::oid::int AS oid`);
    expect(found.find(({ streamTable }) => streamTable.name === 'totals')).toMatchObject({
      streamTable: { schema: 'public', name: 'totals' },
      source: { schema: 'public', name: 'orders' },
      sourceOid: rows[0].oid,
      cdcMode: 'TRIGGER',
      slotName: null,
    });
  });
});

describe('history()', () => {
  beforeAll(async () => {
    await admin.query(`
      DELETE FROM pgstream.pgs_refresh_history USING pgstream.pgs_stream_tables s WHERE s.pgs_id = pgs_refresh_history.pgs_id AND s.pgs_name = 'totals';
      INSERT INTO pgstream.pgs_refresh_history (pgs_id, data_timestamp, start_time, end_time, action, rows_inserted, rows_deleted, error_message, status, initiated_by)
      SELECT pgs_id, '2026-01-01 00:00+00'::timestamptz + n * interval '1 minute', '2026-01-01 00:00:01+00', CASE WHEN n < 25 THEN '2026-01-01 00:00:02+00'::timestamptz END,
        'DIFFERENTIAL', 9007199254740991, NULL, CASE WHEN n = 25 THEN 'division by zero' END, CASE WHEN n = 25 THEN 'FAILED' ELSE 'COMPLETED' END, 'SCHEDULER'
      FROM pgstream.pgs_stream_tables, generate_series(1, 25) n WHERE pgs_name = 'totals'`);
  });

  it('has the fill by create where the extension records it', async () => {
    const filled = { action: 'FULL', status: 'COMPLETED', initiatedBy: 'INITIAL', rowsInserted: 0 };
    const history = await pgstream.table({ schema: 'reports', name: 'amounts' }).history();
    expect(history).toMatchObject(onPgTrickle ? [filled] : []);
  });

  it('gives the 20 newest, newest first', async () => {
    const history = await pgstream.table('totals').history();
    expect(history).toHaveLength(20);
    expect(history.slice(0, 2)).toStrictEqual([
      {
        id: expect.stringMatching(/^\d+$/),
        action: 'DIFFERENTIAL',
        status: 'FAILED',
        initiatedBy: 'SCHEDULER',
        reason: null,
        dataTimestamp: new Date('2026-01-01T00:25:00Z'),
        startedAt: new Date('2026-01-01T00:00:01Z'),
        endedAt: null,
        rowsInserted: Number.MAX_SAFE_INTEGER,
        rowsDeleted: null,
        rowsUpdated: extension.hasWideCatalog ? 0 : null,
        errorMessage: 'division by zero',
      },
      expect.objectContaining({
        dataTimestamp: new Date('2026-01-01T00:24:00Z'),
        endedAt: new Date('2026-01-01T00:00:02Z'),
        errorMessage: null,
      }),
    ]);
  });

  it.each([
    [0, 0],
    [3, 3],
    [1_000_000, 25],
  ])('gives at most the limit: %d gives %d', async (limit, length) => {
    expect(await pgstream.table('totals').history({ limit })).toHaveLength(length);
  });

  it('orders records of one data timestamp by their ids', async () => {
    await admin.query('BEGIN');
    await admin.query(
      `INSERT INTO pgstream.pgs_refresh_history (refresh_id, pgs_id, data_timestamp, start_time, action, status)
       SELECT n, pgs_id, '2026-02-01 00:00+00', now(), 'NO_DATA', 'COMPLETED'
       FROM pgstream.pgs_stream_tables, unnest(ARRAY[1003, 1001, 1004, 1002]) n WHERE pgs_name = 'totals'`,
    );
    const history = await pgstream.table('totals').history({ limit: 3 });
    await admin.query('ROLLBACK');
    expect(history.map(({ id }) => id)).toStrictEqual(['1004', '1003', '1002']);
  });

  describe.each([
    ['different timestamps', `now() - n * interval '1 second'`],
    ['one timestamp', 'now()'],
  ])('over 200,000 records of %s', (_, timestamp) => {
    it.each(['never analyzed', 'analyzed'])(
      'takes the newest from the index, and sorts no others: %s',
      async (state) => {
        await admin.query('BEGIN');
        await admin.query(
          `INSERT INTO pgstream.pgs_refresh_history (pgs_id, data_timestamp, start_time, action, status)
         SELECT pgs_id, ${timestamp}, now(), 'NO_DATA', 'COMPLETED'
         FROM pgstream.pgs_stream_tables, generate_series(1, 200000) n WHERE pgs_name = 'totals'`,
        );
        if (state === 'analyzed') await admin.query('ANALYZE pgstream.pgs_refresh_history');
        const executor = recording(fromPg(admin));
        await createPgStream(executor).table('totals').history({ limit: 5 });
        const { text, params } = executor.sent.at(-1) ?? { text: '', params: [] };
        const { rows } = await admin.query<{ 'QUERY PLAN': unknown }>(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, [
          ...params,
        ]);
        await admin.query('ROLLBACK');
        const scanned = scansOf(rows[0]?.['QUERY PLAN'], inItsNames('pgs_refresh_history'));
        const index = inItsNames('idx_hist_pgs_ts');
        expect(scanned).toMatchObject([{ 'Node Type': 'Index Scan', 'Index Name': index }]);
        expect(scanned[0]?.['Actual Rows']).toBeLessThan(1_100);
      },
    );
  });

  it('is empty for a table whose refreshes were not recorded', async () => {
    expect(await pgstream.table('of_view').history()).toStrictEqual([]);
  });

  it.each([-1, 1.5, Number.NaN])('refuses a limit of %d', async (limit) => {
    await expect(pgstream.table('totals').history({ limit })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('adds up in refreshStats()', async () => {
    const stats = await pgstream.refreshStats();
    expect(stats.map(({ name }) => name)).toStrictEqual(['of_view', 'totals', 'amounts']);
    expect(stats[0]).toMatchObject({ totalRefreshes: 0, lastAction: null, lastRefreshAt: null, stalenessMs: null });
    expect(stats[1]).toMatchObject({
      schema: 'public',
      status: 'ACTIVE',
      refreshMode: 'DIFFERENTIAL',
      isPopulated: true,
      totalRefreshes: 25,
      successfulRefreshes: 24,
      failedRefreshes: 1,
      lastRefreshAt: await pgstream.table('totals').lastRefreshAt(),
    });
  });
});

describe('explain()', () => {
  it('tells what the extension makes of the query', async () => {
    expect(await pgstream.table('totals').explain()).toMatchObject({
      isDifferentiable: true,
      reason: null,
      properties: {
        defining_query: TOTALS,
        refresh_mode: 'DIFFERENTIAL',
        status: 'ACTIVE',
        [`${extension.prefix}name`]: 'public.totals',
      },
    });
  });
});

describe('cdcHealth() and slotHealth()', () => {
  it('tell how changes of a source are captured', async () => {
    const { rows } = await admin.query(`SELECT 'public.orders'::regclass::oid::int AS oid`);
    const { oid } = rows[0];
    expect(await pgstream.cdcHealth()).toContainEqual({
      sourceOid: oid,
      source: { schema: 'public', name: 'orders' },
      cdcMode: 'TRIGGER',
      slotName: null,
      lagBytes: null,
      confirmedLsn: null,
      alert: null,
    });
    expect(await pgstream.slotHealth()).toContainEqual({
      slotName: `${extension.name}_cdc_${oid}`,
      sourceOid: oid,
      active: true,
      retainedWalBytes: 0,
      walStatus: 'trigger',
    });
  });
});
