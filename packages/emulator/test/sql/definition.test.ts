import { connect, freshDatabase, onEmulator, onPgTrickle } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';
import { refusal } from '../abilities.ts';

let client: Client;

beforeEach(async () => {
  client = await connect(await freshDatabase());
  await client.query(
    'CREATE TABLE orders (id int PRIMARY KEY, customer_id int, amount numeric); INSERT INTO orders VALUES (1, 1, 10)',
  );
});

const plain = 'SELECT id, amount FROM public.orders';
const create = (name: string, query = plain): Promise<unknown> =>
  client.query('SELECT pgstream.create_stream_table($1, $2)', [name, query]);

async function values(sql: string): Promise<unknown[]> {
  const { rows } = await client.query({ text: sql, rowMode: 'array' });
  return rows.flat();
}

describe('definitions', () => {
  test('create, alter and drop are undone by a roll-back', async () => {
    await client.query('BEGIN');
    await create('public.t');
    await client.query('ROLLBACK');
    expect(await values("SELECT to_regclass('public.t')")).toEqual([null]);
    await create('public.t');
    await client.query(
      "BEGIN; SELECT pgstream.alter_stream_table('t', schedule => '9m', status => 'SUSPENDED'); ROLLBACK",
    );
    expect(await values('SELECT schedule, status FROM pgstream.pgs_stream_tables')).toEqual([
      onPgTrickle ? null : '1m',
      'ACTIVE',
    ]);
    await client.query("BEGIN; SELECT pgstream.drop_stream_table('t'); ROLLBACK");
    expect(await values('SELECT id FROM t')).toEqual([1]);
    expect(await values("SELECT count(*)::int FROM pg_trigger WHERE tgrelid = 'orders'::regclass")).toEqual([2]);
  });

  test('works with an empty search_path', async () => {
    await client.query("SET search_path = ''");
    await create('public.t', 'SELECT customer_id, sum(amount) AS total FROM public.orders GROUP BY customer_id');
    await client.query("SELECT pgstream.refresh_stream_table('t')");
    await client.query('INSERT INTO public.orders VALUES (2, 1, 5)');
    await client.query("SELECT pgstream.refresh_stream_table('public.t')");
    expect(await values('SELECT total::int FROM public.t')).toEqual([15]);
    await client.query("SELECT pgstream.drop_stream_table('t')");
  });

  test('a lower-case schema of its own, and objects there that hide the catalogs’', async () => {
    await client.query(`
      CREATE SCHEMA app;
      CREATE FUNCTION app.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT '2000-01-01'::timestamptz $$;
      SET search_path = app, public`);
    await create('app.t');
    await client.query("SELECT pgstream.refresh_stream_table('app.t')");
    expect(await values("SELECT last_refresh_at > '2020-01-01' FROM pgstream.pgs_stream_tables")).toEqual([true]);
  });

  test.for(['0 9-17 * JAN-MAR MON-FRI', '*/10 * * * * *', '0 0 L * *', '0 0 * * 5#2', '@midnight', ' @daily '])(
    'a cron schedule is stored as it is given: %s',
    async (schedule) => {
      await create('public.t');
      await client.query("SELECT pgstream.alter_stream_table('t', schedule => $1)", [schedule]);
      expect(await values('SELECT schedule FROM pgstream.pgs_stream_tables')).toEqual([schedule]);
    },
  );

  test.for([
    ['* * * * 8', 'Component error: Number out of bounds.'],
    ['* * 0 * *', 'Component error: Number out of bounds.'],
    [
      '* * * * * * * *',
      onPgTrickle ? 'expected 5 or 6 fields, got 8' : 'Invalid pattern: Pattern must have between 5 and 7 fields.',
    ],
  ])('a cron schedule is refused: %s', async ([schedule, problem]) => {
    await create('public.t');
    await expect(
      client.query("SELECT pgstream.alter_stream_table('t', schedule => $1)", [schedule]),
    ).rejects.toMatchObject({
      code: refusal('22023'),
      message: `invalid argument: invalid cron expression '${schedule}': ${problem}`,
    });
  });

  test.for([
    ['expected a number before', 'm'],
    ["trailing digits '30' without a unit", '1h30'],
    ['schedule cannot be negative', '-5'],
  ])('a duration that is none: %s', async ([problem, schedule]) => {
    await create('public.t');
    await expect(
      client.query("SELECT pgstream.alter_stream_table('t', schedule => $1)", [schedule]),
    ).rejects.toMatchObject({
      code: refusal('22023'),
      message: expect.stringContaining(`invalid argument: ${problem}`),
    });
  });
});

describe('a letter beyond ASCII in the query', () => {
  test.skipIf(onPgTrickle).for([
    ['in a name', 'SELECT id AS "Ärger" FROM public.orders'],
    ['in a literal', "SELECT id, 'größe' AS g FROM public.orders"],
    ['in a comment', 'SELECT id /* ☃ */ FROM public.orders'],
  ] as const)('is refused %s, in both modes (pg_stream alone)', async ([, query]) => {
    for (const mode of ['FULL', 'DIFFERENTIAL']) {
      await expect(
        client.query("SELECT pgstream.create_stream_table('public.t', $1, refresh_mode => $2)", [query, mode]),
      ).rejects.toMatchObject({
        code: 'XX000',
        message: expect.stringMatching(/^end byte index \d+ is not a char boundary/),
      });
    }
  });

  test('passes as an escape', async () => {
    await create('public.t', `SELECT id AS U&"\\00C4rger", U&'gr\\00f6\\00dfe' AS g FROM public.orders`);
    await client.query('INSERT INTO public.orders (id) VALUES (901)');
    await client.query("SELECT pgstream.refresh_stream_table('public.t')");
    expect(await values('SELECT g FROM public.t WHERE "Ärger" = 901')).toEqual(['größe']);
  });
});

describe.runIf(onEmulator)('definitions (emulator only)', () => {
  test('nothing is left of the analysis', async () => {
    await create('public.t');
    await expect(create('public.u', `${plain} LIMIT 1`)).rejects.toThrow('LIMIT is not supported');
    expect(await values("SELECT count(*)::int FROM pg_class WHERE relname = '__pgs_query'")).toEqual([0]);
  });

  test.for([
    ['a column named as an alias of ours', 'SELECT id AS x, amount AS sub, customer_id AS s FROM public.orders'],
    ['a column with quotes and a comma', 'SELECT id, amount AS "a, ""b"" {c} (d\\)" FROM public.orders'],
    [
      'comments and literals that look like SQL',
      `SELECT id, ' FROM x; SELECT ' AS v, $q$ from $q$ AS u /* from */ FROM public.orders`,
    ],
    ['parentheses around', '(SELECT customer_id, count(*) AS n FROM public.orders GROUP BY 1)'],
    [
      'FROM inside the select list',
      'SELECT extract(year FROM now()) IS DISTINCT FROM max(amount) AS d, count(*) AS n FROM public.orders',
    ],
    [
      'many columns by number',
      'SELECT customer_id % 2 AS k, customer_id AS c, sum(amount) AS s FROM public.orders GROUP BY 1, 2 ORDER BY 3',
    ],
  ])('a query with %s', async ([, query]) => {
    await create('public.t', query);
    await client.query("SELECT pgstream.refresh_stream_table('t')");
    await client.query('INSERT INTO orders VALUES (2, 2, 5), (3, 3, NULL)');
    await client.query("SELECT pgstream.refresh_stream_table('t')");
    const [wanted] = await values(`SELECT jsonb_agg(to_jsonb(q) ORDER BY to_jsonb(q)) FROM (${query}) q`);
    const [stored] = await values(
      "SELECT jsonb_agg(r ORDER BY r) FROM (SELECT to_jsonb(t) - ARRAY(SELECT k FROM jsonb_object_keys(to_jsonb(t)) k WHERE starts_with(k, '__pgs_')) AS r FROM t) r",
    );
    expect(stored).toEqual(wanted);
  });

  test('a view is not inlined where a CTE has the name of a table below it', async () => {
    await client.query('CREATE VIEW v AS SELECT id FROM orders');
    const query = 'WITH orders AS (SELECT 1 AS id) SELECT v.id FROM v, orders o WHERE o.id = v.id';
    await create('public.t', query);
    expect(await values('SELECT defining_query, original_query FROM pgstream.pgs_stream_tables')).toEqual([
      query,
      null,
    ]);
    expect(await values('SELECT id FROM t')).toEqual([1]);
  });

  test.for([
    ['public.v AS w', 'v', 'SELECT w.id FROM public.v AS w'],
    ['a quoted name', 'v', 'SELECT "v".id FROM "v" WHERE "v".id > 0'],
    ['a comma and no alias', 'v', 'SELECT o.amount, v.id FROM orders o, v WHERE o.id = v.id'],
    ['a parenthesised join', 'v', 'SELECT v.id FROM (v JOIN orders o ON o.id = v.id)'],
    ['USING', 'v', 'SELECT id FROM orders JOIN v USING (id)'],
    ['a subquery in WHERE', 'v', 'SELECT id FROM orders WHERE id IN (SELECT v.id FROM v)'],
    ['a column of the same name', 'v', 'SELECT v.id, v.v FROM v'],
  ])('a view is inlined: %s', async ([, view, query]) => {
    await client.query(`CREATE VIEW ${view} AS SELECT id, amount AS v FROM orders`);
    await create('public.t', query);
    const [defining, original] = await values('SELECT defining_query, original_query FROM pgstream.pgs_stream_tables');
    expect(original).toBe(query);
    expect(defining).toContain('(SELECT id,');
    expect(
      await values('SELECT id FROM (SELECT * FROM t) t (row_id, id)').catch(() => values('SELECT id FROM t')),
    ).toHaveLength(1);
  });
});
