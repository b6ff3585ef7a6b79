import { connect, extension, freshDatabase, testDatabase, testRole } from '@pgstream/harness';
import { type Client, escapeIdentifier, escapeLiteral } from 'pg';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPgStream, refreshFunctionSql, type PgStream, type StreamTable } from '../src/index.ts';
import { fromPg } from '../src/pg.ts';

/** What docs/row-security.md says. */

const db = testDatabase();
let admin: Client;
let scenes = 0;

/** Sales of two tenants with a policy, and a role that it binds; the role owns the stream tables. */
interface Scene {
  readonly schema: string;
  readonly role: string;
  readonly client: Client;
  /** The URL of a database for the role. */
  url(database: string): string;
  readonly pgstream: PgStream;
}

let scene: Scene;

beforeAll(async () => {
  admin = await db.connect();
});

async function createScene(): Promise<Scene> {
  scenes += 1;
  const schema = `tenants_${scenes}`;
  const role = await testRole();
  await admin.query(`
    CREATE SCHEMA ${schema};
    GRANT ALL ON SCHEMA ${schema} TO ${role.name};
    CREATE TABLE ${schema}.sales (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id int NOT NULL, amount int NOT NULL);
    INSERT INTO ${schema}.sales (tenant_id, amount) VALUES (1, 10), (2, 20);
    ALTER TABLE ${schema}.sales ENABLE ROW LEVEL SECURITY;
    CREATE POLICY by_tenant ON ${schema}.sales USING (tenant_id = nullif(current_setting('app.tenant', true), '')::int);
    GRANT SELECT, MAINTAIN, TRIGGER ON ${schema}.sales TO ${role.name};
    GRANT USAGE, CREATE ON SCHEMA pgstream, pgstream_changes TO ${role.name};
    GRANT ALL ON ALL TABLES IN SCHEMA pgstream TO ${role.name};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA pgstream TO ${role.name};
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pgstream TO ${role.name}`);
  const client = await connect(role.url(db.url));
  return { schema, role: role.name, url: role.url, client, pgstream: createPgStream(fromPg(client)) };
}

beforeEach(async () => {
  scene = await createScene();
});

const totals = (from = 'sales'): string =>
  `SELECT tenant_id, sum(amount) AS total, count(*) AS n FROM ${scene.schema}.${from} GROUP BY tenant_id`;

async function createAsAdmin(refreshMode: 'FULL' | 'DIFFERENTIAL', query = totals()): Promise<StreamTable> {
  const name = { schema: scene.schema, name: 'sales_totals' };
  const table = await createPgStream(fromPg(admin)).create({ name, query, refreshMode });
  await table.refresh();
  return table;
}

async function give(to = scene.role): Promise<void> {
  await admin.query(`ALTER TABLE ${scene.schema}.sales_totals OWNER TO ${to};
    GRANT ALL ON ALL TABLES IN SCHEMA pgstream, pgstream_changes TO ${to}`);
}

async function stored(): Promise<unknown[]> {
  const { rows } = await admin.query<{ tenant_id: number; total: string }>(
    `SELECT tenant_id, total::int FROM ${scene.schema}.sales_totals ORDER BY tenant_id`,
  );
  return rows.map((row) => [row.tenant_id, row.total]);
}

/** By the schema of several tables of that name, where it is known which of them is a source. */
const refusedFor = (table: string, isSource = true) => ({
  code: 'PERMISSION_DENIED',
  sqlState: '42501',
  message: expect.stringMatching(
    new RegExp(
      `^Row security policies of (?:"${scene.schema}"\\.)${isSource ? '' : '?'}"${table}" bind this role.*BYPASSRLS`,
    ),
  ) as string,
});

// A later pg_trickle refreshes with its own rights.
describe.skipIf(extension.checksOuterOwner)('a role that policies of a source bind', () => {
  describe.each(['FULL', 'DIFFERENTIAL'] as const)('in %s mode', (mode) => {
    it.each([
      ['by itself', {}],
      ['with timeoutMs', { timeoutMs: 20_000 }],
      ['without locks', { lockSources: false }],
    ])('cannot refresh, and nothing is lost (%s)', async (_, options) => {
      await createAsAdmin(mode);
      await give();
      await admin.query(`INSERT INTO ${scene.schema}.sales (tenant_id, amount) VALUES (1, 1)`);
      await scene.client.query(`SET app.tenant = '1'`);
      const table = scene.pgstream.table({ schema: scene.schema, name: 'sales_totals' });
      await expect(table.refresh(options)).rejects.toMatchObject(refusedFor('sales'));
      expect(await stored()).toEqual([
        [1, 10],
        [2, 20],
      ]);
    });
  });

  it('goes on with its transaction after the refusal', async () => {
    await createAsAdmin('DIFFERENTIAL');
    await give();
    await admin.query(`INSERT INTO ${scene.schema}.sales (tenant_id, amount) VALUES (1, 1)`);
    await scene.client.query('BEGIN');
    const table = scene.pgstream.table({ schema: scene.schema, name: 'sales_totals' });
    await expect(table.refresh()).rejects.toMatchObject(refusedFor('sales'));
    const { rows } = await scene.client.query('SHOW row_security');
    expect(rows).toEqual([{ row_security: 'on' }]);
    await scene.client.query('COMMIT');
  });

  it('cannot create', async () => {
    await scene.client.query(`SET app.tenant = '1'`);
    const name = { schema: scene.schema, name: 'sales_totals' };
    await expect(scene.pgstream.create({ name, query: totals() })).rejects.toMatchObject({
      ...refusedFor('sales', false),
      operation: 'create',
    });
  });

  it('cannot refresh over a view either', async () => {
    await admin.query(`CREATE VIEW ${scene.schema}.all_sales WITH (security_invoker) AS TABLE ${scene.schema}.sales;
      GRANT SELECT ON ${scene.schema}.all_sales TO ${scene.role}`);
    await createAsAdmin('FULL', totals('all_sales'));
    await give();
    const table = scene.pgstream.table({ schema: scene.schema, name: 'sales_totals' });
    await expect(table.refresh()).rejects.toMatchObject(refusedFor('sales'));
    expect(await stored()).toHaveLength(2);
  });

  it('refreshes through a function of a role that they do not bind', async () => {
    await createAsAdmin('DIFFERENTIAL');
    const via = { schema: scene.schema, name: 'refresh_it' };
    const tables = [{ schema: scene.schema, name: 'sales_totals' }];
    await admin.query(refreshFunctionSql(tables, { function: via, roles: [scene.role], dialect: extension.name }));
    await admin.query(`INSERT INTO ${scene.schema}.sales (tenant_id, amount) VALUES (2, 2)`);
    const table = scene.pgstream.table({ schema: scene.schema, name: 'sales_totals' });
    expect(await table.refresh({ via })).toMatchObject({ status: 'refreshed' });
    expect(await stored()).toEqual([
      [1, 10],
      [2, 22],
    ]);
  });
});

describe.skipIf(extension.checksOuterOwner)('FORCE ROW LEVEL SECURITY', () => {
  it('on a source binds its owner, by itself and through a function', async () => {
    await createAsAdmin('DIFFERENTIAL');
    await give();
    await admin.query(`ALTER TABLE ${scene.schema}.sales OWNER TO ${scene.role};
      ALTER TABLE ${scene.schema}.sales FORCE ROW LEVEL SECURITY`);
    const via = { schema: scene.schema, name: 'refresh_it' };
    const tables = [{ schema: scene.schema, name: 'sales_totals' }];
    const printed = refreshFunctionSql(tables, { function: via, dialect: extension.name });
    // As it was printed before refreshes refused anything for row security.
    const before = printed
      .replaceAll("pg_catalog.set_config('row_security', 'off', true)", 'NULL')
      .replaceAll(`SQLSTATE = '42501'`, 'false');
    expect(before).not.toBe(printed);
    await scene.client.query(before);
    const table = scene.pgstream.table({ schema: scene.schema, name: 'sales_totals' });
    await admin.query(`INSERT INTO ${scene.schema}.sales (tenant_id, amount) VALUES (1, 1)`);
    await expect(table.refresh()).rejects.toMatchObject(refusedFor('sales'));
    await expect(table.refresh({ via })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringMatching(/^Row security policies of .*"sales" bind this role/) as string,
    });
    await scene.client.query(printed);
    await expect(table.refresh({ via })).rejects.toMatchObject(refusedFor('sales'));
    expect(await stored()).toEqual([
      [1, 10],
      [2, 20],
    ]);
    await admin.query(`ALTER TABLE ${scene.schema}.sales NO FORCE ROW LEVEL SECURITY`);
    await table.refresh();
    expect(await stored()).toEqual([
      [1, 11],
      [2, 20],
    ]);
  });

  it('on the stream table binds its owner: the error says how to lift it', async () => {
    await createAsAdmin('FULL');
    await give();
    await admin.query(`ALTER TABLE ${scene.schema}.sales DISABLE ROW LEVEL SECURITY;
      ALTER TABLE ${scene.schema}.sales_totals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`);
    const table = scene.pgstream.table({ schema: scene.schema, name: 'sales_totals' });
    await expect(table.refresh()).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining(
        `ALTER TABLE "${scene.schema}"."sales_totals" NO FORCE ROW LEVEL SECURITY`,
      ) as string,
    });
  });
});

/**
 * A stream table over a table with policies, for a role that they bind. There are no translations here, so its refresh
 * is replaced by one that fails as PostgreSQL does in German, naming `said`.
 */
async function inGerman(source: string, said = source): Promise<StreamTable> {
  const url = await freshDatabase();
  const client = await connect(url);
  await client.query(`
    CREATE SCHEMA shop;
    CREATE TABLE shop.open_to_all (id int PRIMARY KEY);
    CREATE TABLE shop.${escapeIdentifier(source)} (id int PRIMARY KEY);
    ALTER TABLE shop.${escapeIdentifier(source)} ENABLE ROW LEVEL SECURITY`);
  const name = { schema: 'shop', name: 'mirror' };
  await createPgStream(fromPg(client)).create({
    name,
    query: 'SELECT id FROM shop.open_to_all',
    refreshMode: 'FULL',
  });
  const message = `Anfrage würde von Policy für Sicherheit auf Zeilenebene für Tabelle »${said}« betroffen`;
  await client.query(`
    CREATE OR REPLACE FUNCTION pgstream.refresh_stream_table(name text) RETURNS void LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = ${escapeLiteral(message)}; END $$;
    GRANT USAGE ON SCHEMA shop, pgstream TO ${scene.role};
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pgstream TO ${scene.role};
    GRANT ALL ON ALL TABLES IN SCHEMA pgstream TO ${scene.role}`);
  return createPgStream(fromPg(await connect(scene.url(url)))).table(name);
}

describe('in whatever language the server speaks', () => {
  it.each(['sales', 'Sales of "all" years', 'Verkäufe', String.raw`a\b`])('the table is named: %s', async (source) => {
    const table = await inGerman(source);
    const refused = {
      code: 'PERMISSION_DENIED',
      sqlState: '42501',
      message: expect.stringContaining(`policies of "shop".${escapeIdentifier(source)} bind this role`) as string,
    };
    await expect(table.refresh()).rejects.toMatchObject(refused);
    await expect(table.refresh({ lockSources: false })).rejects.toMatchObject(refused);
  });

  it.each(['sales_of_others', 'open_to_all'])('another table’s missing privilege is told as such: %s', async (said) => {
    const table = await inGerman('sales', said);
    await expect(table.refresh()).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringMatching(/^The server says: Anfrage.*GRANT/) as string,
    });
  });
});

describe('policies on the stream table', () => {
  it('decide who reads which rows, and survive refreshes', async () => {
    const table = await createAsAdmin('DIFFERENTIAL');
    await admin.query(`GRANT SELECT ON ${scene.schema}.sales_totals TO ${scene.role};
      ALTER TABLE ${scene.schema}.sales_totals ENABLE ROW LEVEL SECURITY;
      CREATE POLICY by_tenant ON ${scene.schema}.sales_totals FOR SELECT USING (tenant_id = current_setting('app.tenant')::int)`);
    await admin.query(`INSERT INTO ${scene.schema}.sales (tenant_id, amount) VALUES (1, 1), (2, 2)`);
    await table.refresh();
    await scene.client.query(`SET app.tenant = '2'`);
    const { rows } = await scene.client.query(`SELECT tenant_id, total::int FROM ${scene.schema}.sales_totals`);
    expect(rows).toEqual([{ tenant_id: 2, total: 22 }]);
  });
});

describe('policies on a source', () => {
  it('decide nothing for who reads the stream table', async () => {
    await createAsAdmin('DIFFERENTIAL');
    await admin.query(`GRANT SELECT ON ${scene.schema}.sales_totals TO ${scene.role}`);
    await scene.client.query(`SET app.tenant = '2'`);
    const seen = async (table: string) =>
      (await scene.client.query(`SELECT DISTINCT tenant_id FROM ${scene.schema}.${table}`)).rows.length;
    expect(await seen('sales')).toBe(1);
    expect(await seen('sales_totals')).toBe(2);
  });
});

describe('the setting row_security', () => {
  it.each(['on', 'off'])('is afterwards what it was: %s', async (setting) => {
    const client = await db.connect();
    await client.query('BEGIN');
    await client.query(`SET LOCAL row_security = ${setting}`);
    const pgstream = createPgStream(fromPg(client));
    const name = { schema: scene.schema, name: 'sales_totals' };
    const table = await pgstream.create({ name, query: totals() });
    const seen = async () => (await client.query('SHOW row_security')).rows;
    expect(await seen()).toEqual([{ row_security: setting }]);
    await table.refresh();
    expect(await seen()).toEqual([{ row_security: setting }]);
    await client.query('ROLLBACK');
  });
});
