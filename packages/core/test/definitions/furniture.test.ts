import { testRole } from '@pgstream/harness';
import { afterEach, expect, it } from 'vitest';
import { migrationSql, type DeclaredStreamTable } from '../../src/definitions.ts';
import { TOTALS } from '../orders.ts';
import { definitionsScene } from './scene.ts';

const scene = definitionsScene();
afterEach(() => scene.clear());

const totals: DeclaredStreamTable = { name: 'totals', query: TOTALS };
const OTHER = TOTALS.replace('sum(amount)', 'sum(amount + 1)');
/** One of the columns is called otherwise. */
const WITHOUT_N = TOTALS.replace('AS n', 'AS number');

/** What hangs on it, the statements that make it, and a query for it, which gives the same when it is put back. */
interface Hung {
  readonly what: string;
  readonly make: (role: string) => string;
  readonly look: string;
}

const OF_TOTALS = `'public.totals'::regclass`;
const OF_VIEW = `'public.over'::regclass`;
const VIEW = 'CREATE VIEW public.over AS SELECT customer_id, total FROM public.totals;';
const NOTICED = `CREATE OR REPLACE FUNCTION public.noticed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';`;

const HUNG: readonly Hung[] = [
  {
    what: 'an index, unique, of an expression, with a comment',
    make: () => `CREATE UNIQUE INDEX by_total ON public.totals (customer_id, (total + 1)) INCLUDE (n) WHERE total > 0;
      COMMENT ON INDEX public.by_total IS 'it''s quick'`,
    look: `SELECT pg_get_indexdef(oid), obj_description(oid) FROM pg_class WHERE relname = 'by_total'`,
  },
  {
    what: 'a constraint with an index, which is that of the replica identity and of CLUSTER, with comments',
    make: () => `ALTER TABLE public.totals ALTER customer_id SET NOT NULL, ADD CONSTRAINT one_each UNIQUE (customer_id), ADD CONSTRAINT several CHECK (n > 0) NOT VALID;
      ALTER TABLE public.totals REPLICA IDENTITY USING INDEX one_each; ALTER TABLE public.totals CLUSTER ON one_each;
      COMMENT ON CONSTRAINT one_each ON public.totals IS 'one each'`,
    look: `SELECT conname, pg_get_constraintdef(k.oid), obj_description(k.oid, 'pg_constraint'), i.indisreplident, i.indisclustered
      FROM pg_constraint k LEFT JOIN pg_index i ON i.indexrelid = k.conindid WHERE conrelid = ${OF_TOTALS} AND conkey && '{2,3,4}' ORDER BY 1`,
  },
  {
    what: 'another index for the replica identity',
    make: () => `ALTER TABLE public.totals ALTER customer_id SET NOT NULL; CREATE UNIQUE INDEX "By Customer" ON public.totals (customer_id);
      ALTER TABLE public.totals REPLICA IDENTITY USING INDEX "By Customer"`,
    look: `SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE indrelid = ${OF_TOTALS} AND indisreplident`,
  },
  {
    what: 'no replica identity',
    make: () => 'ALTER TABLE public.totals REPLICA IDENTITY NOTHING',
    look: `SELECT relreplident FROM pg_class WHERE oid = ${OF_TOTALS}`,
  },
  {
    what: 'statistics',
    make: () => `CREATE STATISTICS public.of_totals ON customer_id, n FROM public.totals;
      COMMENT ON STATISTICS public.of_totals IS 'for the planner'`,
    look: `SELECT pg_get_statisticsobjdef(oid), obj_description(oid, 'pg_statistic_ext') FROM pg_statistic_ext WHERE stxrelid = ${OF_TOTALS}`,
  },
  {
    what: 'triggers, and one that is off',
    make: () => `${NOTICED} CREATE TRIGGER noticing AFTER INSERT ON public.totals FOR EACH ROW EXECUTE FUNCTION public.noticed();
      CREATE TRIGGER asleep AFTER UPDATE ON public.totals FOR EACH ROW EXECUTE FUNCTION public.noticed();
      ALTER TABLE public.totals DISABLE TRIGGER asleep; COMMENT ON TRIGGER asleep ON public.totals IS 'asleep'`,
    look: `SELECT pg_get_triggerdef(oid), tgenabled, obj_description(oid, 'pg_trigger') FROM pg_trigger WHERE tgrelid = ${OF_TOTALS} AND tgname IN ('noticing', 'asleep') ORDER BY 1`,
  },
  {
    what: 'a rule, which always is on',
    make: () => `CREATE RULE nothing AS ON DELETE TO public.totals WHERE false DO INSTEAD NOTHING;
      ALTER TABLE public.totals ENABLE ALWAYS RULE nothing; COMMENT ON RULE nothing ON public.totals IS 'why not'`,
    look: `SELECT pg_get_ruledef(oid), ev_enabled, obj_description(oid, 'pg_rewrite') FROM pg_rewrite WHERE ev_class = ${OF_TOTALS}`,
  },
  {
    what: 'policies',
    make: (role) => `ALTER TABLE public.totals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      CREATE POLICY several ON public.totals AS RESTRICTIVE FOR SELECT TO "${role}" USING (customer_id = 1);
      CREATE POLICY others ON public.totals TO PUBLIC USING (total > 0) WITH CHECK (total > 1);
      COMMENT ON POLICY several ON public.totals IS 'several'`,
    look: `SELECT polname, polcmd, polpermissive, polroles, pg_get_expr(polqual, polrelid) AS qual, pg_get_expr(polwithcheck, polrelid) AS checked, obj_description(p.oid, 'pg_policy'),
      relrowsecurity, relforcerowsecurity FROM pg_policy p JOIN pg_class c ON c.oid = polrelid WHERE c.oid = ${OF_TOTALS} ORDER BY 1`,
  },
  {
    what: 'row level security without a policy',
    make: () => 'ALTER TABLE public.totals ENABLE ROW LEVEL SECURITY',
    look: `SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = ${OF_TOTALS}`,
  },
  {
    what: 'publications, of all of it and of a part',
    make: () => `DROP PUBLICATION IF EXISTS whole, part; CREATE PUBLICATION whole FOR TABLE public.totals;
      CREATE PUBLICATION part FOR TABLE public.totals (customer_id, total) WHERE (total > 1)`,
    look: `SELECT pubname, attnames, rowfilter FROM pg_publication_tables ORDER BY 1`,
  },
  {
    what: 'how it is stored, and its columns',
    make: () => `ALTER TABLE public.totals SET (fillfactor = 70, autovacuum_enabled = off); ALTER TABLE public.totals SET UNLOGGED;
      ALTER TABLE public.totals ALTER total SET STATISTICS 50, ALTER total SET (n_distinct = 7), ALTER total SET STORAGE EXTERNAL, ALTER total SET COMPRESSION pglz`,
    look: `SELECT c.reloptions, c.relpersistence, attstattarget, attoptions, attstorage, attcompression FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE c.oid = ${OF_TOTALS} AND attname = 'total'`,
  },
  {
    what: 'comments',
    make: () => `COMMENT ON TABLE public.totals IS 'it''s all'; COMMENT ON COLUMN public.totals.total IS 'in \\euros'`,
    look: `SELECT obj_description(${OF_TOTALS}), col_description(attrelid, attnum) FROM pg_attribute WHERE attrelid = ${OF_TOTALS} AND attname = 'total'`,
  },
  {
    what: 'rights',
    make: (
      role,
    ) => `GRANT SELECT ON public.totals TO "${role}" WITH GRANT OPTION; GRANT SELECT ON public.totals TO PUBLIC; GRANT UPDATE ON public.totals TO "${role}";
      GRANT SELECT (total) ON public.totals TO PUBLIC; GRANT UPDATE (total) ON public.totals TO "${role}" WITH GRANT OPTION`,
    look: `SELECT ARRAY(SELECT g::text FROM unnest(c.relacl) g ORDER BY 1) AS relacl, ARRAY(SELECT g::text FROM unnest(a.attacl) g ORDER BY 1) AS attacl FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.oid = ${OF_TOTALS} AND attname = 'total'`,
  },
  {
    what: 'an owner',
    make: (role) =>
      `GRANT ALL ON SCHEMA public TO "${role}"; ALTER TABLE public.totals OWNER TO "${role}"; GRANT SELECT (total) ON public.totals TO "${role}"`,
    look: `SELECT relowner::regrole::text, relacl::text FROM pg_class WHERE oid = ${OF_TOTALS}`,
  },
  {
    what: 'a view with all that it has',
    make: (role) => `${VIEW} ${NOTICED} ALTER VIEW public.over SET (security_barrier = true, check_option = local);
      COMMENT ON VIEW public.over IS 'over'; COMMENT ON COLUMN public.over.total IS 'in all';
      GRANT SELECT ON public.over TO PUBLIC; GRANT SELECT (total) ON public.over TO pg_monitor; ALTER VIEW public.over OWNER TO "${role}";
      CREATE TRIGGER instead INSTEAD OF INSERT ON public.over FOR EACH ROW EXECUTE FUNCTION public.noticed();
      CREATE RULE never AS ON DELETE TO public.over DO INSTEAD NOTHING`,
    look: `SELECT pg_get_viewdef(c.oid), reloptions, relacl::text, relowner::regrole::text, obj_description(c.oid), col_description(c.oid, 2), attacl::text,
      ARRAY(SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = c.oid) AS triggers, ARRAY(SELECT pg_get_ruledef(oid) FROM pg_rewrite WHERE ev_class = c.oid ORDER BY 1) AS rules
      FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid AND attnum = 2 WHERE c.oid = ${OF_VIEW}`,
  },
];

it.each(HUNG)('$what: is there again when it is made anew, and after the way back', async ({ make, look }) => {
  const { name: role } = await testRole();
  await scene.deploy([totals]);
  await scene.admin.query(`GRANT SELECT ON public.orders TO "${role}"`);
  await scene.admin.query(make(role));
  // So that it is made anew on every extension.
  await scene.admin.query('CREATE VIEW public.reading AS SELECT total FROM public.totals');
  const before = (await scene.admin.query(look)).rows;
  expect(before).not.toStrictEqual([]);
  const todo = await scene.plan([{ ...totals, query: OTHER }]);
  expect(todo.steps.flatMap(({ blockers, left }) => [...blockers, ...left])).toStrictEqual([]);
  for (const statements of [migrationSql(todo).upStatements, migrationSql(todo).downStatements]) {
    await scene.run(statements);
    expect((await scene.admin.query(look)).rows).toStrictEqual(before);
  }
});

it('what cannot be put back without a column is left out, and said', async () => {
  await scene.deploy([totals]);
  await scene.admin.query(`
    CREATE INDEX by_n ON public.totals ((n + 1)); COMMENT ON INDEX public.by_n IS 'quick';
    ALTER TABLE public.totals ALTER n SET NOT NULL, ADD CONSTRAINT positive CHECK (n > 0), ADD CONSTRAINT one_n UNIQUE (customer_id, n);
    COMMENT ON CONSTRAINT positive ON public.totals IS 'positive';
    ALTER TABLE public.totals ALTER customer_id SET NOT NULL; ALTER TABLE public.totals REPLICA IDENTITY USING INDEX one_n;
    CREATE STATISTICS public.of_n ON customer_id, n FROM public.totals;
    ALTER TABLE public.totals ALTER n SET STATISTICS 9;
    DROP PUBLICATION IF EXISTS whole, part; CREATE PUBLICATION part FOR TABLE public.totals (customer_id, n);
    COMMENT ON COLUMN public.totals.n IS 'number'; GRANT SELECT (n) ON public.totals TO PUBLIC`);
  const todo = await scene.plan([{ ...totals, query: WITHOUT_N }]);
  const left = todo.steps[0]?.left ?? [];
  const words = [
    /INDEX IF NOT EXISTS by_n /,
    /COMMENT ON INDEX public\.by_n /,
    /ADD CONSTRAINT positive /,
    /ADD CONSTRAINT one_n /,
    /ADD CONSTRAINT totals_n_not_null /,
    /COMMENT ON CONSTRAINT positive /,
    /REPLICA IDENTITY USING INDEX one_n/,
    /STATISTICS public\.of_n /,
    /ALTER COLUMN n SET STATISTICS 9/,
    /ADD TABLE ONLY public\.totals \(customer_id, n\)/,
    /COMMENT ON COLUMN public\.totals\.n /,
    /GRANT SELECT \(n\) /,
  ];
  for (const word of words) expect(left).toContainEqual(expect.stringMatching(word));
  expect(left).toHaveLength(words.length);
  // And nothing but that.
  await scene.run(migrationSql(todo).upStatements);
  await scene.expectRight('public.totals', WITHOUT_N);
  const { rows } = await scene.admin.query(
    `SELECT attnotnull FROM pg_attribute WHERE attrelid = ${OF_TOTALS} AND attname = 'customer_id'`,
  );
  expect(rows).toStrictEqual([{ attnotnull: true }]);
  await scene.run(migrationSql(todo).downStatements);
  await scene.expectRight('public.totals', TOTALS);
});

it.each([
  [
    'a function on its rows',
    'CREATE FUNCTION public.blocks(t public.totals) RETURNS int LANGUAGE sql RETURN 1',
    /blocks/,
  ],
  [
    'a function on arrays of them',
    'CREATE FUNCTION public.blocks(t public.totals[]) RETURNS int LANGUAGE sql RETURN 1',
    /blocks/,
  ],
  [
    'a function whose body PostgreSQL knows',
    'CREATE FUNCTION public.blocks() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM public.totals; END',
    /blocks/,
  ],
  [
    'a foreign key',
    'ALTER TABLE public.totals ADD UNIQUE (customer_id); CREATE TABLE public.blocks (id int REFERENCES public.totals (customer_id))',
    /blocks/,
  ],
  ['a column of their type', 'CREATE TABLE public.blocks (t public.totals)', /column t of table .*blocks/],
  ['a child', 'CREATE TABLE public.blocks () INHERITS (public.totals)', /^table .*blocks$/],
  [
    'a parent',
    'CREATE TABLE public.blocks (n bigint); ALTER TABLE public.totals INHERIT public.blocks',
    /that it is a part of table .*blocks/,
  ],
  [
    'a policy of another table',
    'CREATE TABLE public.blocks (id int); CREATE POLICY blocking ON public.blocks USING (id IN (SELECT customer_id FROM public.totals))',
    /policy blocking/,
  ],
  ['a default', 'ALTER TABLE public.totals ALTER n SET DEFAULT 1', /default value for column n/],
  ['a default of a view', `${VIEW} ALTER VIEW public.over ALTER total SET DEFAULT 1`, /default value for column total/],
  [
    'a materialized view',
    'CREATE MATERIALIZED VIEW public.blocks AS SELECT total FROM public.totals',
    /a materialized view/,
  ],
  [
    'a materialized view on a view',
    `${VIEW} CREATE MATERIALIZED VIEW public.blocks AS SELECT total FROM public.over`,
    /a materialized view/,
  ],
  [
    'a rule of another table',
    'CREATE TABLE public.blocks (id int); CREATE RULE blocking AS ON INSERT TO public.blocks DO ALSO SELECT count(*) FROM public.totals',
    /rule blocking/,
  ],
])('%s: is in the way', async (_, make, blocker) => {
  try {
    await scene.deploy([totals]);
    await scene.admin.query(make);
    const todo = await scene.plan([{ ...totals, query: WITHOUT_N }]);
    expect(todo.steps.flatMap(({ blockers }) => blockers)).toStrictEqual([expect.stringMatching(blocker)]);
    // To be dropped for good as well.
    const dropping = await scene.plan([], { orphans: 'drop' });
    expect(dropping.steps.flatMap(({ blockers }) => blockers)).toContainEqual(expect.stringMatching(blocker));
  } finally {
    await scene.admin.query(
      `DROP FUNCTION IF EXISTS public.blocks(), public.blocks(public.totals), public.blocks(public.totals[])`,
    );
    await scene.admin
      .query(`DO $$ BEGIN EXECUTE (SELECT format('DROP %s public.blocks CASCADE', CASE relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END)
      FROM pg_class WHERE oid = to_regclass('public.blocks')); EXCEPTION WHEN null_value_not_allowed THEN END $$`);
  }
});
