import { Pool } from 'pg';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { plan } from '../../src/definitions.ts';
import { fromPg } from '../../src/pg.ts';
import { TOTALS } from '../orders.ts';
import { definitionsScene, kindsOf } from './scene.ts';

const scene = definitionsScene();

beforeAll(async () => {
  await scene.admin
    .query(`CREATE SCHEMA app; CREATE TABLE app.orders (id int PRIMARY KEY, customer_id int, amount numeric);
    CREATE FUNCTION public.twice(n numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT n * 2'`);
});
afterEach(() => scene.clear());

const JOINED =
  'SELECT o.id, c.name AS who FROM public.orders o JOIN public.customers c ON c.id = o.customer_id WHERE o.amount > 6';

describe('queries that mean the same', () => {
  it.each([
    ['white space and letter case', TOTALS, TOTALS.toLowerCase().replaceAll(' ', '\n  ')],
    ['comments', TOTALS, `/* why */ ${TOTALS} -- and why not\n`],
    ['a schema that is not written', TOTALS, TOTALS.replace('public.', '')],
    ['a schema that is written', TOTALS.replace('public.', ''), TOTALS],
    ['aliases of tables', JOINED, JOINED.replaceAll('o.', 'ordered.').replace('orders o ', 'orders AS ordered ')],
    [
      'aliases inside a subquery',
      'SELECT t.a AS id FROM (SELECT o.id AS a FROM public.orders o) t',
      'SELECT "u 1"."b ) }" AS id FROM (SELECT id AS "b ) }" FROM public.orders) AS "u 1"',
    ],
    [
      'names of WITH',
      'WITH big AS (SELECT id FROM public.orders WHERE amount > 6), all_of_it AS (SELECT id FROM big) SELECT id FROM all_of_it',
      'WITH one AS (SELECT id FROM public.orders WHERE amount > 6), two AS (SELECT id FROM one) SELECT id FROM two',
    ],
    ['a comment at the end', TOTALS, `${TOTALS} -- why`],
    ['a comment at the end, and no schema', TOTALS, `${TOTALS.replace('public.', '')} -- why`],
    [
      'aliases of columns',
      'SELECT a AS id, b AS who FROM public.customers AS c (a, b)',
      'SELECT "x 1" AS id, "y ) }" AS who FROM public.customers AS d ("x 1", "y ) }")',
    ],
    [
      'names of the columns of WITH',
      'WITH big (a, b) AS (SELECT id, amount FROM public.orders) SELECT a AS id, b AS amount FROM big',
      'WITH big ("x )", y) AS (SELECT id, amount FROM public.orders) SELECT "x )" AS id, y AS amount FROM big',
    ],
    [
      'other ways to write a cast',
      'SELECT id::bigint AS a, note::varchar AS b, amount::text AS c, ARRAY[id]::bigint[] AS d, amount::int AS e FROM public.orders',
      'SELECT int8(id) AS a, CAST(note AS varchar) AS b, CAST(amount AS text) AS c, CAST(ARRAY[id] AS bigint[]) AS d, int4(amount) AS e FROM public.orders',
    ],
    [
      'another way to write an operator',
      `${TOTALS} HAVING count(*) != 0`,
      `${TOTALS} HAVING NOT count(*) = 0`.replace('NOT count(*) =', 'count(*) <>'),
    ],
  ])('plan() finds nothing to do for %s', async (_, before, after) => {
    await scene.deploy([{ name: 'same', query: before, refreshMode: 'FULL' }]);
    const todo = await scene.plan([{ name: 'same', query: after, refreshMode: 'FULL' }]);
    expect(kindsOf(todo).filter((each) => !each.startsWith('adopt'))).toStrictEqual([]);
  });

  it('whatever the search_path of the session that plans', async () => {
    const query = TOTALS.replace('public.', '');
    await scene.deploy([{ name: 'same', query }]);
    const pool = new Pool({ connectionString: scene.url, options: '-c search_path=app,public', max: 1 });
    try {
      await pool.query('CREATE TEMP TABLE orders (id int, customer_id int, amount text)');
      const todo = await plan(fromPg(pool), [{ name: 'same', query: ` ${query}` }]);
      expect(todo.changes).toBe(0);
      const { rows } = await scene.admin.query(`SELECT total::text FROM public.same ORDER BY 1`);
      expect(rows).toStrictEqual([{ total: '15.50' }, { total: '7.00' }]);
    } finally {
      await pool.end();
    }
  });
});

describe('queries that mean something else', () => {
  it.each([
    ['a constant', JOINED, JOINED.replace('> 6', '> 7')],
    ['the name of a column of the result', JOINED, JOINED.replace('AS who', 'AS whom')],
    ['the same name in another schema', TOTALS, TOTALS.replace('public.', 'app.')],
    ['two tables that have changed places', JOINED, JOINED.replace('o.id,', 'c.id,')],
    [
      'two WITH that have changed places',
      'WITH a AS (SELECT id FROM public.orders), b AS (SELECT id FROM public.customers) SELECT id FROM a EXCEPT ALL SELECT id FROM b',
      'WITH a AS (SELECT id FROM public.orders), b AS (SELECT id FROM public.customers) SELECT id FROM b EXCEPT ALL SELECT id FROM a',
    ],
    [
      'another type of a cast',
      'SELECT id::int8 AS id FROM public.orders',
      'SELECT id::numeric AS id FROM public.orders',
    ],
    [
      'another column of the same type',
      'SELECT id AS a FROM public.orders',
      'SELECT customer_id AS a FROM public.orders',
    ],
  ])('plan() changes %s', async (_, before, after) => {
    await scene.deploy([{ name: 'other', query: before, refreshMode: 'FULL' }]);
    const todo = await scene.plan([{ name: 'other', query: after, refreshMode: 'FULL' }]);
    expect(todo.changes).toBe(1);
    await scene.deploy([{ name: 'other', query: after, refreshMode: 'FULL' }]);
    await scene.expectRight('public.other', after);
  });
});

it('names without a schema are looked for in the default schema, however it is called', async () => {
  await scene.admin.query(`CREATE SCHEMA "odd ""one"; CREATE TABLE "odd ""one".parts (id int PRIMARY KEY);
    INSERT INTO "odd ""one".parts VALUES (7)`);
  const declared = { name: { schema: 'public', name: 'of_odd' }, query: 'SELECT id FROM parts' };
  await scene.deploy([declared], { defaultSchema: 'odd "one' });
  await scene.expectRight('public.of_odd', 'SELECT 7');
  expect((await scene.plan([declared], { defaultSchema: 'odd "one' })).steps).toStrictEqual([]);
});

describe('what is under a query', () => {
  const over = {
    name: 'over',
    query: 'SELECT id, public.twice(amount) AS twice FROM public.big',
    refreshMode: 'FULL' as const,
  };
  beforeAll(() => scene.admin.query('CREATE VIEW public.big AS SELECT id, amount FROM public.orders WHERE amount > 6'));

  it('makes it anew when a view is replaced, and says which', async () => {
    await scene.deploy([over]);
    await scene.admin.query(
      'CREATE OR REPLACE VIEW public.big AS SELECT id, amount FROM public.orders WHERE amount > 5',
    );
    const todo = await scene.plan([over]);
    expect(todo.steps).toMatchObject([
      { kind: 'recreate', reasons: ['under its query, view public.big is not what it was'] },
    ]);
    await scene.deploy([over]);
    await scene.expectRight('public.over', 'SELECT id, amount * 2 FROM public.orders WHERE amount > 5');
    expect((await scene.plan([over])).steps).toStrictEqual([]);
  });

  it('makes it anew when a function is replaced', async () => {
    await scene.deploy([over]);
    await scene.admin.query(
      `CREATE OR REPLACE FUNCTION public.twice(n numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT n + n + 0'`,
    );
    expect((await scene.plan([over])).steps).toMatchObject([
      { kind: 'recreate', reasons: ['under its query, function public.twice(numeric) is not what it was'] },
    ]);
  });

  it.each([
    ['its strictness', 'ALTER FUNCTION public.made(numeric) STRICT'],
    ['its volatility', 'ALTER FUNCTION public.made(numeric) STABLE'],
    ['its rights', 'ALTER FUNCTION public.made(numeric) SECURITY DEFINER'],
    ['its settings', 'ALTER FUNCTION public.made(numeric) SET extra_float_digits = 0'],
    [
      'what it calls',
      `CREATE OR REPLACE FUNCTION public.inner_one(n numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT n * 3'`,
    ],
    [
      'its body',
      'CREATE OR REPLACE FUNCTION public.made(n numeric) RETURNS numeric LANGUAGE sql IMMUTABLE RETURN n + 7',
    ],
    [
      'an operator of it',
      `CREATE OR REPLACE FUNCTION public.plus(a numeric, b numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT a + b + 1'`,
    ],
    [
      'an aggregate, how it begins',
      `CREATE OR REPLACE AGGREGATE public.total (numeric) (SFUNC = numeric_add, STYPE = numeric, INITCOND = '5')`,
    ],
    [
      'an aggregate, what it adds up by',
      `CREATE OR REPLACE AGGREGATE public.total (numeric) (SFUNC = numeric_mul, STYPE = numeric, INITCOND = '0')`,
    ],
    [
      'an aggregate, how it ends',
      `CREATE OR REPLACE AGGREGATE public.total (numeric) (SFUNC = numeric_add, STYPE = numeric, FINALFUNC = numeric_uminus, INITCOND = '0')`,
    ],
    [
      'a view under a view',
      'CREATE OR REPLACE VIEW public.lower_one AS SELECT id, amount FROM public.orders WHERE amount > 0',
    ],
    [
      'a materialized view',
      'DROP MATERIALIZED VIEW public.kept; CREATE MATERIALIZED VIEW public.kept AS SELECT 8 AS id',
    ],
  ])('makes it anew when something else of it is another one: %s', async (_, change) => {
    await scene.admin.query(`DROP VIEW IF EXISTS public.upper_one; DROP MATERIALIZED VIEW IF EXISTS public.kept;
      CREATE OR REPLACE FUNCTION public.inner_one(n numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT n';
      DROP FUNCTION IF EXISTS public.made(numeric);
      CREATE FUNCTION public.made(n numeric) RETURNS numeric LANGUAGE sql IMMUTABLE RETURN public.inner_one(n);
      CREATE OR REPLACE FUNCTION public.plus(a numeric, b numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT a + b';
      DROP OPERATOR IF EXISTS public.+# (numeric, numeric);
      CREATE OPERATOR public.+# (FUNCTION = public.plus, LEFTARG = numeric, RIGHTARG = numeric);
      CREATE OR REPLACE AGGREGATE public.total (numeric) (SFUNC = numeric_add, STYPE = numeric, INITCOND = '0');
      CREATE OR REPLACE VIEW public.lower_one AS SELECT id, amount FROM public.orders;
      CREATE VIEW public.upper_one AS SELECT id, amount FROM public.lower_one;
      CREATE MATERIALIZED VIEW public.kept AS SELECT 7 AS id`);
    const all = {
      name: 'all_of_it',
      query: `SELECT public.total(public.made(u.amount) OPERATOR(public.+#) 1) AS t FROM public.upper_one u CROSS JOIN public.kept`,
      refreshMode: 'FULL' as const,
    };
    await scene.deploy([all]);
    expect((await scene.plan([all])).steps).toStrictEqual([]);
    await scene.admin.query(change);
    const todo = await scene.plan([all]);
    expect(todo.steps).toMatchObject([
      { kind: 'recreate', reasons: expect.arrayContaining([expect.stringMatching(/^under its query, /)]) as string[] },
    ]);
    await scene.deploy([all]);
    expect((await scene.plan([all])).steps).toStrictEqual([]);
  });

  it.each([
    [
      'a function',
      'ALTER FUNCTION public.twice(numeric) RENAME TO thrice',
      'ALTER FUNCTION public.thrice(numeric) RENAME TO twice',
    ],
    ['a relation', 'ALTER VIEW public.big RENAME TO bigger', 'ALTER VIEW public.bigger RENAME TO big'],
    ['a column', 'ALTER VIEW public.big RENAME amount TO sum', 'ALTER VIEW public.big RENAME sum TO amount'],
    ['a schema', 'ALTER VIEW public.big SET SCHEMA app', 'ALTER VIEW app.big SET SCHEMA public'],
  ])('is refused where it is called otherwise by now: %s', async (_, rename, back) => {
    await scene.deploy([over]);
    await scene.admin.query(rename);
    await expect(scene.plan([over])).rejects.toMatchObject({ code: 'UNSUPPORTED_QUERY' });
    await scene.admin.query(back);
    expect((await scene.plan([over])).changes).toBe(0);
  });

  it('makes it anew when a column has got another type', async () => {
    await scene.admin.query('CREATE TABLE public.typed (id int PRIMARY KEY, v int)');
    const typed = { name: 'of_typed', query: 'SELECT id, v FROM public.typed', refreshMode: 'FULL' as const };
    await scene.deploy([typed]);
    await scene.admin.query(
      'SET session_replication_role = replica; ALTER TABLE public.typed ALTER v TYPE bigint; RESET session_replication_role',
    );
    expect((await scene.plan([typed])).steps).toMatchObject([
      { kind: 'recreate', reasons: [expect.stringMatching(/its columns are .*v int4.*v int8/)] },
    ]);
    await scene.clear();
    await scene.admin.query('DROP TABLE public.typed');
  });

  it('is left alone when it is put there again as it was, analysed, granted or commented', async () => {
    await scene.deploy([over]);
    const { rows } = await scene.admin.query<{ text: string }>("SELECT pg_get_viewdef('public.big') AS text");
    await scene.admin.query(`CREATE OR REPLACE VIEW public.big AS ${rows[0]?.text}`);
    await scene.admin.query(
      `ANALYZE public.orders; GRANT SELECT ON public.big TO PUBLIC; COMMENT ON VIEW public.big IS 'big'`,
    );
    expect(kindsOf(await scene.plan([over]))).toStrictEqual(['adopt public.over']);
    await scene.deploy([over]);
    expect((await scene.plan([over])).steps).toStrictEqual([]);
  });
});
