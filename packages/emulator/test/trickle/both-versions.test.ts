import { describe, expect, test } from 'vitest';
import { column, noticesOf, rows, trickleServer } from './server.ts';

const totals = `'SELECT kind, sum(v) AS total FROM public.s GROUP BY kind'`;

describe.for(['0.67', '0.108'] as const)('pg_trickle %s', (version) => {
  const server = trickleServer(version);

  test('refreshes once per transaction and session: who comes second hears a notice, until the first has committed', async () => {
    const client = await server.open();
    const other = await server.beside(client);
    await client.query(`SELECT pgtrickle.create_stream_table('public.t', ${totals})`);
    await client.query(`BEGIN; SELECT pgtrickle.refresh_stream_table('t')`);
    const heard = noticesOf(other);
    await other.query(`SELECT pgtrickle.refresh_stream_table('t')`);
    expect(heard).toEqual(['NOTICE: refresh skipped: public.t — another refresh is already in progress']);
    await client.query('COMMIT');
    await other.query(`SELECT pgtrickle.refresh_stream_table('t')`);
    expect(heard.slice(1)).toEqual(['INFO: Stream table public.t refreshed (DIFFERENTIAL: +0 -0)']);
  });

  test('sees the writes of a transaction before each of its refreshes', async () => {
    const client = await server.open();
    await client.query(`SELECT pgtrickle.create_stream_table('public.t', ${totals})`);
    for (const id of [3, 4]) {
      if (id === 3) await client.query('BEGIN');
      await client.query(`INSERT INTO s VALUES (${id}, 'a', 1)`);
      await client.query(`SELECT pgtrickle.refresh_stream_table('t')`);
    }
    await client.query('COMMIT');
    expect(await column(client, `SELECT total::int FROM t WHERE kind = 'a'`)).toEqual([12]);
  });

  test('keeps what it did in history, which goes with the table', async () => {
    const client = await server.open();
    await client.query(`SELECT pgtrickle.create_stream_table('public.t', ${totals})`);
    await client.query(`SELECT pgtrickle.refresh_stream_table('t')`);
    expect(await column(client, 'SELECT initiated_by FROM pgtrickle.pgt_refresh_history ORDER BY refresh_id')).toEqual([
      'INITIAL',
      'MANUAL',
    ]);
    await client.query(`SELECT pgtrickle.drop_stream_table('t')`);
    expect(await rows(client, 'SELECT 1 FROM pgtrickle.pgt_refresh_history')).toEqual([]);
  });

  test('moves data_timestamp only with the data', async () => {
    const client = await server.open();
    await client.query(`SELECT pgtrickle.create_stream_table('public.t', ${totals})`);
    const moved = `SELECT data_timestamp < last_refresh_at AS behind FROM pgtrickle.pgt_stream_tables`;
    await client.query(`SELECT pgtrickle.refresh_stream_table('t')`);
    expect(await column(client, moved)).toEqual([true]);
    await client.query(`DELETE FROM s WHERE id = 2`);
    await client.query(`SELECT pgtrickle.refresh_stream_table('t')`);
    expect(await column(client, moved)).toEqual([false]);
  });

  test('creates only what is not there, and replaces what is', async () => {
    const client = await server.open();
    const create = (how: string, query: string): Promise<unknown> =>
      client.query(`SELECT pgtrickle.${how}('public.t', '${query}', schedule => '5m')`);
    await create('create_stream_table_if_not_exists', 'SELECT id FROM public.s');
    await create('create_stream_table_if_not_exists', 'SELECT v FROM public.s');
    expect(await rows(client, 'SELECT id FROM t ORDER BY id')).toEqual([{ id: 1 }, { id: 2 }]);
    await create('create_or_replace_stream_table', 'SELECT kind FROM public.s');
    expect(await column(client, 'SELECT kind FROM t ORDER BY kind')).toEqual(['a', 'b']);
    await client.query(
      `SELECT pgtrickle.alter_stream_table('t', query => 'SELECT v::int AS v FROM public.s', schedule => 'calculated')`,
    );
    expect(await column(client, 'SELECT v FROM t ORDER BY v')).toEqual([5, 10]);
    expect(await column(client, 'SELECT schedule FROM pgtrickle.pgt_stream_tables')).toEqual([null]);
  });

  test('drops what is built on a table only with cascade', async () => {
    const client = await server.open();
    await client.query(`
      SELECT pgtrickle.create_stream_table('public.low', 'SELECT id FROM public.s');
      SELECT pgtrickle.create_stream_table('public.high', 'SELECT id FROM public.low')`);
    await expect(client.query(`SELECT pgtrickle.drop_stream_table('low')`)).rejects.toMatchObject({
      code: '22023',
      message: expect.stringContaining('has dependent stream tables: public.high.'),
    });
    await client.query(`SELECT pgtrickle.drop_stream_table('low', cascade => true)`);
    expect(await rows(client, 'SELECT 1 FROM pgtrickle.pgt_stream_tables')).toEqual([]);
  });

  test('takes the first rows of an order', async () => {
    const client = await server.open();
    await client.query(
      `SELECT pgtrickle.create_stream_table('public.top', 'SELECT id, v FROM public.s ORDER BY v DESC LIMIT 1')`,
    );
    await client.query(`INSERT INTO s VALUES (3, 'c', 20); SELECT pgtrickle.refresh_stream_table('top')`);
    expect(await column(client, 'SELECT id FROM top')).toEqual([3]);
  });

  test('keeps the sum and the count behind an average in hidden columns', async () => {
    const client = await server.open();
    await client.query(
      `SELECT pgtrickle.create_stream_table('public.t', 'SELECT kind, avg(v) AS mean FROM public.s GROUP BY kind')`,
    );
    await client.query(`INSERT INTO s VALUES (3, 'a', 20); SELECT pgtrickle.refresh_stream_table('t')`);
    expect(
      await rows(
        client,
        `SELECT mean::int, __pgt_aux_sum_mean::int AS sum, __pgt_aux_count_mean::int AS n FROM t WHERE kind = 'a'`,
      ),
    ).toEqual([{ mean: 15, sum: 30, n: 2 }]);
  });

  test('tells the state of capture, and of all', async () => {
    const client = await server.open();
    const health = 'SELECT total_stream_tables::int AS all, status FROM pgtrickle.quick_health';
    expect(await rows(client, health)).toEqual([{ all: 0, status: 'EMPTY' }]);
    await client.query(`SELECT pgtrickle.create_stream_table('public.t', ${totals})`);
    expect(await rows(client, health)).toEqual([{ all: 1, status: 'OK' }]);
    expect(
      await rows(client, 'SELECT pgt_name, source_schema, source_name, cdc_mode FROM pgtrickle.pgt_cdc_status'),
    ).toEqual([{ pgt_name: 't', source_schema: 'public', source_name: 's', cdc_mode: 'TRIGGER' }]);
  });

  describe('IMMEDIATE', () => {
    test('follows its sources in the transaction of the writer, whoever that is', async () => {
      const client = await server.open();
      const role = `writer_${version.replace('.', '_')}`;
      await client.query(`
        SELECT pgtrickle.create_stream_table('public.t', ${totals}, '5m', 'IMMEDIATE');
        CREATE ROLE ${role}; GRANT ALL ON s TO ${role}; GRANT SELECT ON t TO ${role}`);
      expect(await rows(client, 'SELECT schedule, refresh_mode FROM pgtrickle.pgt_stream_tables')).toEqual([
        { schedule: null, refresh_mode: 'IMMEDIATE' },
      ]);
      await client.query(`SET ROLE ${role}; BEGIN; INSERT INTO s VALUES (3, 'b', 1)`);
      const total = `SELECT total::int FROM t WHERE kind = 'b'`;
      expect(await column(client, total)).toEqual([6]);
      await client.query('ROLLBACK');
      expect(await column(client, total)).toEqual([5]);
      await client.query('UPDATE s SET v = 7 WHERE id = 2; DELETE FROM s WHERE id = 1');
      expect(await column(client, 'SELECT total::int FROM t')).toEqual([7]);
      await client.query('RESET ROLE');
      await expect(client.query('DELETE FROM t')).rejects.toMatchObject({ code: 'P0001' });
      await client.query('TRUNCATE s');
      expect(await column(client, 'SELECT total FROM t')).toEqual([]);
    });

    test('counts what two writers have written, who wait for each other', async () => {
      const client = await server.open();
      const other = await server.beside(client);
      await client.query(`SELECT pgtrickle.create_stream_table('public.t', ${totals}, refresh_mode => 'IMMEDIATE')`);
      await client.query(`BEGIN; INSERT INTO s VALUES (3, 'a', 1)`);
      const second = other.query(`INSERT INTO s VALUES (4, 'a', 2)`);
      await client.query('SELECT pg_sleep(0.2); COMMIT');
      await second;
      expect(await column(client, `SELECT total::int FROM t WHERE kind = 'a'`)).toEqual([13]);
    });

    test('ends with another mode, and with the table', async () => {
      const client = await server.open();
      const triggers = `SELECT count(*)::int FROM pg_trigger WHERE tgname LIKE 'pgt\\_ivm\\_%'`;
      await client.query(`SELECT pgtrickle.create_stream_table('public.t', ${totals})`);
      expect(await column(client, triggers)).toEqual([0]);
      await client.query(`SELECT pgtrickle.alter_stream_table('t', refresh_mode => 'IMMEDIATE')`);
      expect(await column(client, triggers)).toEqual([1]);
      await client.query(`SELECT pgtrickle.alter_stream_table('t', refresh_mode => 'DIFFERENTIAL')`);
      expect(await column(client, triggers)).toEqual([0]);
      await client.query(`SELECT pgtrickle.alter_stream_table('t', refresh_mode => 'IMMEDIATE')`);
      await client.query(`SELECT pgtrickle.drop_stream_table('t')`);
      expect(await column(client, triggers)).toEqual([0]);
    });
  });

  describe('the scheduler', () => {
    const refresh = `SELECT pgtrickle._scheduler_refresh(pgt_id) AS action FROM pgtrickle.pgt_stream_tables WHERE pgt_name = 't'`;

    test('takes a table without a schedule for due when there is something new', async () => {
      const client = await server.open();
      await client.query(`SELECT pgtrickle.create_stream_table('public.t', ${totals})`);
      const due = 'SELECT pgt_name FROM pgtrickle._scheduler_due() WHERE is_due';
      expect(await column(client, due)).toEqual([]);
      await client.query(`INSERT INTO s VALUES (3, 'b', 1)`);
      expect(await column(client, due)).toEqual(['t']);
      expect(await column(client, refresh)).toEqual(['DIFFERENTIAL']);
      expect(await column(client, `SELECT total::int FROM t WHERE kind = 'b'`)).toEqual([6]);
    });

    test('finds nothing to do in a chain that was just created', async () => {
      const client = await server.open();
      await client.query(`SELECT pgtrickle.create_stream_table('public.low', ${totals})`);
      await client.query(`SELECT pgtrickle.create_stream_table('public.t', 'SELECT kind FROM public.low', '1s')`);
      expect(await column(client, refresh)).toEqual(['NO_DATA']);
    });

    test('gives up at once what will not pass by itself, and says so in the catalog', async () => {
      const client = await server.open();
      await client.query(
        `SELECT pgtrickle.create_stream_table('public.t', 'SELECT id, 1 / v AS inverse FROM public.s')`,
      );
      await client.query('UPDATE s SET v = 0');
      expect(await column(client, refresh)).toEqual(['FAILED']);
      expect(await rows(client, 'SELECT status, last_error_message FROM pgtrickle.pgt_stream_tables')).toEqual([
        { status: 'ERROR', last_error_message: 'division by zero' },
      ]);
    });
  });
});
