import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { plan, planText } from '../../src/definitions.ts';
import type { SqlExecutor } from '../../src/index.ts';
import { TOTALS } from '../orders.ts';
import { definitionsScene, kindsOf } from './scene.ts';

const scene = definitionsScene();

beforeAll(async () => {
  await scene.admin.query(`CREATE SCHEMA app; CREATE TABLE public.taken (id int);
    CREATE FUNCTION public.twice(n numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';
    CREATE VIEW public.big AS SELECT id, customer_id, amount FROM public.orders WHERE amount > 6`);
});
afterEach(() => scene.clear());

const CHAIN = [
  { name: 'top', query: 'SELECT customer_id, twice FROM middle' },
  { name: 'middle', query: 'SELECT customer_id, public.twice(total) AS twice FROM public.totals' },
  { name: 'totals', query: TOTALS, comment: "What's bought", source: 'src/models.ts' },
];

describe('plan() and apply() of a chain', () => {
  it('create it, what is read before what reads it, in whatever order it is declared', async () => {
    const todo = await scene.plan(CHAIN);
    expect(kindsOf(todo)).toStrictEqual(['create public.totals', 'create public.middle', 'create public.top']);
    await scene.deploy(CHAIN);
    await scene.expectRight('public.top', 'SELECT customer_id, sum(amount) * 2 FROM public.orders GROUP BY 1');
    const again = await scene.plan(CHAIN);
    expect(again.steps).toStrictEqual([]);
    expect(planText(again)).toBe('Nothing to do: the database has what is declared.\n');
  });

  it('sees what another apply() has committed since the catalog was read', async () => {
    const { executor } = scene;
    let reads = 0;
    const slow: SqlExecutor = {
      ...executor,
      async query(text, params) {
        const rows = await executor.query(text, params);
        if (text.includes('obj_description') && (reads += 1) === 1) await scene.deploy(CHAIN);
        return rows;
      },
    };
    expect((await plan(slow, CHAIN)).steps).toStrictEqual([]);
    expect(reads).toBe(2);
  });

  it('make it anew from where it changes', async () => {
    await scene.deploy(CHAIN);
    const query = TOTALS.replace('sum(amount)', 'sum(amount + 1)');
    const changed = [...CHAIN.slice(0, 2), { name: 'totals', query }];
    const todo = await scene.plan(changed);
    expect(kindsOf(todo)).toStrictEqual(['recreate public.totals', 'recreate public.middle', 'recreate public.top']);
    await scene.deploy(changed);
    await scene.expectRight('public.totals', query);
    await scene.expectRight('public.top', 'SELECT customer_id, sum(amount + 1) * 2 FROM public.orders GROUP BY 1');
    expect((await scene.plan(changed)).steps).toStrictEqual([]);
  });
});
