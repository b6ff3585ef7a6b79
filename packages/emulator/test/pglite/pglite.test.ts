import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { pgstreamEmulator } from '@pgstream/emulator/pglite';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';

let pg: PGlite;

beforeAll(async () => {
  pg = await PGlite.create({ extensions: { pgstream: pgstreamEmulator() } });
});

afterAll(() => pg.close());

beforeEach(async () => {
  await pg.exec(`
    DROP TABLE IF EXISTS best, totals, orders;
    CREATE TABLE orders (id int PRIMARY KEY, customer text, amount int);
    INSERT INTO orders VALUES (1, 'Ada', 10), (2, 'Bob', 5)`);
});

const totals = `SELECT customer, sum(amount) AS total FROM public.orders GROUP BY customer`;

const create = (name: string, query: string): Promise<unknown> =>
  pg.query('SELECT pgstream.create_stream_table($1, $2)', [name, query]);

const refresh = (name: string): Promise<unknown> => pg.query('SELECT pgstream.refresh_stream_table($1)', [name]);

const rows = async (statement: string): Promise<unknown[]> => (await pg.query(statement)).rows;

describe('pg_stream in PGlite', () => {
  test('is created, with its settings, and creating it again is what IF NOT EXISTS is for', async () => {
    await pg.exec('CREATE EXTENSION IF NOT EXISTS pg_stream');
    expect(
      await rows(`SELECT extversion, current_setting('pg_stream.min_schedule_seconds') AS min
                  FROM pg_extension WHERE extname = 'pg_stream'`),
    ).toEqual([{ extversion: '0.1.1', min: '60' }]);
  });

  test('creates and refreshes stream tables, one on another', async () => {
    await create('public.totals', totals);
    await create('public.best', 'SELECT max(total) AS best FROM public.totals');
    await pg.exec(`INSERT INTO orders VALUES (3, 'Bob', 20); DELETE FROM orders WHERE id = 1`);
    await refresh('public.totals');
    await refresh('public.best');
    expect(await rows('SELECT customer, total::int FROM totals')).toEqual([{ customer: 'Bob', total: 25 }]);
    expect(await rows('SELECT best::int FROM best')).toEqual([{ best: 25 }]);
    expect(await rows(`SELECT stale FROM pgstream.stream_tables_info ORDER BY pgs_id`)).toEqual([
      { stale: false },
      { stale: false },
    ]);
  });

  test('rolls back with the transaction', async () => {
    await create('public.totals', totals);
    await pg.transaction(async (tx) => {
      await tx.query(`INSERT INTO orders VALUES (3, 'Cleo', 1)`);
      await tx.query(`SELECT pgstream.refresh_stream_table('public.totals')`);
      expect((await tx.query('SELECT count(*)::int AS n FROM totals')).rows).toEqual([{ n: 3 }]);
      await tx.rollback();
    });
    expect(await rows('SELECT count(*)::int AS n FROM totals')).toEqual([{ n: 2 }]);
  });

  test('answers with the errors of the original', async () => {
    await expect(refresh('public.nothing')).rejects.toMatchObject({
      code: 'XX000',
      message: 'stream table not found: public.nothing',
    });
  });

  test('notices changed and dropped tables', async () => {
    await create('public.totals', totals);
    await pg.exec('ALTER TABLE orders ADD COLUMN note text');
    expect(await rows('SELECT needs_reinit FROM pgstream.pgs_stream_tables')).toEqual([{ needs_reinit: true }]);
    await pg.exec('DROP TABLE totals');
    expect(await rows('SELECT FROM pgstream.pgs_stream_tables')).toEqual([]);
  });

  test('notifies those who listen on the same PGlite', async () => {
    await create('public.totals', totals);
    const heard: string[] = [];
    const unlisten = await pg.listen('pg_stream_alert', (payload) => heard.push(payload));
    await pg.exec(`SELECT pgstream.alter_stream_table('public.totals', status => 'SUSPENDED');
                   SELECT pgstream.resume_stream_table('public.totals')`);
    await unlisten();
    expect(heard.map((payload) => JSON.parse(payload) as unknown)).toEqual([
      { event: 'resumed', pgs_schema: 'public', pgs_name: 'totals', st: 'public.totals', previous_status: 'SUSPENDED' },
    ]);
  });
});

test('a PGlite that keeps its data finds its stream tables again', async () => {
  const dataDir = join(await mkdtemp(join(tmpdir(), 'pgstream-pglite-')), 'data');
  onTestFinished(() => rm(join(dataDir, '..'), { recursive: true, force: true }));
  const open = (): Promise<PGlite> => PGlite.create({ dataDir, extensions: { pgstream: pgstreamEmulator() } });
  const first = await open();
  await first.exec(
    `CREATE TABLE t (id int PRIMARY KEY); SELECT pgstream.create_stream_table('public.s', 'SELECT id FROM public.t')`,
  );
  await first.close();
  const second = await open();
  await second.exec(`INSERT INTO t VALUES (7); SELECT pgstream.refresh_stream_table('public.s')`);
  expect((await second.query('SELECT id FROM s')).rows).toEqual([{ id: 7 }]);
  await second.close();
});

test('the CommonJS build makes the same extension', () => {
  const built = createRequire(import.meta.url)('../../dist/pglite.cjs') as {
    pgstreamEmulator: typeof pgstreamEmulator;
  };
  expect(built.pgstreamEmulator()).toEqual({ name: 'pg_stream', setup: expect.any(Function) });
});
