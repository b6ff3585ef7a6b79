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
  ])('plan() changes %s', async (_, before, after) => {
    await scene.deploy([{ name: 'other', query: before, refreshMode: 'FULL' }]);
    const todo = await scene.plan([{ name: 'other', query: after, refreshMode: 'FULL' }]);
    expect(todo.changes).toBe(1);
    await scene.deploy([{ name: 'other', query: after, refreshMode: 'FULL' }]);
    await scene.expectRight('public.other', after);
  });
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
