import { PGlite } from '@electric-sql/pglite';
import { live } from '@electric-sql/pglite/live';
import { pgstreamEmulator } from '@pgstream/emulator/pglite';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';

const open = () => PGlite.create({ extensions: { live, pgstream: pgstreamEmulator() } });

let pg: Awaited<ReturnType<typeof open>>;

beforeAll(async () => {
  pg = await open();
});
afterAll(() => pg.close());
beforeEach(async () => {
  await pg.exec(`DROP TABLE IF EXISTS totals, orders, marks, seen CASCADE;
    CREATE TABLE marks (n int);
    CREATE TABLE orders (id int PRIMARY KEY, customer text, amount int);
    INSERT INTO orders VALUES (1, 'Ada', 10)`);
});

const create = (mode: string): Promise<unknown> =>
  pg.query('SELECT pgstream.create_stream_table($1, $2, refresh_mode => $3)', [
    'public.totals',
    'SELECT customer, sum(amount)::int AS total FROM public.orders GROUP BY customer',
    mode,
  ]);

const order = (id: number): Promise<unknown> => pg.query(`INSERT INTO orders VALUES ($1, 'Ada', 10)`, [id]);

async function listen(callback: (payload: string) => void): Promise<void> {
  const unlisten = await pg.listen('pgstream_refresh', callback);
  onTestFinished(() => unlisten());
}

const refresh = (): Promise<unknown> => pg.query(`SELECT pgstream.refresh_stream_table('public.totals')`);

/** A live query of the stream table, and the totals that it has shown. */
async function watch() {
  const shown: unknown[] = [];
  const query = await pg.live.query<{ total: number }>('SELECT total FROM totals', [], ({ rows: [row] }) => {
    if (row && shown.at(-1) !== row.total) shown.push(row.total);
  });
  onTestFinished(() => query.unsubscribe());
  return { query, shown };
}

/** Until a live query of an ordinary table shows a write of now: what the other has not shown by then, it never will. */
async function untilNoticed(): Promise<void> {
  let noticed = 0;
  const { unsubscribe } = await pg.live.query('SELECT n FROM marks', [], ({ rows }) => {
    noticed = rows.length;
  });
  await pg.exec('INSERT INTO marks VALUES (1)');
  await vi.waitFor(() => expect(noticed).toBe(1));
  await unsubscribe();
}

describe('live queries of PGlite over a stream table of pg_stream', () => {
  test('show an incremental refresh, but not the first one after create, which is a full one', async () => {
    await create('DIFFERENTIAL');
    const { shown } = await watch();
    await order(2);
    await refresh();
    await untilNoticed();
    expect(shown).toEqual([10]);

    await order(3);
    await refresh();
    await vi.waitFor(() => expect(shown).toEqual([10, 30]));
  });

  test('do not show full refreshes, until the refresh channel tells them', async () => {
    await create('FULL');
    const { query, shown } = await watch();
    await order(2);
    await refresh();
    await untilNoticed();
    expect(shown).toEqual([10]);

    await listen(() => void query.refresh());
    await order(3);
    await refresh();
    await vi.waitFor(() => expect(shown).toEqual([10, 30]));
  });

  test('that listen to the refresh channel show the first refresh after create, too', async () => {
    await create('DIFFERENTIAL');
    const { query, shown } = await watch();
    const heard: unknown[] = [];
    await listen((payload) => {
      heard.push(JSON.parse(payload));
      void query.refresh();
    });
    await order(2);
    await refresh();
    await vi.waitFor(() => expect(shown).toEqual([10, 20]));
    expect(heard).toEqual([{ stream_table: 'totals', schema: 'public', mode: 'FULL' }]);
  });
});

test.for(['FULL', 'DIFFERENTIAL'])(
  'a trigger of yours on a stream table in %s mode does not fire for a full refresh, which is notified instead',
  async (mode) => {
    await pg.exec(`CREATE TABLE seen (n int);
      CREATE OR REPLACE FUNCTION saw() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO seen VALUES (1); RETURN NULL; END'`);
    await create(mode);
    await pg.exec('CREATE TRIGGER mine AFTER INSERT OR UPDATE OR DELETE ON totals EXECUTE FUNCTION saw()');
    let told = 0;
    await listen(() => (told += 1));
    const after = async (id: number) => {
      await order(id);
      await refresh();
      const { rows } = await pg.query<{ n: number }>('SELECT count(*)::int AS n FROM seen');
      return { fired: (rows[0]?.n ?? 0) > 0, told };
    };
    expect(await after(2)).toEqual({ fired: false, told: 1 });
    expect(await after(3)).toEqual(mode === 'FULL' ? { fired: false, told: 2 } : { fired: true, told: 1 });
  },
);
