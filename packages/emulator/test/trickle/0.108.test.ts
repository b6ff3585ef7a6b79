import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';
import { column, rows, trickleServer } from './server.ts';

// What the install script and the documents of 0.108.3 say; no real server was asked.
const server = trickleServer('0.108');
let client: Client;

beforeEach(async () => {
  client = await server.open();
});

const create = (
  name = 'public.t',
  query = 'SELECT kind, sum(v) AS total FROM public.s GROUP BY kind',
): Promise<unknown> => client.query('SELECT pgtrickle.create_stream_table($1, $2)', [name, query]);
const refresh = (by = client, name = 't'): Promise<unknown> =>
  by.query('SELECT pgtrickle.refresh_stream_table($1)', [name]);

describe('storage and catalog', () => {
  test('identify rows by bytes that are never missing', async () => {
    await create();
    expect(
      await rows(
        client,
        `SELECT format_type(atttypid, NULL) AS type, attnotnull AS not_null FROM pg_attribute
         WHERE attrelid = 't'::regclass AND attname = '__pgt_row_id'`,
      ),
    ).toEqual([{ type: 'bytea', not_null: true }]);
  });

  test('hold the rows of EXCEPT that are in its result, and no others', async () => {
    await create('public.t', 'SELECT id FROM public.s EXCEPT SELECT 1 FROM public.s');
    await client.query('INSERT INTO s VALUES (3)');
    await refresh();
    expect(await column(client, 'SELECT id FROM t ORDER BY id')).toEqual([2, 3]);
    expect(
      await column(
        client,
        `SELECT attname FROM pg_attribute WHERE attrelid = 't'::regclass AND attname LIKE '%count%'`,
      ),
    ).toEqual([]);
  });

  test('keep what was asked for beside what it came to', async () => {
    await create();
    await client.query(
      `SELECT pgtrickle.create_stream_table('public.f', 'SELECT id FROM public.s', refresh_mode => 'full')`,
    );
    expect(
      await rows(
        client,
        'SELECT requested_refresh_mode AS asked, refresh_mode AS mode FROM pgtrickle.pgt_stream_tables ORDER BY pgt_id',
      ),
    ).toEqual([
      { asked: 'AUTO', mode: 'DIFFERENTIAL' },
      { asked: 'FULL', mode: 'FULL' },
    ]);
  });

  test('accept names in quotes', async () => {
    await client.query('CREATE SCHEMA "my.schema"');
    await create('"my.schema"."Two Words"', 'SELECT id FROM public.s');
    await refresh(client, '"my.schema"."Two Words"');
    expect(await column(client, 'SELECT id FROM "my.schema"."Two Words" ORDER BY id')).toEqual([1, 2]);
  });

  test('tell the version', async () => {
    expect(await column(client, 'SELECT pgtrickle.version()')).toEqual(['0.108.3']);
  });
});

describe('rights', () => {
  let serial = 0;
  let role: string;

  beforeEach(async () => {
    serial += 1;
    role = `app_${serial}`;
    await client.query(
      `CREATE ROLE ${role}; GRANT USAGE ON SCHEMA pgtrickle TO ${role}; GRANT CREATE ON SCHEMA public TO ${role}`,
    );
  });

  const as = async (statement: string): Promise<unknown> => {
    await client.query(`SET ROLE ${role}`);
    try {
      return await client.query(statement);
    } finally {
      await client.query('RESET ROLE');
    }
  };

  test('to change stream tables are not everybody’s, those to read their state are', async () => {
    await create();
    await expect(as(`SELECT pgtrickle.refresh_stream_table('public.t')`)).rejects.toMatchObject({
      code: '42501',
      message: 'permission denied for function refresh_stream_table',
    });
    await expect(as('SELECT pgtrickle.version()')).resolves.toBeDefined();
    await expect(as(`SELECT pgtrickle.get_staleness('t')`)).rejects.toMatchObject({
      message: 'permission denied for table pgt_stream_tables',
    });
  });

  test('come with the roles that the extension makes, but for the ownership', async () => {
    await create();
    await client.query(`GRANT pgtrickle_operator TO ${role}`);
    await expect(as(`SELECT pgtrickle.refresh_stream_table('public.t')`)).rejects.toMatchObject({
      code: '42501',
      message: 'permission denied: must be owner of stream table public.t',
    });
    await client.query(`ALTER TABLE t OWNER TO ${role}`);
    await expect(as(`SELECT pgtrickle.refresh_stream_table('public.t')`)).rejects.toMatchObject({
      code: '42501',
      message: 'permission denied for table s',
    });
    await client.query(`GRANT SELECT ON s TO ${role}`);
    await as(`SELECT pgtrickle.refresh_stream_table('public.t')`);
  });

  test('are asked of who is logged in, also inside of another definer’s function', async () => {
    await create();
    await client.query(`
      CREATE FUNCTION refresh_for_all() RETURNS void LANGUAGE sql SECURITY DEFINER AS
        $$ SELECT pgtrickle.refresh_stream_table('public.t') $$`);
    await expect(as('SELECT refresh_for_all()')).rejects.toMatchObject({
      message: 'permission denied: must be owner of stream table public.t',
    });
  });

  test('of who creates are enough, and the table is theirs', async () => {
    await client.query(`GRANT pgtrickle_admin, pgtrickle_operator TO ${role}; GRANT SELECT ON s TO ${role}`);
    await as(`SELECT pgtrickle.create_stream_table('public.mine', 'SELECT id FROM public.s')`);
    expect(await column(client, `SELECT tableowner FROM pg_tables WHERE tablename = 'mine'`)).toEqual([role]);
    await client.query('INSERT INTO s VALUES (3)');
    await as(`SELECT pgtrickle.refresh_stream_table('mine')`);
    expect(await column(client, 'SELECT count(*)::int FROM mine')).toEqual([3]);
    await as(`SELECT pgtrickle.drop_stream_table('mine')`);
  });

  test('to a source and to its schema are asked for', async () => {
    await client.query(`GRANT pgtrickle_admin TO ${role}`);
    await expect(
      as(`SELECT pgtrickle.create_stream_table('public.mine', 'SELECT id FROM public.s')`),
    ).rejects.toMatchObject({
      code: '42501',
      message: 'permission denied for table s',
    });
    await client.query(`GRANT SELECT ON s TO ${role}; REVOKE CREATE ON SCHEMA public FROM ${role}`);
    await expect(
      as(`SELECT pgtrickle.create_stream_table('public.mine', 'SELECT id FROM public.s')`),
    ).rejects.toMatchObject({
      code: '42501',
      message: 'permission denied for schema public',
    });
  });

  test('on the extension are not needed for DDL and for writing to sources', async () => {
    await create();
    await client.query(`REVOKE USAGE ON SCHEMA pgtrickle FROM ${role}; GRANT ALL ON s TO ${role}`);
    await as('CREATE TABLE public.theirs (id int); ALTER TABLE public.theirs ADD x int; DROP TABLE public.theirs');
    await as(`INSERT INTO s VALUES (3, 'b', 1)`);
    await refresh();
    expect(await column(client, `SELECT total::int FROM t WHERE kind = 'b'`)).toEqual([6]);
  });
});

describe('a refresh', () => {
  test('waits for the writers of its sources, and loses nothing', async () => {
    await create();
    const writer = await server.beside(client);
    await writer.query(`BEGIN; INSERT INTO s VALUES (3, 'b', 1)`);
    let done = false;
    const refreshed = refresh().then(() => (done = true));
    await sleep(200);
    expect(done).toBe(false);
    await writer.query('COMMIT');
    await refreshed;
    expect(await column(client, `SELECT total::int FROM t WHERE kind = 'b'`)).toEqual([6]);
  });

  test('waits no longer than lock_timeout', async () => {
    await create();
    const writer = await server.beside(client);
    await writer.query(`BEGIN; INSERT INTO s VALUES (3, 'b', 1)`);
    await client.query(`SET lock_timeout = '50ms'`);
    await expect(refresh()).rejects.toMatchObject({ code: '55P03' });
    await writer.query('ROLLBACK');
  });

  test('of the scheduler’s does not wait: it is tried again, and is no failure', async () => {
    await create();
    const writer = await server.beside(client);
    await client.query(`INSERT INTO s VALUES (3, 'b', 1)`);
    await writer.query(`BEGIN; INSERT INTO s VALUES (4, 'b', 1)`);
    const scheduled = 'SELECT pgtrickle._scheduler_refresh(pgt_id) FROM pgtrickle.pgt_stream_tables';
    await client.query(scheduled);
    await writer.query('COMMIT');
    await client.query(scheduled);
    expect(await column(client, `SELECT total::int FROM t WHERE kind = 'b'`)).toEqual([7]);
    expect(
      await column(client, `SELECT status FROM pgtrickle.pgt_refresh_history WHERE initiated_by = 'SCHEDULER'`),
    ).toEqual(['COMPLETED']);
  });

  test('follows a stream table below, without computing everything anew', async () => {
    await create();
    await create('public.high', 'SELECT kind, total FROM public.t');
    await client.query(`INSERT INTO s VALUES (3, 'b', 1)`);
    await refresh();
    await refresh(client, 'high');
    expect(await column(client, `SELECT total::int FROM high WHERE kind = 'b'`)).toEqual([6]);
    expect(
      await column(
        client,
        `SELECT action FROM pgtrickle.pgt_refresh_history WHERE initiated_by = 'MANUAL' ORDER BY refresh_id`,
      ),
    ).toEqual(['DIFFERENTIAL', 'DIFFERENTIAL']);
  });

  test('that failed has a code, in the catalog and in history', async () => {
    await create('public.t', 'SELECT id, 1 / v AS inverse FROM public.s');
    await client.query('UPDATE s SET v = 0');
    await client.query('SELECT pgtrickle._scheduler_refresh(pgt_id) FROM pgtrickle.pgt_stream_tables');
    expect(
      await rows(
        client,
        'SELECT last_error_code AS code, last_error_retryable AS again FROM pgtrickle.pgt_stream_tables',
      ),
    ).toEqual([{ code: 'PERMANENT', again: false }]);
    expect(
      await rows(
        client,
        `SELECT error_code, error_sqlstate, retryable FROM pgtrickle.pgt_refresh_history WHERE status = 'FAILED'`,
      ),
    ).toEqual([{ error_code: 'PERMANENT', error_sqlstate: '22012', retryable: false }]);
  });
});

describe('the capture gate', () => {
  test('is shut in a copy of a database with stream tables, until somebody says that it is one of its own', async () => {
    await create();
    const { database = '' } = client;
    await client.end();
    const admin = await server.beside({ database: 'postgres' } as Client);
    await admin.query(`CREATE DATABASE ${database}_copy TEMPLATE ${database}`);
    const copy = await server.beside({ database: `${database}_copy` } as Client);
    await expect(refresh(copy)).rejects.toMatchObject({
      code: '22023',
      message: expect.stringMatching(
        /^invalid argument: pg_trickle capture is quarantined because database identity changed; run/,
      ),
    });
    await copy.query('SELECT pgtrickle.recover_capture_instance()');
    await refresh(copy);
  });

  test('is shut by pause_all() and opened by resume_all()', async () => {
    await create();
    await client.query('SELECT pgtrickle.pause_all()');
    await expect(refresh()).rejects.toMatchObject({
      code: '22023',
      message: expect.stringMatching(
        /^invalid argument: pg_trickle capture is quiesced; run pgtrickle\.resume_all\(\)/,
      ),
    });
    await client.query('SELECT pgtrickle.resume_all()');
    await refresh();
  });
});

describe('other hands', () => {
  test('refresh a table that is EXTERNAL, neither a person nor the scheduler', async () => {
    await create();
    await client.query(`SELECT pgtrickle.set_orchestration_mode('t', 'EXTERNAL')`);
    await expect(refresh()).rejects.toMatchObject({ message: expect.stringMatching(/^PGT_EXT_ORCHESTRATION_MODE: /) });
    await client.query(`INSERT INTO s VALUES (3, 'b', 1)`);
    expect(await rows(client, 'SELECT 1 FROM pgtrickle._scheduler_due()')).toEqual([]);
    await client.query(`SELECT pgtrickle.set_orchestration_mode('t', 'MANAGED')`);
    await refresh();
  });

  test('pause, resume, repair and reinitialize', async () => {
    await create();
    await client.query(`SELECT pgtrickle.pause_stream_table('t')`);
    await expect(refresh()).rejects.toMatchObject({ message: expect.stringContaining('public.t is suspended ; use') });
    await client.query(`SELECT pgtrickle.resume_stream_table('t')`);
    await client.query(
      `SET session_replication_role = replica; UPDATE t SET total = 0; RESET session_replication_role`,
    );
    await client.query(`SELECT pgtrickle.repair_stream_table('t')`);
    expect(await column(client, 'SELECT total::int FROM t ORDER BY 1')).toEqual([5, 10]);
    await client.query(`SELECT pgtrickle.reinitialize_stream_table('t')`);
    expect(await column(client, 'SELECT total::int FROM t ORDER BY 1')).toEqual([5, 10]);
  });
});

/** What the listener is told of what is done. */
async function heard(listener: Client, act: () => Promise<unknown>): Promise<Record<string, unknown>> {
  const payload = new Promise<string>((resolve) => {
    listener.once('notification', ({ payload: text = '' }) => resolve(text));
  });
  await listener.query('LISTEN pg_trickle_alert');
  await act();
  return JSON.parse(await payload) as Record<string, unknown>;
}

describe('an alert', () => {
  test('is JSON, and names the database', async () => {
    await create();
    await client.query(`SELECT pgtrickle.pause_stream_table('t')`);
    const listener = await server.beside(client);
    const [oid] = await column(client, 'SELECT oid::int FROM pg_database WHERE datname = current_database()');
    expect(await heard(listener, () => client.query(`SELECT pgtrickle.resume_stream_table('t')`))).toEqual({
      event: 'resumed',
      pgt_schema: 'public',
      pgt_name: 't',
      st: 'public.t',
      previous_status: 'SUSPENDED',
      database_oid: oid,
    });
  });

  test('that is too long is JSON still, and says what was shortened', async () => {
    await client.query(`
      CREATE FUNCTION public.fails(v numeric) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS
        $$ BEGIN IF v = 0 THEN RAISE EXCEPTION '%', repeat('é"', 8000); END IF; RETURN v; END $$`);
    await create('public.t', 'SELECT id, public.fails(v) AS v FROM public.s');
    await client.query('UPDATE s SET v = 0');
    const listener = await server.beside(client);
    const payload = await heard(listener, () =>
      client.query('SELECT pgtrickle._scheduler_refresh(pgt_id) FROM pgtrickle.pgt_stream_tables'),
    );
    expect(payload).toMatchObject({ event: 'refresh_failed', truncated: true, omitted_fields: ['error'] });
    expect(Buffer.byteLength(JSON.stringify(payload))).toBeLessThanOrEqual(7900);
  });
});

const aim = (target: string, more = ''): Promise<unknown> =>
  client.query(
    `SELECT pgtrickle.create_stream_table('public.t', 'SELECT id FROM public.s', target_freshness => '${target}'${more})`,
  );

describe('target_freshness', () => {
  const aims = `SELECT target_freshness_mode AS target, freshness_deadline_ms::int AS ms, refresh_mode AS mode, schedule FROM pgtrickle.pgt_stream_tables`;

  test.for([
    ['5 seconds', { target: 'INTERVAL', ms: 5000, mode: 'DIFFERENTIAL', schedule: null }],
    ['on_commit', { target: 'ON_COMMIT', ms: null, mode: 'IMMEDIATE', schedule: null }],
    ['manual', { target: 'MANUAL', ms: null, mode: 'DIFFERENTIAL', schedule: null }],
  ] as const)('%s is kept in the catalog', async ([target, expected]) => {
    await aim(target);
    expect(await rows(client, aims)).toEqual([expected]);
  });

  test('may be altered', async () => {
    await create();
    await client.query(`SELECT pgtrickle.alter_stream_table('t', target_freshness => '1 minute')`);
    expect(await rows(client, aims)).toEqual([
      { target: 'INTERVAL', ms: 60_000, mode: 'DIFFERENTIAL', schedule: null },
    ]);
  });

  test('manual keeps the scheduler away', async () => {
    await aim('manual');
    await client.query('INSERT INTO s VALUES (3)');
    expect(await rows(client, 'SELECT 1 FROM pgtrickle._scheduler_due()')).toEqual([]);
  });

  test('is refused beside a schedule, and when it is no interval', async () => {
    await expect(aim('5 seconds', `, schedule => '5m'`)).rejects.toMatchObject({ code: '22023' });
    await expect(aim('soon')).rejects.toMatchObject({ code: '22023' });
  });
});
