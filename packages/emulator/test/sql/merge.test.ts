import { connect, freshDatabase, onEmulator } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';
import { queryKinds, sources } from './queries.ts';

let client: Client;

/** Where each row lies: a row that is written anew lies elsewhere. */
async function places(table: string): Promise<Map<string, string>> {
  const { rows } = await client.query<{ id: string; place: string }>(
    `SELECT coalesce(__pgs_row_id::text, '') AS id, ctid::text AS place FROM ${table}`,
  );
  return new Map(rows.map(({ id, place }) => [id, place]));
}

async function allPlaces(): Promise<Map<string, Map<string, string>>> {
  const found = new Map<string, Map<string, string>>();
  for (const [index, { kind }] of queryKinds.entries()) found.set(kind, await places(`st_${index}`));
  return found;
}

const refresh = (name: string): Promise<unknown> => client.query('SELECT pgstream.refresh_stream_table($1)', [name]);

beforeEach(async () => {
  client = await connect(await freshDatabase());
  await client.query(sources);
  await client.query(`
    INSERT INTO customers SELECT g, 'c' || g, 'north' FROM generate_series(1, 6) g;
    INSERT INTO orders SELECT g, 1 + g % 5, 3 * g, 'n' || g % 4, '2026-01-01', '{"a":1}' FROM generate_series(1, 40) g;
    INSERT INTO lines SELECT g, 1, 'x', g FROM generate_series(1, 40) g;
    INSERT INTO events SELECT 'click', g % 3 FROM generate_series(1, 9) g;`);
});

describe.runIf(onEmulator)('an incremental refresh (emulator only)', () => {
  test('touches no row where nothing has changed, whatever the query', { timeout: 60_000 }, async () => {
    for (const [index, { query }] of queryKinds.entries()) {
      await client.query('SELECT pgstream.create_stream_table($1, $2)', [`public.st_${index}`, query]);
      await refresh(`public.st_${index}`);
    }
    const before = await allPlaces();
    // Changes are captured, but the rows come out as they were.
    await client.query(`
      UPDATE orders SET note = note; UPDATE customers SET name = name; UPDATE events SET at = at;
      INSERT INTO lines VALUES (999, 1, 'x', 1); DELETE FROM lines WHERE order_id = 999`);
    for (const index of queryKinds.keys()) await refresh(`public.st_${index}`);
    expect(await allPlaces()).toEqual(before);
    expect([...before].filter(([, rows]) => rows.size === 0).map(([kind]) => kind)).toEqual([]);
  });

  test('touches the rows that differ, and only them', async () => {
    await client.query(
      "SELECT pgstream.create_stream_table('public.t', 'SELECT customer_id, sum(amount) AS total FROM orders GROUP BY customer_id')",
    );
    await refresh('public.t');
    const before = await places('t');
    await client.query('UPDATE orders SET amount = amount + 1 WHERE id = 7');
    await refresh('public.t');
    const after = await places('t');
    expect([...after.keys()].toSorted()).toEqual([...before.keys()].toSorted());
    expect([...after].filter(([id, place]) => before.get(id) !== place)).toHaveLength(1);
  });

  test('changes a value that only looks the same', async () => {
    await client.query('CREATE TABLE measured (id int PRIMARY KEY, amount numeric, data json)');
    await client.query(`INSERT INTO measured VALUES (1, 1, '{"a":1}')`);
    await client.query("SELECT pgstream.create_stream_table('public.t', 'SELECT id, amount, data FROM measured')");
    await refresh('public.t');
    await client.query(`UPDATE measured SET amount = 1.00, data = '{"a": 1}' WHERE id = 1`);
    await refresh('public.t');
    const { rows } = await client.query('SELECT amount::text, data::text FROM t');
    expect(rows).toEqual([{ amount: '1.00', data: '{"a": 1}' }]);
  });

  test('does not depend on how the session prints values', async () => {
    await client.query(
      "SELECT pgstream.create_stream_table('public.t', 'SELECT seen, amount::float8 AS f, count(*) AS n FROM orders GROUP BY 1, 2')",
    );
    await refresh('public.t');
    const before = await places('t');
    await client.query("SET timezone = 'Asia/Tokyo'; SET extra_float_digits = -5; SET datestyle = 'German'");
    await client.query('UPDATE orders SET note = note');
    await refresh('public.t');
    expect(await places('t')).toEqual(before);
  });

  test('keeps counting the rows behind a row', async () => {
    await client.query(
      "SELECT pgstream.create_stream_table('public.g', 'SELECT customer_id, max(amount) AS hi FROM orders GROUP BY 1')",
    );
    await client.query("SELECT pgstream.create_stream_table('public.d', 'SELECT DISTINCT customer_id FROM orders')");
    await client.query("SELECT pgstream.create_stream_table('public.p', 'SELECT id FROM orders')");
    await client.query('SELECT pgstream.refresh_stream_table(pgs_name) FROM pgstream.pgs_stream_tables');
    await client.query('DELETE FROM orders WHERE id = 5');
    await client.query('SELECT pgstream.refresh_stream_table(pgs_name) FROM pgstream.pgs_stream_tables');
    const counts = 'SELECT customer_id, __pgs_count::int AS n FROM';
    const expected = [7, 8, 8, 8, 8].map((n, index) => ({ customer_id: index + 1, n }));
    expect((await client.query(`${counts} g ORDER BY 1`)).rows).toEqual(expected);
    expect((await client.query(`${counts} d ORDER BY 1`)).rows).toEqual(expected);
    await expect(client.query('SELECT __pgs_count FROM p')).rejects.toMatchObject({ code: '42703' });
  });
});
