import { testDatabase, testRole } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, expect, it } from 'vitest';
import { createPgStream, readOnlyRoleSql } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { createScene, pooled, type Scene } from '../refresh/scene.ts';

const db = testDatabase();
let admin: Client;
let scene: Scene;

beforeAll(async () => {
  admin = await db.connect();
  scene = await createScene(admin);
});

async function answerFor(give: (role: string, table: string) => string): Promise<boolean> {
  const role = await testRole();
  const sql = give(role.name, `${scene.schema}.totals`);
  await admin.query('BEGIN');
  await admin.query(sql);
  await admin.query('COMMIT');
  return pooled(role.url(db.url)).pgstream.canWrite(scene.name);
}

it.each<[string, boolean, (role: string, table: string) => string]>([
  ['no right at all, not even to ask about stream tables', false, () => 'SELECT'],
  ['SELECT', false, (role, table) => `GRANT SELECT ON ${table} TO ${role}`],
  ['what readOnlyRoleSql gives', false, (role) => readOnlyRoleSql(role, [scene.name])],
  ['INSERT', true, (role, table) => `GRANT INSERT ON ${table} TO ${role}`],
  ['UPDATE', true, (role, table) => `GRANT UPDATE ON ${table} TO ${role}`],
  ['UPDATE of one column', true, (role, table) => `GRANT UPDATE (total) ON ${table} TO ${role}`],
  ['DELETE', true, (role, table) => `GRANT DELETE ON ${table} TO ${role}`],
  ['TRUNCATE', true, (role, table) => `GRANT TRUNCATE ON ${table} TO ${role}`],
  ['pg_write_all_data', true, (role) => `GRANT pg_write_all_data TO ${role}`],
  ['being a superuser', true, (role) => `ALTER ROLE ${role} SUPERUSER`],
])('canWrite of a role with %s: %s', async (_, expected, give) => {
  expect(await answerFor(give)).toBe(expected);
});

it('canWrite of a member of the owner, who inherits nothing but may become it: true', async () => {
  const owner = await testRole();
  const table = { schema: scene.schema, name: 'owned' };
  await createPgStream(fromPg(admin)).create({ name: table, query: scene.query });
  await admin.query(`ALTER TABLE ${scene.schema}.owned OWNER TO ${owner.name}`);
  const member = await testRole('NOINHERIT');
  await admin.query(`GRANT ${owner.name} TO ${member.name}`);
  expect(await pooled(member.url(db.url)).pgstream.canWrite(table)).toBe(true);
});

it('asks for the present role, not for the one that logged in', async () => {
  const role = await testRole();
  const client = await db.connect();
  await client.query(`SET ROLE ${role.name}`);
  expect(await createPgStream(fromPg(client)).canWrite(scene.name)).toBe(false);
  await client.query('RESET ROLE');
  expect(await createPgStream(fromPg(client)).canWrite(scene.name)).toBe(true);
});

it('throws NOT_FOUND for a table that is not there', async () => {
  await expect(createPgStream(fromPg(admin)).canWrite('nope')).rejects.toMatchObject({
    code: 'NOT_FOUND',
    table: 'nope',
  });
});
