import { connect, extension, testDatabase, type TestRole, testRole } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { createPgStream, readOnlyRoleSql, refreshRoleSql } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { createScene, order, pooled, totalOf3, type Scene } from '../refresh/scene.ts';

const db = testDatabase();
const dialect = extension.name;
let admin: Client;

beforeAll(async () => {
  admin = await db.connect();
});

/** A stream table that a role owns which owns nothing else, and an application's role that owns nothing. */
async function prepared(): Promise<{ scene: Scene; owner: TestRole; app: TestRole }> {
  const scene = await createScene(admin);
  const owner = await testRole();
  const app = await testRole();
  await admin.query(`
    GRANT USAGE ON SCHEMA ${scene.schema} TO ${owner.name}, ${app.name};
    ALTER TABLE ${scene.schema}.totals OWNER TO ${owner.name}`);
  return { scene, owner, app };
}

describe('a role that refreshRoleSql was run for', () => {
  it('refreshes as the owner over a pool, and is itself again afterwards', async () => {
    const { scene, owner, app } = await prepared();
    await admin.query(refreshRoleSql([scene.name], { role: app.name, dialect }));
    await admin.query(refreshRoleSql([scene.name], { role: app.name, dialect }));
    await order(admin, scene, 100);
    const { pool, pgstream } = pooled(app.url(db.url), { max: 1 });
    const table = pgstream.table(scene.name);
    await expect(table.refresh({ as: owner.name })).resolves.toMatchObject({ status: 'refreshed' });
    await expect(table.refreshAfter(() => order(admin, scene, 10), { as: owner.name })).resolves.toBeUndefined();
    expect(await totalOf3(admin, scene)).toBe(110);
    const { rows } = await pool.query("SELECT current_user::text AS is, current_setting('role') AS role");
    expect(rows).toEqual([{ is: app.name, role: 'none' }]);
  });

  it('has the role back that it had SET, in a transaction that goes on, after success and after a refusal', async () => {
    const { scene, owner, app } = await prepared();
    const other = await testRole();
    await admin.query(refreshRoleSql([scene.name], { role: app.name, dialect }));
    await admin.query(`GRANT ${other.name} TO ${app.name}`);
    const client = await connect(app.url(db.url));
    const table = createPgStream(fromPg(client)).table(scene.name);
    const role = async (): Promise<unknown> => (await client.query('SELECT current_user::text AS is')).rows;
    await client.query(`SET ROLE ${other.name}`);
    await client.query('BEGIN');
    await table.refresh({ as: owner.name });
    expect(await role()).toEqual([{ is: other.name }]);
    await client.query('COMMIT');
    await client.query('BEGIN');
    await admin.query('BEGIN');
    await order(admin, scene, 1);
    // Which table it is, an owner with no more than EXECUTE may not ask.
    const code = extension.locksSourcesItself ? 'TIMEOUT' : 'SOURCES_BUSY';
    const refused = table.refresh({ as: owner.name, lockTimeoutMs: 0 });
    await expect(refused).rejects.toMatchObject({ code, sqlState: '55P03' });
    await admin.query('ROLLBACK');
    expect(await role()).toEqual([{ is: other.name }]);
    await client.query('COMMIT');
    expect(await role()).toEqual([{ is: other.name }]);
  });

  it('inherits nothing: it can neither write the stream table by a slip nor refresh as itself', async () => {
    const { scene, app } = await prepared();
    await admin.query(refreshRoleSql([scene.name], { role: app.name, dialect }));
    const client = await connect(app.url(db.url));
    await expect(client.query(`DELETE FROM ${scene.schema}.totals`)).rejects.toMatchObject({ code: '42501' });
    await expect(createPgStream(fromPg(client)).table(scene.name).refresh()).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
    });
  });

  it('can write by canWrite and readOnlyRoleSql, unless they are told that it is for refreshing', async () => {
    const { scene, owner, app } = await prepared();
    await admin.query(refreshRoleSql([scene.name], { role: app.name, dialect }));
    const { pgstream } = pooled(app.url(db.url));
    const refreshAs = owner.name;
    expect(await pgstream.canWrite(scene.name)).toBe(true);
    expect(await pgstream.canWrite(scene.name, { refreshAs })).toBe(false);
    await expect(admin.query(readOnlyRoleSql(app.name, [scene.name], { dialect }))).rejects.toMatchObject({
      code: '42501',
      hint: expect.stringContaining(`{ refreshAs: '<owner>' }`),
    });
    await expect(admin.query(readOnlyRoleSql(app.name, [scene.name], { refreshAs, dialect }))).resolves.toBeDefined();
  });

  it.each([
    [
      'it inherits from the owner as well',
      (owner: string, app: string) => `GRANT ${owner} TO ${app} WITH INHERIT TRUE`,
    ],
    ['it could give itself the rest', (owner: string, app: string) => `GRANT ${owner} TO ${app} WITH ADMIN OPTION`],
    ['it has a right of its own', (_: string, app: string, table: string) => `GRANT INSERT ON ${table} TO ${app}`],
    ['it is a superuser', (_: string, app: string) => `ALTER ROLE ${app} SUPERUSER`],
  ])('can write all the same if %s', async (_, grant) => {
    const { scene, owner, app } = await prepared();
    await admin.query(refreshRoleSql([scene.name], { role: app.name, dialect }));
    await admin.query(grant(owner.name, app.name, `${scene.schema}.totals`));
    const refreshAs = owner.name;
    expect(await pooled(app.url(db.url)).pgstream.canWrite(scene.name, { refreshAs })).toBe(true);
    await admin.query(`REVOKE ALL ON ${scene.schema}.totals FROM ${app.name}`);
  });
});

describe('refresh({ as })', () => {
  it('of a role that may not be set is PERMISSION_DENIED and names refreshRoleSql; of none that is there INVALID_ARGUMENT', async () => {
    const { scene, owner, app } = await prepared();
    const client = await connect(app.url(db.url));
    const table = createPgStream(fromPg(client)).table(scene.name);
    await client.query('BEGIN');
    await expect(table.refresh({ as: owner.name })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('refreshRoleSql') as string,
    });
    await expect(table.refresh({ as: `no "such' \\ role` })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await client.query('SELECT'); // The transaction is usable.
    await client.query('COMMIT');
  });

  it.each([
    ['public', {}],
    ['none', {}],
    ['', {}],
    ['owner', { via: 'pgstream_refresh' }],
  ])('refuses the role %j with %j before anything is sent', async (as, more) => {
    const { scene } = await prepared();
    await expect(
      pooled(db.url)
        .pgstream.table(scene.name)
        .refresh({ as, ...more }),
    ).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});

describe('refreshRoleSql', () => {
  it('refuses an owner that is a superuser, and one that is the role itself', async () => {
    const scene = await createScene(admin);
    const app = await testRole();
    const sql = refreshRoleSql([scene.name], { role: app.name, dialect });
    await expect(admin.query(sql)).rejects.toMatchObject({
      code: '22023',
      message: expect.stringContaining('superuser') as string,
    });
    await admin.query(`ALTER TABLE ${scene.schema}.totals OWNER TO ${app.name}`);
    await expect(admin.query(sql)).rejects.toMatchObject({
      code: '22023',
      message: expect.stringContaining('itself') as string,
    });
  });

  it.each([
    [[], 'app'],
    [['totals'], 'public'],
  ])('refuses %j for %j', (tables, role) => {
    expect(() => refreshRoleSql(tables, { role, dialect })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error,
    );
  });
});
