import { extension, onPgTrickle, testRole } from '@pgstream/harness';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrationSql, writeMigrations, type DeclaredStreamTable, type MigrationSql } from '../../src/definitions.ts';
import { TOTALS } from '../orders.ts';
import { definitionsScene, kindsOf } from './scene.ts';

const scene = definitionsScene();
const totals: DeclaredStreamTable = { name: 'totals', query: TOTALS };
const top: DeclaredStreamTable = { name: 'top', query: 'SELECT customer_id, total FROM public.totals' };
// Another column, so that no extension alters it in its place.
const changed: DeclaredStreamTable = { name: 'totals', query: TOTALS.replace('sum(amount)', 'sum(amount + 1)::text') };

/** All that a migration can know of. `a_reader` stands for a role. */
const HUNG = `
  CREATE INDEX by_n ON public.totals (n);
  COMMENT ON INDEX public.by_n IS 'by number';
  ALTER TABLE public.totals ADD CONSTRAINT positive CHECK (n > 0);
  CREATE STATISTICS public.totals_stats ON customer_id, n FROM public.totals;
  COMMENT ON TABLE public.totals IS 'what''s bought';
  COMMENT ON COLUMN public.totals.total IS 'in euros';
  GRANT SELECT ON public.totals TO a_reader WITH GRANT OPTION;
  GRANT SELECT (total) ON public.totals TO PUBLIC;
  CREATE POLICY own ON public.totals FOR SELECT TO a_reader USING (customer_id = 1);
  ALTER TABLE public.totals ENABLE ROW LEVEL SECURITY;
  ALTER TABLE public.totals SET (fillfactor = 70);
  ALTER TABLE public.totals REPLICA IDENTITY FULL;
  CREATE PUBLICATION of_totals FOR TABLE public.totals;
  CREATE TRIGGER noticing AFTER INSERT ON public.totals FOR EACH ROW EXECUTE FUNCTION public.noticed();
  CREATE VIEW public.odd AS SELECT n, '\${x}
--> statement-breakpoint
--rollback y' AS "Odd ""\${z}""" FROM public.totals;
  CREATE VIEW public."On it" AS SELECT n FROM public.totals;
  COMMENT ON VIEW public."On it" IS 'numbers';
  GRANT SELECT ON public."On it" TO a_reader`;

/** As the file of a migration is run: the tests' own clients put the extension's names in place of others. */
let client: Client;
let reader = '';
beforeAll(async () => {
  ({ name: reader } = await testRole());
  await scene.admin.query(
    `CREATE FUNCTION public.noticed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
  );
  client = new Client(scene.url);
  await client.connect();
});
afterAll(() => client.end());

const withRole = (sql: string): string => sql.replaceAll('a_reader', reader);

/** The error of statements, which leave nothing; null if they run. */
async function errorOf(sql: string): Promise<{ readonly message: string; readonly hint: string } | null> {
  await client.query('SAVEPOINT tried');
  const error = await client.query(sql).then(
    () => null,
    (caught: unknown) => caught as { readonly message: string; readonly hint: string },
  );
  await client.query('ROLLBACK TO SAVEPOINT tried');
  return error;
}

const isThere = (relation: string): string => `to_regclass('${relation}') IS NOT NULL`;
const among = (catalog: string, condition: string): string => `EXISTS (SELECT FROM ${catalog} WHERE ${condition})`;

/**
 * What somebody hangs on it once the migration is written: what the refusal calls it, how it is made, and whether it is there; null
 * where PostgreSQL, or the extension, refuses by itself to lose it.
 */
const NEW: [what: string, sql: string, there: string | null][] = [
  ['view public.late', 'CREATE VIEW public.late AS SELECT n FROM public.totals', isThere('public.late')],
  ['with public.odd: view public.late', 'CREATE VIEW public.late AS SELECT n FROM public.odd', null],
  [
    'materialized view public.late',
    'CREATE MATERIALIZED VIEW public.late AS SELECT n FROM public.totals',
    isThere('public.late'),
  ],
  [
    'function public.late(public.totals)',
    'CREATE FUNCTION public.late(t public.totals) RETURNS bigint LANGUAGE sql RETURN t.n',
    among('pg_proc', `proname = 'late'`),
  ],
  [
    'function public.late()',
    'CREATE FUNCTION public.late() RETURNS bigint LANGUAGE sql RETURN (SELECT max(n) FROM public.totals)',
    among('pg_proc', `proname = 'late'`),
  ],
  ['table public.late', 'CREATE TABLE public.late () INHERITS (public.totals)', isThere('public.late')],
  ['index public.late', 'CREATE INDEX late ON public.totals (n DESC)', isThere('public.late')],
  ['index public.totals_n_idx', 'CREATE INDEX ON public.totals (n)', isThere('public.totals_n_idx')],
  [
    'table constraint late on public.totals',
    'ALTER TABLE public.totals ADD CONSTRAINT late UNIQUE (customer_id)',
    among('pg_constraint', `conname = 'late'`),
  ],
  [
    'table constraint late on public.follower',
    `CREATE UNIQUE INDEX known ON public.totals (customer_id);
    CREATE TABLE public.follower (customer_id int CONSTRAINT late REFERENCES public.totals (customer_id))`,
    among('pg_constraint', `conname = 'late'`),
  ],
  [
    'statistics object public.late',
    'CREATE STATISTICS public.late ON n, total FROM public.totals',
    among('pg_statistic_ext', `stxname = 'late'`),
  ],
  [
    'trigger late on public.totals',
    'CREATE TRIGGER late AFTER DELETE ON public.totals FOR EACH ROW EXECUTE FUNCTION public.noticed()',
    among('pg_trigger', `tgname = 'late'`),
  ],
  [
    'rule late on public.totals',
    'CREATE RULE late AS ON DELETE TO public.totals DO ALSO NOTIFY late',
    among('pg_rules', `rulename = 'late'`),
  ],
  [
    'policy late on public.totals',
    'CREATE POLICY late ON public.totals USING (n > 1)',
    among('pg_policies', `policyname = 'late'`),
  ],
  [
    'publication relation public.totals in publication late',
    'CREATE PUBLICATION late FOR TABLE public.totals',
    among(
      'pg_publication_rel',
      `prrelid = to_regclass('public.totals') AND prpubid = (SELECT oid FROM pg_publication WHERE pubname = 'late')`,
    ),
  ],
  [
    'UPDATE for a_reader',
    'GRANT UPDATE ON public.totals TO a_reader',
    `has_table_privilege('a_reader', 'public.totals', 'UPDATE')`,
  ],
  [
    'with public.top: SELECT (total) for PUBLIC',
    'GRANT SELECT (total) ON public.top TO PUBLIC',
    among('pg_attribute', `attrelid = to_regclass('public.top') AND attacl IS NOT NULL`),
  ],
  [
    'with public."On it": comment on column n',
    `COMMENT ON COLUMN public."On it".n IS 'late'`,
    among('pg_description', `description = 'late'`),
  ],
  [
    'with public.top: comment',
    `COMMENT ON TABLE public.top IS 'late'`,
    among('pg_description', `description = 'late'`),
  ],
  [
    'forced row level security',
    'ALTER TABLE public.totals FORCE ROW LEVEL SECURITY',
    among('pg_class', `oid = to_regclass('public.totals') AND relforcerowsecurity`),
  ],
  [
    'with public.top: row level security',
    'ALTER TABLE public.top ENABLE ROW LEVEL SECURITY',
    among('pg_class', `oid = to_regclass('public.top') AND relrowsecurity`),
  ],
  [
    'with public.top: replica identity',
    'ALTER TABLE public.top REPLICA IDENTITY FULL',
    among('pg_class', `oid = to_regclass('public.top') AND relreplident = 'f'`),
  ],
  [
    'with public.odd: storage parameters',
    'ALTER VIEW public.odd SET (security_barrier = true)',
    among('pg_class', `oid = to_regclass('public.odd') AND reloptions IS NOT NULL`),
  ],
  [
    'owner a_reader',
    'ALTER VIEW public.odd OWNER TO a_reader',
    among('pg_class', `oid = to_regclass('public.odd') AND relowner <> current_user::regrole`),
  ],
  // What it knows, and is another by now.
  [
    'with public.odd: another definition',
    'CREATE OR REPLACE VIEW public.odd AS SELECT n, NULL::text AS "Odd ""${z}""", 1 AS late FROM public.totals',
    among('pg_attribute', `attrelid = to_regclass('public.odd') AND attname = 'late'`),
  ],
  [
    'with public.totals: another comment',
    `COMMENT ON TABLE public.totals IS 'late'`,
    among('pg_description', `description = 'late'`),
  ],
  [
    'another index public.by_n',
    `COMMENT ON INDEX public.by_n IS 'late'`,
    among('pg_description', `description = 'late'`),
  ],
  [
    'another policy own on public.totals',
    'ALTER POLICY own ON public.totals USING (customer_id = 2)',
    among('pg_policies', `policyname = 'own' AND qual LIKE '%2%'`),
  ],
  [
    'another trigger noticing on public.totals',
    'CREATE OR REPLACE TRIGGER noticing AFTER UPDATE ON public.totals FOR EACH ROW EXECUTE FUNCTION public.noticed()',
    among('pg_trigger', `tgname = 'noticing' AND pg_get_triggerdef(oid) LIKE '%UPDATE%'`),
  ],
  [
    'status SUSPENDED',
    `SELECT ${extension.schema}.alter_stream_table(name => 'public.totals', status => 'SUSPENDED')`,
    among(extension.catalog, `status = 'SUSPENDED'`),
  ],
];
if (onPgTrickle) {
  NEW.push([
    'with public.totals: setting diamond_consistency',
    `UPDATE ${extension.catalog} SET diamond_consistency = 'none' WHERE pgt_name = 'totals'`,
    among(extension.catalog, `diamond_consistency = 'none'`),
  ]);
}

/** Another session's stream table, which is no part of the transaction that tries a migration. */
const LATE_READER = `SELECT ${extension.schema}.create_stream_table(name => 'public.late', query => 'SELECT n FROM public.totals')`;

async function asked(condition: string): Promise<unknown> {
  const { rows } = await client.query<{ there: unknown }>(`SELECT ${withRole(condition)} AS there`);
  return rows[0]?.there;
}

beforeEach(() => client.query('BEGIN'));
afterEach(() => client.query('ROLLBACK'));

describe('a migration that makes stream tables anew', () => {
  let kinds: readonly string[];
  let sql: MigrationSql;
  let files: (format: 'drizzle' | 'liquibase') => string;
  beforeAll(async () => {
    await scene.deploy([totals, top]);
    await scene.admin.query(withRole(HUNG));
    const todo = await scene.plan([changed, top]);
    kinds = kindsOf(todo).toSorted();
    sql = migrationSql(todo);
    files = (format) => writeMigrations(todo, format, { version: '20260102030405' }).files[0]?.text ?? '';
  });
  afterAll(() => scene.clear());

  it('runs up and down where there is nothing that the plan has not seen, and leaves the search_path', async () => {
    expect(kinds).toStrictEqual([
      'recreate public.top',
      'recreate public.totals',
      'recreate-view public.On it',
      'recreate-view public.odd',
    ]);
    await client.query(`SET LOCAL search_path = 'On it', public`);
    for (const way of ['up', 'down', 'up'] as const) {
      await client.query(sql[way]);
      expect(await asked(`current_setting('search_path')`)).toBe('"On it", public');
    }
  });

  it.each(NEW)('is refused where there is more than the plan has seen: %s', async (what, hang) => {
    await client.query(withRole(hang));
    expect(await errorOf(sql.up)).toMatchObject({
      message: expect.stringMatching(/^Nothing was done, because this migration would lose/) as string,
      hint: expect.stringContaining('Plan it again') as string,
    });
    expect((await errorOf(sql.up))?.message).toContain(withRole(what));
  });

  it('would lose all of that without its guard', async () => {
    const lost = NEW.flatMap(([, hang, there], place) =>
      there === null ? [] : [[hang, there].map((each) => withRole(each).replaceAll('late', `late${place}`))],
    );
    for (const [hang = '', there = ''] of lost) {
      await client.query(hang);
      expect([hang, await asked(there)]).toStrictEqual([hang, true]);
    }
    await client.query(sql.upStatements.slice(1).join(';\n'));
    for (const [hang = '', there = ''] of lost) expect([hang, await asked(there)]).toStrictEqual([hang, false]);
  });

  it('is refused where another stream table has come to read one of them', async () => {
    await client.query(LATE_READER);
    expect((await errorOf(sql.up))?.message).toContain('with public.totals: stream table public.late');
  });

  it('knows nothing of how it was where it goes back, but of what there was', async () => {
    await client.query(sql.up);
    // In other words, on another type.
    await client.query(
      `CREATE OR REPLACE VIEW public.odd AS SELECT n, 'x'::text AS "Odd ""\${z}""" FROM public.totals`,
    );
    expect(await errorOf(sql.down)).toBeNull();
    await client.query('CREATE INDEX late ON public.totals (n)');
    expect(await errorOf(sql.down)).toMatchObject({
      message: expect.stringContaining('with public.totals: index public.late') as string,
      hint: expect.not.stringContaining('Plan it again') as string,
    });
  });

  it('is no more in the way of what is not there than the statements are', async () => {
    await client.query(`SELECT ${extension.schema}.drop_stream_table('public.top'); DROP VIEW public.odd`);
    const error = await errorOf(sql.up);
    expect(error?.message).toMatch(/not found|does not exist/);
    expect(error).toStrictEqual(await errorOf(sql.upStatements.slice(1).join(';\n')));
  });

  it('passes through a role that has rights by default', async () => {
    await client.query(withRole('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT UPDATE ON TABLES TO a_reader'));
    await client.query(withRole('GRANT UPDATE ON public.totals TO a_reader'));
    expect(await errorOf(sql.up)).toBeNull();
  });

  it('is one statement of Drizzle’s, and no line of it is Liquibase’s', async () => {
    const statements = files('drizzle').split('--> statement-breakpoint');
    expect(statements).toHaveLength(sql.upStatements.length);
    for (const statement of statements) await client.query(statement);
    const [, up = ''] = files('liquibase').split(/--changeset .*\n/);
    expect(up.replaceAll(/^--rollback.*\n/gm, '')).not.toMatch(
      /^\s*--?\s*(?:rollback|changeset|comment|ignore)|\$\{/im,
    );
  });
});

describe('a migration that drops', () => {
  it('asks for what else would go along, and not for the parts of what is dropped', async () => {
    const created = migrationSql(await scene.plan([totals, top]));
    await client.query(created.up);
    await client.query(withRole('CREATE INDEX late ON public.totals (n); GRANT SELECT ON public.top TO a_reader'));
    expect(await errorOf(created.down)).toBeNull();
    await client.query('CREATE VIEW public.later AS SELECT total FROM public.top');
    expect((await errorOf(created.down))?.message).toContain('with public.top: view public.later.');
  });

  it('does not take the index of the extension on other groups for somebody’s', async () => {
    await scene.deploy([totals]);
    const regrouped = { ...totals, query: 'SELECT note, count(*) AS n FROM public.orders GROUP BY note' };
    const { up, down } = migrationSql(await scene.plan([regrouped]));
    await client.query(up);
    expect(await asked(isThere('public.totals_note_idx'))).toBe(true);
    expect(await errorOf(down)).toBeNull();
    await client.query('ROLLBACK');
    await scene.clear();
  });
});

describe('a migration that alters', () => {
  it('has no guard where nothing can be lost', async () => {
    await scene.deploy([totals]);
    const { up, down } = migrationSql(await scene.plan([{ ...totals, schedule: '5m' }]));
    expect(up + down).not.toContain('DO $');
    await scene.clear();
  });

  it.runIf(onPgTrickle)('a query is refused where something has come to hang on it', async () => {
    await scene.deploy([totals]);
    const todo = await scene.plan([{ ...totals, query: TOTALS.replace('sum(amount)', 'sum(amount + 1)') }]);
    expect(kindsOf(todo)).toStrictEqual(['alter-query public.totals']);
    const { up, down } = migrationSql(todo);
    expect(await errorOf(up)).toBeNull();
    await client.query('CREATE VIEW public.late AS SELECT total FROM public.totals');
    for (const sql of [up, down]) expect((await errorOf(sql))?.message).toContain('view public.late');
    await client.query('ROLLBACK');
    await scene.clear();
  });
});
