import { describe, expect, test } from 'vitest';
import { column, rows, trickleServer } from './server.ts';

// Beside what was recorded of a real one.
const server = trickleServer('0.67');

describe('set operations', () => {
  test.for([
    ['EXCEPT', 'l > 0 AND r = 0', [1]],
    ['EXCEPT ALL', 'l > r', [1]],
    ['INTERSECT', 'l > 0 AND r > 0', [2]],
    ['INTERSECT ALL', 'l > 0 AND r > 0', [2]],
  ] as const)(
    '%s: rows count on both sides, which tells those in the result',
    async ([operation, inResult, before]) => {
      const client = await server.open();
      await client.query(`
      CREATE TABLE public.other (id int PRIMARY KEY); INSERT INTO other VALUES (2);
      SELECT pgtrickle.create_stream_table('public.t', 'SELECT id FROM public.s ${operation} SELECT id FROM public.other')`);
      const result = `SELECT id FROM (SELECT id, __pgt_count_l AS l, __pgt_count_r AS r FROM t) t WHERE ${inResult} ORDER BY id`;
      expect(await column(client, result)).toEqual(before);
      await client.query(
        `INSERT INTO other VALUES (1); DELETE FROM other WHERE id = 2; SELECT pgtrickle.refresh_stream_table('t')`,
      );
      expect(await column(client, result)).toEqual([3 - before[0]]);
    },
  );

  test('EXCEPT keeps every row that was ever on the left', async () => {
    const client = await server.open();
    await client.query(`
      CREATE TABLE public.other (id int PRIMARY KEY);
      SELECT pgtrickle.create_stream_table('public.t', 'SELECT id FROM public.s EXCEPT SELECT id FROM public.other');
      DELETE FROM s; SELECT pgtrickle.refresh_stream_table('t')`);
    expect(
      await rows(client, 'SELECT id, __pgt_count_l::int AS l, __pgt_count_r::int AS r FROM t ORDER BY id'),
    ).toEqual([
      { id: 1, l: 0, r: 0 },
      { id: 2, l: 0, r: 0 },
    ]);
  });
});

test('a change that is committed after a refresh is not there before the next', async () => {
  const client = await server.open();
  const writer = await server.beside(client);
  await client.query(`SELECT pgtrickle.create_stream_table('public.t', 'SELECT id FROM public.s')`);
  await writer.query('BEGIN; INSERT INTO s VALUES (3)');
  await client.query(`INSERT INTO s VALUES (4); SELECT pgtrickle.refresh_stream_table('t')`);
  await writer.query('COMMIT');
  await client.query(`SELECT pgtrickle.refresh_stream_table('t')`);
  expect(await column(client, 'SELECT id FROM t ORDER BY id')).toEqual([1, 2, 4]);
});
