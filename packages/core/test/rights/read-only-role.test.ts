import { connect, extension, onPgTrickle, testDatabase, testRole } from '@pgstream/harness';
import pg, { type Client } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { createPgStream, readOnlyRoleSql, type PgStream } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { createScene, pooled, totalsOf, type Scene } from '../refresh/scene.ts';

const db = testDatabase();
const dialect = extension.name;
let admin: Client;
let scene: Scene;

beforeAll(async () => {
  admin = await db.connect();
  scene = await createScene(admin);
});

/** A role that the printed SQL was run for, and a connection as that role. */
async function readingRole(tables = [scene.name]): Promise<{ role: string; client: Client; pgstream: PgStream }> {
  const { name, url } = await testRole();
  await admin.query(readOnlyRoleSql(name, tables, { dialect }));
  return { role: name, client: await connect(url(db.url)), pgstream: pooled(url(db.url)).pgstream };
}

describe('a role that readOnlyRoleSql was run for', () => {
  it('reads the rows', async () => {
    const { client } = await readingRole();
    const { rows } = await client.query(`SELECT customer_id, total FROM ${scene.schema}.totals ORDER BY 1`);
    expect(rows).toHaveLength(2);
  });

  const questions: Record<string, (pgstream: PgStream) => Promise<unknown>> = {
    isStale: (pgstream) => pgstream.table(scene.name).isStale(),
    'isStale({ maxAgeMs })': (pgstream) => pgstream.table(scene.name).isStale({ maxAgeMs: 1 }),
    lastRefreshAt: (pgstream) => pgstream.table(scene.name).lastRefreshAt(),
    stalenessMs: (pgstream) => pgstream.table(scene.name).stalenessMs(),
    status: (pgstream) => pgstream.table(scene.name).status(),
    exists: (pgstream) => pgstream.table(scene.name).exists(),
    list: (pgstream) => pgstream.list(),
    columns: (pgstream) => pgstream.columns(scene.name),
    dependencies: (pgstream) => pgstream.dependencies(),
    'waitUntilFresh({ since })': (pgstream) => pgstream.table(scene.name).waitUntilFresh({ since: '0/1' }),
  };

  it.each(Object.entries(questions))('asks %s, and is answered as its owner is', async (_, ask) => {
    const { pgstream } = await readingRole();
    const answers = [await ask(pgstream), await ask(createPgStream(fromPg(admin)))];
    expect(typeof answers[0]).toBe(typeof answers[1]);
  });

  it.each([
    ['INSERT', (table: string) => `INSERT INTO ${table} (customer_id, total) VALUES (9, 9)`],
    ['INSERT … SELECT', (table: string) => `INSERT INTO ${table} SELECT * FROM ${table}`],
    ['UPDATE', (table: string) => `UPDATE ${table} SET total = 0`],
    ['UPDATE of no row', (table: string) => `UPDATE ${table} SET total = 0 WHERE false`],
    ['DELETE', (table: string) => `DELETE FROM ${table}`],
    ['TRUNCATE', (table: string) => `TRUNCATE ${table}`],
    [
      'MERGE',
      (table: string) =>
        `MERGE INTO ${table} t USING (SELECT 1 AS id) s ON t.customer_id = s.id WHEN MATCHED THEN DELETE`,
    ],
    ['INSERT … ON CONFLICT', (table: string) => `INSERT INTO ${table} (customer_id) VALUES (1) ON CONFLICT DO NOTHING`],
    ['a writing CTE', (table: string) => `WITH gone AS (DELETE FROM ${table} RETURNING 1) SELECT count(*) FROM gone`],
    ['SELECT … FOR UPDATE', (table: string) => `SELECT FROM ${table} FOR UPDATE`],
    ['COPY … FROM', (table: string) => `COPY ${table} FROM STDIN`],
    ['LOCK', (table: string) => `BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`],
    ['ALTER TABLE', (table: string) => `ALTER TABLE ${table} ADD COLUMN x int`],
    ['DROP TABLE', (table: string) => `DROP TABLE ${table}`],
    [
      'CREATE TRIGGER',
      (table: string) =>
        `CREATE TRIGGER t AFTER INSERT ON ${table} EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
    ],
    ['CREATE INDEX', (table: string) => `CREATE INDEX ON ${table} (total)`],
  ])('is refused by the database for %s', async (_, write) => {
    const { client } = await readingRole();
    await expect(client.query(write(`${scene.schema}.totals`))).rejects.toMatchObject({ code: '42501' });
  });

  it('is refused for VACUUM, which the server says by a warning', async () => {
    const { client } = await readingRole();
    const warnings: (string | undefined)[] = [];
    client.on('notice', ({ message }) => warnings.push(message));
    await client.query(`VACUUM ${scene.schema}.totals`);
    expect(warnings).toEqual([expect.stringContaining('permission denied to vacuum "totals"')]);
  });

  it.each([
    ['the catalog', `UPDATE pgstream.pgs_stream_tables SET frontier = NULL`],
    ['refresh by the function', `SELECT pgstream.refresh_stream_table('public.totals')`],
    ['drop by the function', `SELECT pgstream.drop_stream_table('public.totals')`],
  ])('is refused for %s', async (_, sql) => {
    const { client } = await readingRole();
    await expect(client.query(sql.replace('public.', `${scene.schema}.`))).rejects.toMatchObject({ code: '42501' });
  });

  it('is told by refresh() what it lacks', async () => {
    const { pgstream } = await readingRole();
    await expect(pgstream.table(scene.name).refresh()).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringMatching(
        extension.checksOuterOwner ? /GRANT EXECUTE.*refreshRoleSql/s : /stream_tables.*refreshFunctionSql/s,
      ) as string,
    });
  });

  it('loses the writes that it and everybody had, by table and by column', async () => {
    const { role, client } = await readingRole();
    const table = `${scene.schema}.totals`;
    await admin.query(
      `GRANT INSERT, DELETE ON ${table} TO ${role}; GRANT UPDATE (total) ON ${table} TO ${role}; GRANT TRUNCATE ON ${table} TO PUBLIC`,
    );
    const allowed = client.query(`UPDATE ${table} SET total = total`).catch((error: { code?: string }) => {
      if (error.code !== 'P0001') throw error;
      return error.code;
    });
    // The guard is reached by who has the right.
    expect(typeof (await allowed)).toBe(onPgTrickle ? 'string' : 'object');
    await admin.query(readOnlyRoleSql(role, [scene.name], { dialect }));
    for (const write of [`UPDATE ${table} SET total = total`, `DELETE FROM ${table}`, `TRUNCATE ${table}`]) {
      await expect(client.query(write)).rejects.toMatchObject({ code: '42501' });
    }
  });
});

describe('readOnlyRoleSql', () => {
  it.each([
    ['owns the stream table', (role: string) => `ALTER TABLE ${scene.schema}.second OWNER TO ${role}`],
    ['is a member of the owner', (role: string) => `GRANT test_owner TO ${role}`],
    ['is a superuser', (role: string) => `ALTER ROLE ${role} SUPERUSER`],
    ['may write all data', (role: string) => `GRANT pg_write_all_data TO ${role}`],
  ])('fails, and changes nothing, for a role that %s', async (_, give) => {
    const second = { schema: scene.schema, name: 'second' };
    const owner = await testRole();
    const table = await createPgStream(fromPg(admin)).create({ name: second, query: totalsOf(scene.orders) });
    await admin.query(`ALTER TABLE ${scene.schema}.second OWNER TO ${owner.name}`);
    const { name: role } = await testRole();
    await admin.query(give(role).replace('test_owner', owner.name));
    await expect(admin.query(readOnlyRoleSql(role, [second], { dialect }))).rejects.toMatchObject({
      code: '42501',
      message: `${role} can still write ${scene.schema}.second`,
    });
    const { rows } = await admin.query(
      `SELECT coalesce(nspacl::text, '') LIKE '%' || $1 || '%' AS granted FROM pg_namespace WHERE nspname = $2`,
      [role, extension.schema],
    );
    expect(rows).toEqual([{ granted: false }]);
    await table.drop();
  });

  it('quotes every name, whatever it holds', async () => {
    const schema = `Odd "$pgstream$" \\ schema`;
    const table = `it's; DROP TABLE x; --, $pgstream$`;
    const role = `Role "x" \\ '$pgstream$`;
    const [s, t, r] = [schema, table, role].map((name) => pg.escapeIdentifier(name));
    await admin.query(`CREATE SCHEMA ${s}; CREATE TABLE ${s}.${t} (x int); CREATE ROLE ${r}`);
    try {
      await admin.query(readOnlyRoleSql(role, [{ schema, name: table }], { dialect }));
      const { rows } = await admin.query(
        `SELECT has_table_privilege($1, c.oid, 'SELECT') AS reads, has_table_privilege($1, c.oid, 'INSERT') AS writes
         FROM pg_class c WHERE c.relname = $2`,
        [role, table],
      );
      expect(rows).toEqual([{ reads: true, writes: false }]);
    } finally {
      await admin.query(`DROP SCHEMA ${s} CASCADE; DROP OWNED BY ${r}; DROP ROLE ${r}`);
    }
  });

  it('holds with backslashes read the old way, too', async () => {
    const { name: role } = await testRole();
    const client = await db.connect();
    await client.query('SET standard_conforming_strings = off');
    await expect(client.query(readOnlyRoleSql(role, [scene.name], { dialect }))).resolves.toBeDefined();
  });

  it.each([
    ['the role public', () => readOnlyRoleSql('public', ['t']), 'INVALID_ARGUMENT'],
    ['an empty role', () => readOnlyRoleSql('', ['t']), 'INVALID_ARGUMENT'],
    ['no table', () => readOnlyRoleSql('app', []), 'INVALID_ARGUMENT'],
    ['an empty name', () => readOnlyRoleSql('app', ['']), 'INVALID_NAME'],
  ])('refuses %s', (_, print, code) => {
    expect(print).toThrow(expect.objectContaining({ code }) as Error);
  });

  it("names the other dialect's schema and catalog when asked to", () => {
    expect(readOnlyRoleSql('app', ['t'], { dialect: 'pg_trickle', defaultSchema: 's' })).toMatch(
      /GRANT USAGE ON SCHEMA pgtrickle TO "app";\nGRANT SELECT ON TABLE pgtrickle\.pgt_stream_tables, pgtrickle\.pgt_dependencies TO "app";[^]*"s"\."t"/,
    );
  });
});
