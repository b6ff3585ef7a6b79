import { extension, onPgTrickle, testRole } from '@pgstream/harness';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  apply,
  migrationSql,
  planRollback,
  planText,
  readDefinitions,
  type DeclaredStreamTable,
} from '../../src/definitions.ts';
import type { RefreshMode } from '../../src/index.ts';
import { TOTALS } from '../orders.ts';
import { definitionsScene, kindsOf } from './scene.ts';

const scene = definitionsScene();
const OTHER = TOTALS.replace('sum(amount)', 'sum(amount + 1)');
const totals: DeclaredStreamTable = { name: 'totals', query: TOTALS, source: 'src/models.ts' };

beforeAll(async () => {
  await scene.admin.query(`CREATE TABLE public.taken (id int); CREATE SCHEMA app`);
});
afterEach(() => scene.clear());

describe('what is only altered', () => {
  it.each<[Partial<DeclaredStreamTable>, Partial<DeclaredStreamTable>, string[]]>([
    [{ schedule: '60s' }, { schedule: '1m' }, []],
    [{ schedule: { everyMs: 120_000 } }, { schedule: '2m' }, []],
    [{}, { schedule: '5m' }, ['alter public.totals']],
    [{ schedule: '5m' }, { schedule: '@hourly', comment: 'new' }, ['alter public.totals']],
    [{ comment: 'old' }, { comment: "it's new" }, ['alter public.totals']],
    [{ comment: 'old' }, { comment: null }, ['alter public.totals']],
    [{ comment: 'old' }, {}, []],
    [{}, { refreshMode: 'FULL' }, ['alter public.totals']],
    [{ comment: 'old' }, { refreshMode: 'FULL', schedule: '5m', comment: 'new' }, ['alter public.totals']],
    [{ refreshMode: 'FULL' }, {}, ['recreate public.totals']],
    [{ schedule: null }, { schedule: '5m' }, ['alter public.totals']],
    [{ schedule: '5m' }, { schedule: null }, [onPgTrickle ? 'alter public.totals' : 'recreate public.totals']],
  ])('from %j to %j: %j', async (before, after, expected) => {
    await scene.deploy([{ ...totals, ...before }]);
    const todo = await scene.plan([{ ...totals, ...after }]);
    expect(kindsOf(todo)).toStrictEqual(expected);
    await apply(scene.executor, todo);
    expect((await scene.plan([{ ...totals, ...after }])).steps).toStrictEqual([]);
    await scene.expectRight('public.totals', TOTALS);
    // And back, by the statements alone.
    if (todo.changes === 0) return;
    await scene.refresh('public.totals');
    await scene.run(migrationSql(todo).downStatements);
    expect((await scene.plan([{ comment: null, ...totals, ...before }])).changes).toBe(0);
    // Also what the extension counts.
    await scene.admin.query('DELETE FROM public.orders WHERE id = 1');
    try {
      await scene.refresh('public.totals');
      await scene.expectRight('public.totals', TOTALS);
    } finally {
      await scene.admin.query(`INSERT INTO public.orders VALUES (1, 1, 10, 'a')`);
    }
  });

  it('has no way back where it would have to be created anew under what reads it, and says what to do', async () => {
    if (onPgTrickle) return;
    await scene.deploy([totals]);
    await scene.admin.query('CREATE VIEW public.reading AS SELECT total FROM public.totals');
    const todo = await scene.plan([{ ...totals, refreshMode: 'FULL' }]);
    expect(kindsOf(todo)).toStrictEqual(['alter public.totals']);
    await apply(scene.executor, todo);
    await expect(scene.run(migrationSql(todo).downStatements)).rejects.toThrow(
      /"public"\."reading"\. Declare it as it was, and plan that/,
    );
    await scene.deploy([totals]);
    await scene.expectRight('public.reading', 'SELECT sum(amount) FROM public.orders GROUP BY customer_id');
  });

  it.runIf(onPgTrickle)('the query, where the columns stay and nothing reads it', async () => {
    await scene.deploy([totals]);
    const todo = await scene.plan([{ ...totals, query: OTHER }]);
    expect(kindsOf(todo)).toStrictEqual(['alter-query public.totals']);
    await apply(scene.executor, todo);
    await scene.expectRight('public.totals', OTHER);
    expect((await scene.plan([{ ...totals, query: OTHER }])).steps).toStrictEqual([]);
  });

  it.runIf(onPgTrickle)('the query back to what was declared, where somebody has altered it since', async () => {
    await scene.deploy([totals]);
    // An extension that keeps the table keeps what apply() has written down on it.
    const { rows } = await scene.admin.query<{ mark: string }>(
      `SELECT format('COMMENT ON COLUMN public.totals.%I IS %L', attname, col_description(attrelid, attnum)) AS mark
      FROM pg_attribute WHERE attrelid = 'public.totals'::regclass AND col_description(attrelid, attnum) IS NOT NULL`,
    );
    await scene.admin.query(`SELECT pgstream.alter_stream_table(name => 'public.totals', query => $1)`, [OTHER]);
    await scene.run(rows.map(({ mark }) => mark));
    const otherwise = { ...totals, query: TOTALS.replace('SELECT', 'select') };
    expect(kindsOf(await scene.plan([otherwise]))).toStrictEqual(['alter-query public.totals']);
    await scene.deploy([otherwise]);
    await scene.expectRight('public.totals', TOTALS);
  });

  it.runIf(onPgTrickle).each<[RefreshMode, RefreshMode, string[], RefreshMode]>([
    ['AUTO', 'AUTO', [], 'DIFFERENTIAL'],
    ['AUTO', 'DIFFERENTIAL', ['adopt'], 'DIFFERENTIAL'],
    ['DIFFERENTIAL', 'AUTO', ['adopt'], 'DIFFERENTIAL'],
    ['AUTO', 'FULL', ['alter'], 'FULL'],
    ['FULL', 'AUTO', ['recreate'], 'DIFFERENTIAL'],
    ['IMMEDIATE', 'AUTO', ['recreate'], 'DIFFERENTIAL'],
    ['DIFFERENTIAL', 'IMMEDIATE', ['recreate'], 'IMMEDIATE'],
  ])('AUTO is what the extension makes of it: from %s to %s: %j', async (before, after, expected, kept) => {
    await scene.deploy([{ ...totals, refreshMode: before }]);
    const declared = { ...totals, refreshMode: after };
    const todo = await scene.plan([declared]);
    expect(kindsOf(todo)).toStrictEqual(expected.map((kind) => `${kind} public.totals`));
    await apply(scene.executor, todo);
    expect((await scene.plan([declared])).steps).toStrictEqual([]);
    const { rows } = await scene.admin.query(`SELECT refresh_mode FROM pgstream.pgs_stream_tables`);
    expect(rows).toStrictEqual([{ refresh_mode: kept }]);
    await scene.expectRight('public.totals', TOTALS);
    if (todo.changes === 0) return;
    await scene.run(migrationSql(todo).downStatements);
    expect((await scene.plan([{ ...totals, refreshMode: before }])).changes).toBe(0);
  });

  it.runIf(onPgTrickle)('FULL is what AUTO was, where the query can be nothing else', async () => {
    await scene.admin.query('CREATE MATERIALIZED VIEW app.snapshot AS SELECT id FROM public.orders');
    const full = { name: 'full', query: 'SELECT id FROM app.snapshot', refreshMode: 'FULL' as const };
    await scene.deploy([{ ...full, refreshMode: 'AUTO' }]);
    expect(kindsOf(await scene.plan([full]))).toStrictEqual(['adopt public.full']);
    expect(kindsOf(await scene.plan([{ ...full, refreshMode: 'AUTO' }]))).toStrictEqual([]);
  });
});

describe('what is made anew', () => {
  it('gets back all that it had', async () => {
    const { name: reader } = await testRole();
    await scene.deploy([totals, { name: 'top', query: 'SELECT customer_id, total FROM public.totals' }]);
    await scene.admin.query(`
      CREATE INDEX "by Total" ON public.totals (total DESC) WHERE total > 0;
      CREATE UNIQUE INDEX totals_key ON public.totals (customer_id);
      ALTER TABLE public.totals ADD CONSTRAINT positive CHECK (n > 0);
      CREATE STATISTICS public.totals_stats ON customer_id, n FROM public.totals;
      COMMENT ON TABLE public.totals IS 'what''s bought';
      COMMENT ON COLUMN public.totals.total IS 'in euros';
      GRANT SELECT ON public.totals TO "${reader}" WITH GRANT OPTION;
      GRANT SELECT (total) ON public.totals TO PUBLIC;
      CREATE POLICY own ON public.totals FOR SELECT TO "${reader}" USING (customer_id = 1);
      ALTER TABLE public.totals ENABLE ROW LEVEL SECURITY;
      ALTER TABLE public.totals SET (fillfactor = 70);
      ALTER TABLE public.totals REPLICA IDENTITY FULL;
      CREATE PUBLICATION totals_only FOR TABLE public.totals (customer_id, total) WHERE (total > 1);
      CREATE FUNCTION public.noticed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER noticing AFTER INSERT ON public.totals FOR EACH ROW EXECUTE FUNCTION public.noticed();
      CREATE VIEW public.rich WITH (security_barrier = true) AS SELECT customer_id FROM public.totals WHERE total > 8;
      COMMENT ON VIEW public.rich IS 'rich ones';
      GRANT SELECT ON public.rich TO "${reader}";
      CREATE VIEW app.names AS SELECT c.name FROM public.rich r JOIN public.customers c ON c.id = r.customer_id;
    `);
    const before = await looks();
    const changed = [
      { ...totals, query: OTHER },
      { name: 'top', query: 'SELECT customer_id, total FROM public.totals' },
    ];
    const todo = await scene.plan(changed);
    expect(kindsOf(todo).toSorted()).toStrictEqual([
      'recreate public.top',
      'recreate public.totals',
      'recreate-view app.names',
      'recreate-view public.rich',
    ]);
    expect(todo.steps.flatMap(({ blockers, left }) => [...blockers, ...left])).toStrictEqual([]);
    await apply(scene.executor, todo);
    expect(await looks()).toStrictEqual(before);
    await scene.expectRight('public.totals', changed[0]?.query ?? '');
    const { rows } = await scene.admin.query('SELECT name FROM app.names');
    expect(rows).toStrictEqual([{ name: 'Ann' }]);
    expect((await scene.plan(changed)).steps).toStrictEqual([]);

    // The way back, by a migration's own statements.
    await scene.run(migrationSql(todo).downStatements);
    expect((await scene.plan([totals, changed[1] as DeclaredStreamTable])).changes).toBe(0);
    await scene.admin.query('DROP PUBLICATION totals_only; DROP FUNCTION public.noticed() CASCADE');
  });

  it('is refused where something would be lost, before anything is done', async () => {
    await scene.deploy([totals]);
    await scene.admin.query(`CREATE MATERIALIZED VIEW app.kept AS SELECT total FROM public.totals;
      CREATE FUNCTION app.uses(t public.totals) RETURNS numeric LANGUAGE sql RETURN t.total`);
    const todo = await scene.plan([{ ...totals, query: TOTALS.replace('count(*) AS n', 'count(*) AS number') }]);
    expect(todo.steps.flatMap(({ blockers }) => blockers).join('\n')).toMatch(/app\.uses.*materialized view/s);
    await expect(apply(scene.executor, todo)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('app.uses') as string,
    });
    expect(planText(todo)).toContain('REFUSED: this would be lost');
    expect(() => migrationSql(todo)).toThrow(/app\.uses/);
    await scene.admin.query('DROP FUNCTION app.uses(public.totals)');
  });

  it.each([
    ['alone', ''],
    ['under a view', 'CREATE VIEW public.reading AS SELECT total FROM public.totals'],
  ])('stays suspended %s, on the way there and back', async (_, hung) => {
    await scene.deploy([totals]);
    await scene.admin.query(
      `SELECT ${extension.schema}.alter_stream_table('public.totals', status => 'SUSPENDED'); ${hung}`,
    );
    const todo = await scene.plan([{ ...totals, query: OTHER }]);
    for (const statements of [migrationSql(todo).upStatements, migrationSql(todo).downStatements]) {
      await scene.run(statements);
      const { rows } = await scene.admin.query('SELECT status FROM pgstream.pgs_stream_tables');
      expect(rows).toStrictEqual([{ status: 'SUSPENDED' }]);
    }
  });

  it('is refused where a function takes its rows, also where its columns stay', async () => {
    await scene.deploy([totals]);
    await scene.admin.query('CREATE FUNCTION app.uses(t public.totals) RETURNS numeric LANGUAGE sql RETURN t.total');
    await expect(scene.deploy([{ ...totals, query: OTHER }])).rejects.toThrow(/app\.uses/);
    await scene.admin.query('DROP FUNCTION app.uses(public.totals)');
  });

  it.runIf(onPgTrickle)('is refused where only the extension knows its settings', async () => {
    await scene.deploy([totals]);
    const settings = Object.entries({
      diamond_consistency: 'none',
      diamond_schedule_policy: 'slowest',
      requested_cdc_mode: 'trigger',
      is_append_only: 'true',
      pooler_compatibility_mode: 'true',
      refresh_tier: 'cold',
      fuse_mode: 'auto',
      fuse_ceiling: '9',
      fuse_sensitivity: '9',
      post_refresh_action: 'analyze',
      reindex_drift_threshold: '0.5',
      max_differential_joins: '9',
      max_delta_fraction: '0.5',
      st_partition_key: 'customer_id',
      temporal_mode: 'true',
      storage_backend: 'columnar',
      storage_fillfactor: '50',
      downstream_publication_name: 'p',
      ducklake_compaction_policy: 'error',
      ducklake_sink_mode: 'append',
      ducklake_sink_path: 'p',
      ducklake_sink_table_id: '9',
      target_freshness_mode: 'MANUAL',
      orchestration_mode: 'EXTERNAL',
    });
    const { rows } = await scene.admin.query<{ name: string }>(
      `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'pgstream.pgs_stream_tables'::regclass`,
    );
    const there = settings.filter(([column]) => rows.some(({ name }) => name === column));
    expect(there.length).toBeGreaterThan(19);
    await scene.admin.query(
      `UPDATE pgstream.pgs_stream_tables SET ${there.map(([column, value]) => `${column} = '${value}'`).join(', ')}`,
    );
    const todo = await scene.plan([{ ...totals, query: TOTALS.replace('count(*) AS n', 'count(*) AS number') }]);
    expect(todo.steps[0]?.blockers).toStrictEqual(
      there.map(([column]) => `its setting ${column} of ${extension.name}`),
    );
  });

  it('says what is left out because its column is gone', async () => {
    await scene.deploy([totals]);
    await scene.admin.query('CREATE INDEX by_n ON public.totals (n)');
    const todo = await scene.plan([{ ...totals, query: TOTALS.replace('count(*) AS n', 'count(*) AS number') }]);
    expect(todo.steps[0]?.left).toStrictEqual(['CREATE INDEX IF NOT EXISTS by_n ON public.totals USING btree (n)']);
    await apply(scene.executor, todo);
  });
});

describe('what is not declared', () => {
  it('is reported, and dropped only when it was declared once and that is asked for', async () => {
    await scene.admin.query(
      `SELECT ${extension.schema}.create_stream_table('public.somebodys', '${TOTALS}', '1m', 'DIFFERENTIAL')`,
    );
    await scene.deploy([totals, { name: 'second', query: TOTALS }]);
    const reported = await scene.plan([totals]);
    expect(kindsOf(reported)).toStrictEqual(['orphan public.second', 'foreign public.somebodys']);
    expect(reported.changes).toBe(0);
    const todo = await scene.plan([totals], { orphans: 'drop' });
    expect(kindsOf(todo)).toStrictEqual(['drop public.second', 'foreign public.somebodys']);
    await apply(scene.executor, todo);
    expect(kindsOf(await scene.plan([totals]))).toStrictEqual(['foreign public.somebodys']);
    // Until it is declared: then it is taken note of, and nothing else.
    const adopted = await scene.plan([totals, { name: 'somebodys', query: TOTALS }]);
    expect(kindsOf(adopted)).toStrictEqual(['adopt public.somebodys']);
    await apply(scene.executor, adopted);
    expect((await scene.plan([totals, { name: 'somebodys', query: TOTALS }])).steps).toStrictEqual([]);
  });

  it('is still known for ours when it is made anew with what it reads', async () => {
    const reading = { name: 'reading', query: 'SELECT total FROM public.totals' };
    await scene.deploy([totals, reading]);
    await scene.deploy([{ ...totals, query: OTHER }]);
    expect(kindsOf(await scene.plan([{ ...totals, query: OTHER }]))).toStrictEqual(['orphan public.reading']);
  });

  it('is not dropped under what reads it', async () => {
    await scene.deploy([totals]);
    await scene.admin.query('CREATE VIEW public.reading AS SELECT total FROM public.totals');
    const todo = await scene.plan([], { orphans: 'drop' });
    await expect(apply(scene.executor, todo)).rejects.toThrow(/"public"\."reading".*reads "public"\."totals"/);
  });
});

describe('what is wrong with declarations', () => {
  it.each<[string, DeclaredStreamTable[], string, RegExp]>([
    ['two of one name', [totals, totals], 'INVALID_ARGUMENT', /declared twice \(src\/models.ts\)/],
    [
      'a table that is not there',
      [{ ...totals, query: 'SELECT id FROM nosuch' }],
      'UNSUPPORTED_QUERY',
      /totals" \(src\/models.ts\).*relation "nosuch" does not exist\. Create it before/,
    ],
    [
      'an alias that is none',
      [{ ...totals, query: 'SELECT o.id FROM orders' }],
      'UNSUPPORTED_QUERY',
      /FROM-clause entry for table "o"\.$/,
    ],
    ['no query', [{ ...totals, query: ' ' }], 'UNSUPPORTED_QUERY', /totals" \(src\/models.ts\): .*text of a SELECT/],
    ['a name that is taken', [{ ...totals, name: 'taken' }], 'ALREADY_EXISTS', /"public"\."taken"/],
    ['a schema that is not there', [{ ...totals, name: { schema: 'nosuch', name: 't' } }], 'INVALID_NAME', /nosuch/],
    [
      'a bad schedule',
      [{ ...totals, schedule: '300' }],
      'INVALID_SCHEDULE',
      /totals" \(src\/models.ts\): The schedule '300' has no unit/,
    ],
    [
      'a circle',
      [
        { name: 'a', query: 'SELECT id FROM public.orders UNION ALL SELECT id FROM public.b' },
        { name: 'b', query: 'SELECT id FROM public.a' },
      ],
      'UNSUPPORTED_QUERY',
      /"public"\."a".*the two read each other.*"public"\."b".*the two read each other/s,
    ],
    [
      'columns that are others, with both sides',
      [
        {
          ...totals,
          columns: [
            { name: 'customer_id', type: 'text' },
            { name: 'total', type: 'numeric(12, 2)' },
            { name: 'count' },
          ],
        },
      ],
      'INVALID_ARGUMENT',
      /customer_id is declared as text, and is integer in it; count is not in it; n bigint is not declared. Declared: \(customer_id text, total numeric\(12, 2\), count\). The query gives: \(customer_id integer, total numeric, n bigint\)/,
    ],
    [
      'several at once, all of them',
      [
        { name: 'x', query: 'SELECT nocol FROM public.orders' },
        { name: 'y', query: 'SELEC 1' },
      ],
      'UNSUPPORTED_QUERY',
      /"public"\."x".*\n"public"\."y"/,
    ],
  ])('refuses %s', async (_, declared, code, message) => {
    const refused = scene.plan(declared);
    await expect(refused).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
      operation: 'plan',
    });
  });

  it('takes a type in whatever words', async () => {
    const columns = [
      { name: 'customer_id', type: 'int4' },
      { name: 'total', type: 'decimal(9,1)' },
      { name: 'n', type: 'int8' },
    ];
    const declared = { ...totals, columns };
    await scene.deploy([declared]);
    expect((await scene.plan([declared])).steps).toStrictEqual([]);
  });
});

describe('planRollback()', () => {
  it('takes back the last apply(), and is taken back itself', async () => {
    await scene.deploy([totals]);
    await scene.deploy([
      { ...totals, query: OTHER, schedule: '7m' },
      { name: 'second', query: 'SELECT total FROM public.totals' },
    ]);
    const back = await planRollback(scene.executor);
    expect(kindsOf(back).toSorted()).toStrictEqual(['drop public.second', 'recreate public.totals'].toSorted());
    await apply(scene.executor, back);
    await scene.expectRight('public.totals', TOTALS);
    expect((await scene.plan([totals])).changes).toBe(0);
    await apply(scene.executor, await planRollback(scene.executor));
    expect((await scene.plan([{ ...totals, query: OTHER, schedule: '7m' }])).changes).toBe(0);
  });

  it('says that there is nothing to take back', async () => {
    await expect(planRollback(scene.executor)).rejects.toThrow(/nothing to take back/);
  });
});

describe('readDefinitions()', () => {
  it('gives declarations of what there is, by which nothing has to be done', async () => {
    await scene.admin.query(`SELECT ${extension.schema}.create_stream_table('app.one', '${TOTALS}', '5m', 'FULL');
      SELECT ${extension.schema}.create_stream_table('public.two', 'SELECT customer_id FROM app.one', ${extension.calculated}, 'DIFFERENTIAL')`);
    const read = await readDefinitions(scene.executor);
    expect(read).toStrictEqual([
      { name: { schema: 'app', name: 'one' }, query: TOTALS, schedule: '5m', refreshMode: 'FULL' },
      { name: 'two', query: 'SELECT customer_id FROM app.one', schedule: null, refreshMode: 'DIFFERENTIAL' },
    ]);
    expect((await scene.plan(read)).changes).toBe(0);
  });
});

/** What the catalogs show of the stream table and the views, without oids and without what is hidden. */
async function looks(): Promise<unknown> {
  const { rows } = await scene.admin
    .query(`SELECT c.relname, c.reloptions, c.relacl::text, c.relrowsecurity, c.relreplident, obj_description(c.oid) AS comment,
    ARRAY(SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i WHERE i.indrelid = c.oid ORDER BY 1) AS indexes,
    ARRAY(SELECT conname || pg_get_constraintdef(k.oid) FROM pg_constraint k WHERE k.conrelid = c.oid ORDER BY 1) AS constraints,
    ARRAY(SELECT pg_get_statisticsobjdef(s.oid) FROM pg_statistic_ext s WHERE s.stxrelid = c.oid ORDER BY 1) AS statistics,
    ARRAY(SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE t.tgrelid = c.oid AND tgname = 'noticing' ORDER BY 1) AS triggers,
    ARRAY(SELECT polname || polcmd::text || pg_get_expr(polqual, polrelid) FROM pg_policy p WHERE p.polrelid = c.oid ORDER BY 1) AS policies,
    ARRAY(SELECT attname || coalesce(attacl::text, '') || coalesce(col_description(c.oid, attnum), '') FROM pg_attribute a
      WHERE a.attrelid = c.oid AND attnum > 0 AND left(attname, 6) <> '${extension.hiddenPrefix}' ORDER BY attnum) AS columns,
    ARRAY(SELECT pg_get_expr(prqual, prrelid) || prattrs::text FROM pg_publication_rel r WHERE r.prrelid = c.oid ORDER BY 1) AS publications
    FROM pg_class c WHERE c.relname IN ('totals', 'top', 'rich', 'names') ORDER BY 1`);
  return rows;
}

describe('what read something that was dropped', () => {
  const overView = {
    name: 'over_view',
    query: 'SELECT customer_id, sum(amount) AS total FROM public.large GROUP BY customer_id',
  };
  const onTop = { name: 'on_top', query: 'SELECT customer_id FROM public.over_view WHERE total > 8' };
  const makeView = 'CREATE VIEW public.large AS SELECT * FROM public.some_orders WHERE amount > 1';
  const makeTable = 'CREATE TABLE public.some_orders AS SELECT * FROM public.orders';

  beforeAll(async () => void (await scene.admin.query(`${makeTable}; ${makeView}`)));

  it.each([
    ['a view', `DROP VIEW public.large; ${makeView}`],
    ['a table', `DROP TABLE public.some_orders CASCADE; ${makeTable}; ${makeView}`],
  ])('and made anew, is made anew, though all names and texts are as they were: %s', async (_, anew) => {
    const declared = [overView, onTop];
    await scene.deploy(declared);
    await scene.admin.query(anew);
    const todo = await scene.plan(declared);
    expect(kindsOf(todo)).toStrictEqual(['recreate public.over_view', 'recreate public.on_top']);
    expect(todo.steps[0]?.reasons.join()).toMatch(/was dropped/);
    await apply(scene.executor, todo);
    expect((await scene.plan(declared)).steps).toStrictEqual([]);
    // It is maintained again.
    await scene.admin.query('UPDATE public.some_orders SET amount = amount + 100');
    for (const { name } of declared)
      await scene.admin.query(`SELECT ${extension.schema}.refresh_stream_table('public.${name}')`);
    for (const { name, query } of declared) await scene.expectRight(`public.${name}`, query);
  });

  it('is made anew with another query, and dropped where it is not declared any more', async () => {
    await scene.deploy([overView]);
    await scene.admin.query(`DROP TABLE public.some_orders CASCADE; ${makeTable}; ${makeView}`);
    const other = { ...overView, query: overView.query.replace('sum(amount)', 'sum(amount + 1)') };
    const todo = await scene.plan([other]);
    expect(kindsOf(todo)).toStrictEqual(['recreate public.over_view']);
    await apply(scene.executor, todo);
    await scene.expectRight('public.over_view', other.query);
    await scene.admin.query(`DROP TABLE public.some_orders CASCADE; ${makeTable}; ${makeView}`);
    await apply(scene.executor, await scene.plan([], { orphans: 'drop' }));
    expect((await scene.plan([])).steps).toStrictEqual([]);
  });
});
