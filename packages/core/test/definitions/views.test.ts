import { testRole } from '@pgstream/harness';
import { Client } from 'pg';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { apply, migrationSql, planRollback, readDefinitions, type DeclaredStreamTable } from '../../src/definitions.ts';
import { TOTALS } from '../orders.ts';
import { definitionsScene, kindsOf } from './scene.ts';

const scene = definitionsScene();
const view = 'order_totals';
const first: DeclaredStreamTable = { name: 'order_totals_v1', query: TOTALS, view };
const OTHER = TOTALS.replace('sum(amount)', 'sum(amount + 1)');
const second: DeclaredStreamTable = { name: 'order_totals_v2', query: OTHER, view };
const MORE = OTHER.replace('count(*) AS n', 'count(*) AS number');
const third: DeclaredStreamTable = { name: 'order_totals_v3', query: MORE, view };

beforeAll(async () => {
  await scene.admin.query('CREATE SCHEMA app');
});
afterEach(() => scene.clear());

function readingOf(name: string): string {
  return `SELECT id, v FROM public.${name}`;
}

describe('the view of a stream table', () => {
  it('is made with it, reads it, and is nothing to do any more', async () => {
    const todo = await scene.plan([first]);
    expect(kindsOf(todo)).toStrictEqual(['create public.order_totals_v1', 'create-view public.order_totals']);
    await apply(scene.executor, todo);
    await scene.expectRight('public.order_totals', TOTALS);
    expect((await scene.plan([first])).steps).toStrictEqual([]);
    expect(await readDefinitions(scene.executor)).toMatchObject([{ name: 'order_totals_v1', view: 'order_totals' }]);
  });

  it('is turned to the next version, which has been made beside, with what the former one had', async () => {
    const { name: reader } = await testRole();
    await scene.deploy([first]);
    await scene.admin.query(`
      CREATE INDEX order_totals_v1_by_total ON public.order_totals_v1 (total DESC) WHERE total > 0;
      CREATE UNIQUE INDEX "by Customer" ON public.order_totals_v1 (customer_id);
      ALTER TABLE public.order_totals_v1 ADD CONSTRAINT positive CHECK (n > 0);
      CREATE STATISTICS public.v1_stats (ndistinct) ON customer_id, n FROM public.order_totals_v1;
      COMMENT ON TABLE public.order_totals_v1 IS 'what''s bought';
      COMMENT ON COLUMN public.order_totals_v1.total IS 'in euros';
      GRANT SELECT ON public.order_totals_v1, public.order_totals TO "${reader}";
      CREATE POLICY own ON public.order_totals_v1 FOR SELECT TO "${reader}" USING (customer_id = 1);
      ALTER TABLE public.order_totals_v1 ENABLE ROW LEVEL SECURITY;
      CREATE FUNCTION public.noticed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER noticing AFTER INSERT ON public.order_totals_v1 FOR EACH ROW EXECUTE FUNCTION public.noticed();
      CREATE VIEW app.rich AS SELECT customer_id FROM public.order_totals WHERE total > 8;
    `);
    const had = await looks('order_totals_v1');
    const todo = await scene.plan([second]);
    expect(kindsOf(todo)).toStrictEqual([
      'create public.order_totals_v2',
      'orphan public.order_totals_v1',
      'replace-view public.order_totals',
    ]);
    // A migration minds no view on the view, which stays.
    await scene.admin.query('BEGIN');
    for (const statement of migrationSql(todo).upStatements) await scene.admin.query(statement);
    await scene.admin.query('ROLLBACK');
    await apply(scene.executor, todo);
    expect(await looks('order_totals_v2')).toStrictEqual(had);
    await scene.expectRight('public.order_totals', OTHER);
    const { rows } = await scene.admin
      .query(`SET ROLE "${reader}"; SELECT customer_id FROM public.order_totals; RESET ROLE`)
      .then((results) => (results as unknown as { rows: unknown[] }[])[1] ?? { rows: [] });
    expect(rows).toStrictEqual([{ customer_id: 1 }]);
    expect((await scene.plan([second])).changes).toBe(0);

    // The former one can go now, and takes nothing along.
    const gone = await scene.plan([second], { orphans: 'drop' });
    expect(kindsOf(gone)).toStrictEqual(['drop public.order_totals_v1']);
    await apply(scene.executor, gone);
    expect((await scene.admin.query('SELECT FROM app.rich')).rowCount).toBe(1);
    expect((await scene.plan([second], { orphans: 'drop' })).steps).toStrictEqual([]);
    await scene.admin.query('DROP FUNCTION public.noticed() CASCADE');
  });

  it('is made anew for other columns, with what reads it, and back', async () => {
    await scene.deploy([second]);
    await scene.admin.query('CREATE VIEW app.rich AS SELECT customer_id FROM public.order_totals WHERE total > 8');
    const todo = await scene.plan([third], { orphans: 'drop' });
    expect(kindsOf(todo)).toStrictEqual([
      'create public.order_totals_v3',
      'replace-view public.order_totals',
      'recreate-view app.rich',
      'drop public.order_totals_v2',
    ]);
    const { upStatements, downStatements } = migrationSql(todo);
    await scene.run(upStatements);
    await scene.expectRight('public.order_totals', MORE);
    expect((await scene.plan([third], { orphans: 'drop' })).changes).toBe(0);
    await scene.run(downStatements);
    await scene.expectRight('public.order_totals', OTHER);
    expect(kindsOf(await scene.plan([second], { orphans: 'drop' }))).toStrictEqual(['adopt public.order_totals_v2']);
    expect((await scene.admin.query('SELECT FROM app.rich')).rowCount).toBe(1);
  });

  it('takes the name of a stream table that is not declared any more, where that is dropped', async () => {
    const { name: reader } = await testRole();
    const plain: DeclaredStreamTable = { name: view, query: TOTALS };
    await scene.deploy([plain]);
    await scene.admin.query(
      `GRANT SELECT ON public.order_totals TO "${reader}"; COMMENT ON TABLE public.order_totals IS 'bought'`,
    );
    await expect(scene.plan([second])).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      message: expect.stringContaining("orphans: 'drop'") as string,
    });
    const todo = await scene.plan([second], { orphans: 'drop' });
    expect(kindsOf(todo)).toStrictEqual(['create public.order_totals_v2', 'replace-view public.order_totals']);
    const { upStatements, downStatements } = migrationSql(todo);
    await scene.admin.query('CREATE INDEX late ON public.order_totals (n)');
    await expect(scene.run(upStatements)).rejects.toThrow('with public.order_totals: index public.late');
    await scene.admin.query('DROP INDEX public.late');
    await scene.run(upStatements);
    await scene.run(downStatements);
    expect((await scene.plan([plain])).changes).toBe(0);
    await apply(scene.executor, todo);
    await scene.expectRight('public.order_totals', OTHER);
    const { rows } = await scene.admin.query(
      `SELECT has_table_privilege($1, 'public.order_totals', 'SELECT') AND has_table_privilege($1, 'public.order_totals_v2', 'SELECT') AS reads, obj_description('public.order_totals'::regclass) AS comment`,
      [reader],
    );
    expect(rows).toStrictEqual([{ reads: true, comment: 'bought' }]);
  });

  it('comes anew with a stream table that is made anew under its own name, and goes with it', async () => {
    await scene.deploy([first]);
    const changed = { ...first, query: MORE };
    expect(kindsOf(await scene.plan([changed]))).toStrictEqual([
      'recreate public.order_totals_v1',
      'recreate-view public.order_totals',
    ]);
    await scene.deploy([changed]);
    await scene.expectRight('public.order_totals', MORE);
    const todo = await scene.plan([], { orphans: 'drop' });
    expect(kindsOf(todo)).toStrictEqual(['drop public.order_totals_v1', 'drop-view public.order_totals']);
    await apply(scene.executor, todo);
    expect(await readDefinitions(scene.executor)).toStrictEqual([]);
    await scene.run(migrationSql(todo).downStatements);
    await scene.expectRight('public.order_totals', MORE);
  });

  it('is reported when it is not declared any more, and dropped where that is asked for', async () => {
    await scene.deploy([first]);
    const without = { ...first, view: undefined };
    expect(kindsOf(await scene.plan([without]))).toStrictEqual(['orphan public.order_totals']);
    await scene.deploy([{ ...without, schedule: '5m' }]);
    expect(kindsOf(await scene.plan([{ ...without, schedule: '5m' }], { orphans: 'drop' }))).toStrictEqual([
      'drop-view public.order_totals',
    ]);
    await scene.deploy([without], { orphans: 'drop' });
    expect((await scene.plan([without])).steps).toStrictEqual([]);
  });

  it('may be read by other stream tables, which follow it', async () => {
    const top: DeclaredStreamTable = { name: 'top', query: 'SELECT customer_id, total FROM public.order_totals' };
    await scene.deploy([top, first]);
    await scene.expectRight('public.top', 'SELECT customer_id, total FROM public.order_totals_v1');
    expect((await scene.plan([top, first])).steps).toStrictEqual([]);
    const todo = await scene.plan([top, second]);
    await apply(scene.executor, todo);
    await scene.expectRight('public.top', 'SELECT customer_id, total FROM public.order_totals_v2');
    expect((await scene.plan([top, second])).changes).toBe(0);
  });

  it('goes back with a roll back', async () => {
    await scene.deploy([first]);
    await scene.deploy([second]);
    await apply(scene.executor, await planRollback(scene.executor));
    await scene.expectRight('public.order_totals', TOTALS);
    expect((await scene.plan([first], { orphans: 'drop' })).steps).toStrictEqual([]);
    // A view that came by itself goes by itself.
    await scene.deploy([{ ...first, view: null }], { orphans: 'drop' });
    await scene.deploy([first]);
    expect(kindsOf(await planRollback(scene.executor))).toStrictEqual(['drop-view public.order_totals']);
    // And what has another view by now keeps it when something else goes back.
    await scene.deploy([second]);
    await scene.deploy([second, { name: 'else', query: TOTALS }]);
    expect(kindsOf(await planRollback(scene.executor))).toStrictEqual([
      'adopt public.order_totals_v1',
      'drop public.else',
    ]);
  });

  const plain = 'SELECT id, amount AS v FROM public.orders';
  const other = 'SELECT id, amount + 1 AS v FROM public.orders';
  const wide = 'SELECT id, amount AS v, id AS w FROM public.orders';
  it.each<[what: string, before: DeclaredStreamTable[], after: DeclaredStreamTable[]]>([
    [
      'comes with a stream table that is made anew',
      [{ name: 'a', query: plain }],
      [{ name: 'a', query: wide, view: 'w' }],
    ],
    [
      'comes to one that is made anew, from one that goes',
      [
        { name: 'a', query: plain },
        { name: 'b', query: plain, view: 'w' },
      ],
      [{ name: 'a', query: wide, view: 'w' }],
    ],
    [
      'goes with a stream table that reads one that is made anew',
      [
        { name: 'a', query: plain },
        { name: 'b', query: readingOf('a'), view: 'w' },
      ],
      [
        { name: 'a', query: wide },
        { name: 'c', query: other, view: 'w' },
      ],
    ],
    [
      'comes to a new one that reads, by another new view, one that is made anew',
      [{ name: 'a', query: plain, view: 'w' }],
      [
        { name: 'a', query: wide, view: 'x' },
        { name: 'b', query: readingOf('x'), view: 'w' },
      ],
    ],
    [
      'goes to one that stays, from one that is made anew',
      [
        { name: 'a', query: plain, view: 'w' },
        { name: 'b', query: plain },
      ],
      [
        { name: 'a', query: wide },
        { name: 'b', query: plain, view: 'w' },
      ],
    ],
    [
      'comes with its columns to one that is made anew',
      [
        { name: 'a', query: plain, refreshMode: 'FULL' },
        { name: 'b', query: plain, view: 'w' },
      ],
      [{ name: 'a', query: other, view: 'w' }],
    ],
    [
      'comes to one that has another query',
      [
        { name: 'a', query: plain },
        { name: 'b', query: plain, view: 'w' },
      ],
      [{ name: 'a', query: other, view: 'w' }],
    ],
    [
      'comes to one whose mode no alter takes back everywhere',
      [
        { name: 'a', query: plain },
        { name: 'b', query: plain, view: 'w' },
      ],
      [{ name: 'a', query: plain, refreshMode: 'FULL', view: 'w' }],
    ],
    [
      'comes to one that is made anew with what it reads',
      [
        { name: 'r', query: plain },
        { name: 't', query: readingOf('r') },
        { name: 'x', query: plain, view: 'a_view' },
      ],
      [
        { name: 'r', query: wide },
        { name: 't', query: readingOf('r'), view: 'a_view' },
        { name: 'x', query: plain },
      ],
    ],
    [
      'has the name of a former stream table, and other columns for its readers',
      [{ name: 'w', query: plain }],
      [
        { name: 'a', query: wide, view: 'w' },
        { name: 'b', query: 'SELECT id, w FROM public.w' },
      ],
    ],
    [
      'is read by the one that it has read',
      [
        { name: 'a', query: plain, view: 'w' },
        { name: 'b', query: other },
      ],
      [
        { name: 'a', query: readingOf('w') },
        { name: 'b', query: other, view: 'w' },
      ],
    ],
  ])('%s, and back', async (_what, before, after) => {
    await scene.deploy(before);
    const kept = before.map((each) => each.view as string | undefined).find((each) => each !== undefined);
    if (kept !== undefined) await scene.admin.query(`COMMENT ON VIEW public.${kept} IS 'kept'`);
    const todo = await scene.plan(after, { orphans: 'drop' });
    const { upStatements, downStatements } = migrationSql(todo);
    for (const [statements, declared] of [
      [upStatements, after],
      [downStatements, before],
      [upStatements, after],
    ] as const) {
      await scene.run(statements);
      expect((await scene.plan(declared, { orphans: 'drop' })).changes).toBe(0);
      for (const { name, query, view: shown } of declared) {
        await scene.expectRight(`public.${name as string}`, query);
        if (shown !== undefined) await scene.expectRight(`public.${shown as string}`, query);
      }
      if (kept === undefined) continue;
      const { rows } = await scene.admin.query(`SELECT obj_description(to_regclass('public.${kept}')) AS comment`);
      expect(rows).toStrictEqual([{ comment: 'kept' }]);
    }
  });

  it('is never somebody else’s', async () => {
    await scene.admin.query('CREATE VIEW public.order_totals AS SELECT 1 AS customer_id');
    await expect(scene.plan([first])).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    await scene.admin.query('DROP VIEW public.order_totals; CREATE TABLE public.order_totals ()');
    await expect(scene.plan([first])).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      message: expect.stringContaining('another relation has that name') as string,
    });
    await scene.admin.query('DROP TABLE public.order_totals');
    await expect(scene.plan([first, { ...second, name: 'other' }])).rejects.toThrow(
      /declares the view .* which is the view of/,
    );
    await expect(scene.plan([first, { ...second, name: view, view: null }])).rejects.toThrow(/declares the view/);
  });

  it('is put right where somebody changed or dropped it', async () => {
    await scene.deploy([first]);
    await scene.admin.query(
      'CREATE OR REPLACE VIEW public.order_totals AS SELECT customer_id, total, n FROM public.order_totals_v1 WHERE total > 5',
    );
    expect(kindsOf(await scene.plan([first]))).toContain('replace-view public.order_totals');
    await scene.deploy([first]);
    await scene.expectRight('public.order_totals', TOTALS);
    await scene.admin.query('DROP VIEW public.order_totals');
    await scene.deploy([first]);
    await scene.expectRight('public.order_totals', TOTALS);
    expect((await scene.plan([first])).steps).toStrictEqual([]);
  });

  it('is read all the while the next version is made', async () => {
    await scene.deploy([first]);
    const reading = new Client({ connectionString: scene.url });
    await reading.connect();
    try {
      const seen: number[] = [];
      await reading.query(`SET lock_timeout = '100ms'`);
      const statements = migrationSql(await scene.plan([second], { orphans: 'drop' })).upStatements;
      await scene.admin.query('BEGIN');
      for (const statement of statements) {
        if (/CREATE OR REPLACE VIEW/.test(statement)) break;
        await scene.admin.query(statement);
        seen.push((await reading.query('SELECT FROM public.order_totals')).rowCount ?? -1);
      }
      await scene.admin.query('ROLLBACK');
      expect(seen.length).toBeGreaterThan(0);
      expect(new Set(seen)).toStrictEqual(new Set([2]));
    } finally {
      await reading.end();
    }
  });
});

/** What is put on a stream table, without its own name. */
async function looks(table: string): Promise<unknown> {
  const { rows } = await scene.admin.query<Record<string, unknown>>(
    `SELECT (SELECT array_agg(regexp_replace(pg_get_indexdef(i.indexrelid), '^.* USING', CASE WHEN i.indisunique THEN 'UNIQUE' ELSE '' END) ORDER BY 1) FROM pg_index i WHERE i.indrelid = c.oid) AS indexes,
      (SELECT array_agg(pg_get_constraintdef(k.oid)) FROM pg_constraint k WHERE k.conrelid = c.oid) AS constraints,
      (SELECT array_agg(replace(regexp_replace(pg_get_statisticsobjdef(e.oid), '^CREATE STATISTICS \\S+ ', ''), '${table}', '')) FROM pg_statistic_ext e WHERE e.stxrelid = c.oid) AS statistics,
      obj_description(c.oid) AS comment, (SELECT array_agg(d.description) FROM pg_description d JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid WHERE d.objoid = c.oid AND a.attname NOT LIKE '\\_\\_%') AS comments,
      c.relacl::text AS acl, c.relrowsecurity, (SELECT array_agg(row (p.polname, p.polroles, pg_get_expr(p.polqual, p.polrelid))::text) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies,
      (SELECT array_agg(t.tgname) FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'noticing') AS triggers
    FROM pg_class c WHERE c.oid = $1::regclass`,
    [`public.${table}`],
  );
  return rows;
}
