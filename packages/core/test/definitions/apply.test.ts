import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Pool } from 'pg';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  apply,
  migrationSql,
  plan,
  writeMigrations,
  type DeclaredStreamTable,
  type MigrationFormat,
  type Plan,
} from '../../src/definitions.ts';
import { fromPg } from '../../src/pg.ts';
import { TOTALS } from '../orders.ts';
import { definitionsScene, kindsOf } from './scene.ts';

const scene = definitionsScene();
afterEach(() => scene.clear());

const OTHER = TOTALS.replace('sum(amount)', 'sum(amount + 1)');
const totals: DeclaredStreamTable = { name: 'totals', query: TOTALS };
const top: DeclaredStreamTable = { name: 'top', query: 'SELECT customer_id, total FROM public.totals' };
const changed = [
  { ...totals, query: OTHER },
  top,
  { name: 'third', query: 'SELECT id FROM public.orders', schedule: '5m' },
];

describe('apply()', () => {
  it('says what it has done, and has nothing to do the second time', async () => {
    const todo = await scene.plan([totals, top]);
    const report = await apply(scene.executor, todo);
    expect(report).toMatchObject({ changes: 2, durationMs: expect.any(Number) as number });
    expect(kindsOf(report)).toStrictEqual(['create public.totals', 'create public.top']);
    expect(await apply(scene.executor, todo)).toMatchObject({ changes: 0, steps: [] });
  });

  it('takes a plan that was written down as JSON', async () => {
    const todo = JSON.parse(JSON.stringify(await scene.plan([totals, top]))) as Plan;
    expect(await apply(scene.executor, todo)).toMatchObject({ changes: 2 });
    expect((await scene.plan([totals, top])).steps).toStrictEqual([]);
  });

  it('refuses a plan that the database has left behind', async () => {
    await scene.deploy([totals]);
    const todo = await scene.plan([{ ...totals, query: OTHER }]);
    await scene.admin.query('CREATE VIEW public.late AS SELECT total FROM public.totals');
    await expect(apply(scene.executor, todo)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('Call plan() again') as string,
    });
    await scene.expectRight('public.totals', TOTALS);
  });

  it('does nothing at all where one statement fails', async () => {
    await scene.deploy([totals]);
    await scene.admin.query('CREATE VIEW public.fragile AS SELECT n FROM public.totals');
    const todo = await scene.plan([
      { name: 'before', query: 'SELECT id FROM public.orders' },
      { ...totals, query: TOTALS.replace(', count(*) AS n', '') },
    ]);
    await expect(apply(scene.executor, todo)).rejects.toMatchObject({
      sqlState: '42703',
      message: expect.stringContaining('"public"."fragile"') as string,
    });
    expect(kindsOf(await scene.plan([]))).toStrictEqual(['orphan public.totals']);
    await scene.expectRight('public.totals', TOTALS);
  });

  it('is part of an open transaction, which stays usable when it fails, and whose settings it leaves', async () => {
    const { admin } = scene;
    await admin.query("BEGIN; SET LOCAL search_path = public, pg_catalog; SET LOCAL lock_timeout = '7s'");
    const executor = fromPg(admin);
    await apply(executor, await plan(executor, [totals]));
    await admin.query('CREATE VIEW public.fragile AS SELECT n FROM public.totals');
    const failing = await plan(executor, [{ ...totals, query: TOTALS.replace(', count(*) AS n', '') }]);
    await expect(apply(executor, failing)).rejects.toMatchObject({ sqlState: '42703' });
    const { rows } = await admin.query(
      `SELECT current_setting('search_path') AS path, current_setting('lock_timeout') AS wait, current_setting('row_security') AS policies`,
    );
    expect(rows).toStrictEqual([{ path: 'public, pg_catalog', wait: '7s', policies: 'on' }]);
    await scene.expectRight('public.totals', TOTALS);
    await admin.query('ROLLBACK');
    expect((await scene.plan([])).steps).toStrictEqual([]);
  });

  it('refuses a transaction that does not see what others commit', async () => {
    const todo = await scene.plan([totals]);
    await scene.admin.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await expect(apply(fromPg(scene.admin), todo)).rejects.toMatchObject({ code: 'UNSAFE_ISOLATION' });
    await scene.admin.query('ROLLBACK');
  });

  it('gives up when somebody holds a source for longer than the lock time-out', async () => {
    await scene.admin.query('CREATE TABLE public.held (id int PRIMARY KEY)');
    const todo = await scene.plan([{ name: 'holding', query: 'SELECT id FROM public.held' }]);
    await scene.admin.query('BEGIN; LOCK TABLE public.held IN ROW EXCLUSIVE MODE');
    await expect(apply(scene.executor, todo, { lockTimeoutMs: 50 })).rejects.toMatchObject({
      code: 'SOURCES_BUSY',
      sqlState: '55P03',
    });
    await scene.admin.query('ROLLBACK');
    expect((await scene.plan([])).steps).toStrictEqual([]);
  });

  it('waits for another apply(), and then finds nothing to do', async () => {
    const pools = [1, 2, 3].map(
      () => new Pool({ connectionString: scene.url, max: 1, options: '-c default_transaction_isolation=serializable' }),
    );
    try {
      const reports = await Promise.all(
        pools.map(async (pool) => await apply(fromPg(pool), await plan(fromPg(pool), [totals, top]))),
      );
      expect(reports.map(({ changes }) => changes).toSorted((one, other) => one - other)).toStrictEqual([0, 0, 2]);
    } finally {
      await Promise.all(pools.map((pool) => pool.end()));
    }
  });

  it('says that another apply() does not end', async () => {
    const todo = await scene.plan([totals]);
    await scene.admin.query('BEGIN');
    await apply(fromPg(scene.admin), await plan(fromPg(scene.admin), [top, totals]));
    await expect(apply(scene.executor, todo, { waitMs: 30 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    await scene.admin.query('ROLLBACK');
  });
});

describe('migrations', () => {
  const options = { version: '20260102030405' };

  it('make what is declared, and take it back', async () => {
    await scene.deploy([totals, top]);
    const todo = await scene.plan(changed);
    const { up, down } = migrationSql(todo);
    await scene.run([`BEGIN; ${up} COMMIT`]);
    await scene.expectRight('public.totals', OTHER);
    expect((await scene.plan(changed)).changes).toBe(0);
    // What runs the file knows nothing of us, and nevertheless what is not declared any more was ours.
    expect(kindsOf(await scene.plan([totals]))).toContain('orphan public.third');
    await scene.run([`BEGIN; ${down} COMMIT`]);
    expect((await scene.plan([totals, top])).changes).toBe(0);
    await scene.expectRight('public.totals', TOTALS);
  });

  it('take back what has come to read a stream table that the same migration makes', async () => {
    await scene.deploy([{ name: 'follower', query: 'SELECT id AS v FROM public.orders' }]);
    const todo = await scene.plan([
      { name: 'followed', query: 'SELECT id FROM public.orders' },
      { name: 'follower', query: 'SELECT id AS v FROM public.followed' },
    ]);
    const { upStatements, downStatements } = migrationSql(todo);
    await scene.run(upStatements);
    await scene.run(downStatements);
    expect(kindsOf(await scene.plan([]))).toStrictEqual(['orphan public.follower']);
    await scene.expectRight('public.follower', 'SELECT id FROM public.orders');
  });

  it.each([
    ['sql', ['20260102030405_stream_tables.up.sql', '20260102030405_stream_tables.down.sql']],
    ['flyway', ['V20260102030405__stream_tables.sql', 'U20260102030405__stream_tables.sql']],
    ['liquibase', ['20260102030405_stream_tables.sql']],
    ['drizzle', ['20260102030405_stream_tables/migration.sql', '20260102030405_stream_tables/down.sql']],
    ['prisma', ['20260102030405_stream_tables/migration.sql', '20260102030405_stream_tables/down.sql']],
  ] as const)('as files of %s', async (format, paths) => {
    const odd = {
      name: 'odd',
      query: `SELECT id, '\${x} -- it''s \\ /* ; */' AS "\${y}"\nFROM public.orders`,
      comment: '${z}',
    };
    const todo = await scene.plan([odd]);
    const { files } = writeMigrations(todo, format, options);
    expect(files.map(({ path }) => path)).toStrictEqual(paths);
    for (const { text } of files) expect(text).not.toContain('${');
    await scene.run([files[0]?.text ?? '']);
    expect((await scene.plan([odd])).changes).toBe(0);
    const { rows } = await scene.admin.query(
      `SELECT DISTINCT "\${y}" AS y, obj_description('public.odd'::regclass) AS z FROM public.odd`,
    );
    expect(rows).toStrictEqual([{ y: `\${x} -- it's \\ /* ; */`, z: '${z}' }]);
  });

  it('have no line that Liquibase takes for its own, and no end of a line that it changes', async () => {
    const words = [
      '--rollback a',
      '  -- Changeset b:c',
      '-comment d',
      '/* liquibase rollback',
      '*/',
      '--ignoreLines:start',
    ];
    const odd = {
      name: 'odd',
      query: `SELECT id, '\r\n${words.join('\n')}' AS x\n-- rollback of refunds\nFROM public.orders`,
    };
    const text = writeMigrations(await scene.plan([odd]), 'liquibase', options).files[0]?.text ?? '';
    const [head, up = ''] = text.split(/(?<=--changeset .*\n)/);
    expect(head).toMatch(/ stripComments:false splitStatements:false\n$/);
    const sql = up.replaceAll(/^--rollback .*\n/gm, '');
    expect(sql).not.toMatch(/\r|^\s*(?:--?\s*(?:rollback|changeset|comment|ignore)|\/\*)/im);
    await scene.run([sql]);
    const { rows } = await scene.admin.query('SELECT DISTINCT x FROM public.odd');
    expect(rows).toStrictEqual([{ x: `\r\n${words.join('\n')}` }]);
  });

  it('put back what has the like in it', async () => {
    await scene.deploy([totals]);
    const text = '${x}\r\n--rollback y';
    await scene.admin.query(`CREATE VIEW public.odd_view AS SELECT total, '${text}' AS "\${z}" FROM public.totals`);
    const { up, down } = migrationSql(await scene.plan([{ ...totals, query: OTHER }]));
    for (const sql of [up, down]) {
      expect(sql).toContain('odd_view');
      expect(sql).not.toMatch(/\$\{|\r|^--rollback/m);
      await scene.run([`BEGIN; ${sql} COMMIT`]);
      const { rows } = await scene.admin.query('SELECT DISTINCT "${z}" AS z FROM public.odd_view');
      expect(rows).toStrictEqual([{ z: text }]);
    }
  });

  it('as a class of TypeORM, whose texts are those of the statements, whatever is in them', async () => {
    const odd = { name: 'odd', query: `SELECT id, '\${x} \`y\` \\ \r\n' AS z FROM public.orders` };
    const todo = await scene.plan([odd]);
    const { files } = writeMigrations(todo, 'typeorm', options);
    expect(files.map(({ path }) => path)).toStrictEqual(['1767323045000-StreamTables.ts']);
    const text = files[0]?.text ?? '';
    const { StreamTables1767323045000: Migration } = await classesIn(text);
    if (!Migration) throw new Error(`There is no such class in ${text}`);
    const { upStatements, downStatements } = migrationSql(todo);
    for (const [way, statements] of [
      ['up', upStatements],
      ['down', downStatements],
    ] as const) {
      const sent: string[] = [];
      await new Migration()[way]({ query: (sql) => Promise.resolve(sent.push(sql)) });
      expect(sent).toStrictEqual(statements);
    }
  });

  it('say what they do, and what they do not put back, in one line each, whatever is in a name', async () => {
    await scene.deploy([totals]);
    await scene.admin.query(`CREATE INDEX "b\n--> statement-breakpoint\n\${x}" ON public.totals (n)`);
    const todo = await scene.plan([{ ...totals, query: 'SELECT id FROM public.orders' }]);
    for (const format of ['drizzle', 'prisma', 'flyway'] as const) {
      const texts = writeMigrations(todo, format, options).files.map(({ text }) => text);
      for (const text of texts) {
        expect(text).toMatch(
          /^-- recreate public\.totals: .*\n-- not put back, for its columns are gone: CREATE INDEX/m,
        );
        expect(text).not.toMatch(/\$\{/);
      }
      expect(texts[1]).toMatch(/^-- The way back from:\n-- recreate/);
      expect(texts[0]?.split('--> statement-breakpoint')).toHaveLength(
        format === 'drizzle' ? migrationSql(todo).upStatements.length : 1,
      );
    }
  });

  it.each<[MigrationFormat, string[]]>([
    ['sql', ['20260102030405_stream_tables.up.sql']],
    ['flyway', ['V20260102030405__stream_tables.sql']],
    ['liquibase', ['20260102030405_stream_tables.sql']],
    ['typeorm', ['1767323045000-StreamTables.ts']],
    ['drizzle', ['20260102030405_stream_tables/migration.sql']],
    ['prisma', ['20260102030405_stream_tables/migration.sql']],
  ])('without the way back: %s', async (format, paths) => {
    const { files } = writeMigrations(await scene.plan([totals]), format, { ...options, undo: false });
    expect(files.map(({ path }) => path)).toStrictEqual(paths);
    for (const { text } of files) {
      expect(text).toContain('create_stream_table(');
      expect(text).not.toMatch(/drop_stream_table|--rollback/);
    }
    if (format !== 'typeorm') return;
    const { StreamTables1767323045000: Migration } = await classesIn(files[0]?.text ?? '');
    expect(() => Migration && new Migration().down({ query: () => Promise.resolve() })).toThrow(/has no way back/);
  });

  it('none where there is nothing to do, and none for a name that is no name', async () => {
    await scene.deploy([totals]);
    const todo = await scene.plan([totals]);
    expect(writeMigrations(todo, 'flyway', options)).toStrictEqual({ files: [] });
    expect(() => writeMigrations(todo, 'flyway', { version: '../1' })).toThrow(/version of a migration/);
    expect(() => writeMigrations(todo, 'rails' as never)).toThrow(/write one of sql, flyway, liquibase, typeorm/);
    for (const format of ['typeorm', 'drizzle', 'prisma'] as const) {
      for (const version of ['1.2', '20260230000000', ...(format === 'typeorm' ? [] : ['1767323045000'])]) {
        expect(() => writeMigrations(todo, format, { version })).toThrow(/is an instant.*20261129174500/);
      }
    }
    expect(writeMigrations(todo, 'typeorm', { version: '1767323045000' })).toStrictEqual({ files: [] });
    for (const description of ['1st', '_', 'order totals', 'größe', '']) {
      expect(() => writeMigrations(todo, 'typeorm', { description })).toThrow(/description of a migration is made of/);
    }
    expect(() => writeMigrations(todo, 'liquibase', { author: 'me:1' })).toThrow(/author of a migration.*"me:1"/);
  });
});

interface Migration {
  up(runner: { query(sql: string): Promise<unknown> }): Promise<void>;
  down(runner: { query(sql: string): Promise<unknown> }): Promise<void>;
}

/** What a module of TypeScript has. */
async function classesIn(text: string): Promise<Readonly<Record<string, new () => Migration>>> {
  const folder = await mkdtemp(join(import.meta.dirname, 'run-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'migration.ts');
  await writeFile(file, text);
  return (await import(file)) as never;
}
