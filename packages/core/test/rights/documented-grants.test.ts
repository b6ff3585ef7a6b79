import { connect, extension, onPgTrickle, testDatabase, testRole } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { createScene, order, through, totalOf3, type Scene } from '../refresh/scene.ts';

/** What docs/what-pg-stream-does.md says of roles that own nothing. */

const db = testDatabase();
let admin: Client;
let scene: Scene;

beforeAll(async () => {
  admin = await db.connect();
  scene = await createScene(admin);
});

async function migrator(): Promise<{ role: string; client: Client }> {
  const role = await testRole();
  await admin.query(`CREATE SCHEMA AUTHORIZATION ${role.name}`);
  return { role: role.name, client: await connect(role.url(db.url)) };
}

describe('a role that runs migrations', () => {
  const migrations = [
    'CREATE TABLE mine (x int)',
    'CREATE VIEW my_view AS SELECT x FROM mine',
    'ALTER TABLE mine ADD COLUMN y int',
    'DROP TABLE mine CASCADE',
  ];

  it.skipIf(extension.runsHooksItself)(
    'fails without rights on the extension, on tables that have nothing to do with it',
    async () => {
      const { client } = await migrator();
      await client.query('CREATE TABLE mine (x int)');
      for (const statement of migrations.slice(1)) {
        await expect(client.query(statement)).rejects.toMatchObject({
          code: '42501',
          message: `permission denied for schema ${extension.schema}`,
        });
      }
    },
  );

  it.runIf(extension.runsHooksItself)('needs no rights on pg_trickle from 0.81.1 on', async () => {
    const { client } = await migrator();
    for (const statement of migrations) await expect(client.query(statement)).resolves.toBeDefined();
  });

  it('succeeds with the documented ones', async () => {
    const { role, client } = await migrator();
    await admin.query(`
      GRANT USAGE ON SCHEMA pgstream TO ${role};
      GRANT SELECT ON ALL TABLES IN SCHEMA pgstream TO ${role}`);
    for (const statement of migrations) await expect(client.query(statement)).resolves.toBeDefined();
  });
});

describe('a role that writes to a source', () => {
  // A role that needs none on pg_trickle: source-writer.test.ts.
  it.skipIf(onPgTrickle)(
    'needs rights on the extension’s schema and the change buffers, and its changes arrive when it has the documented ones',
    async () => {
      const { name: role, url } = await testRole();
      await admin.query(`
      GRANT USAGE ON SCHEMA ${scene.schema} TO ${role};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ${scene.orders} TO ${role}`);
      const client = await connect(url(db.url));
      const refused = (schema: string): Promise<void> =>
        expect(order(client, scene, 100)).rejects.toMatchObject({
          code: '42501',
          message: `permission denied for schema ${schema}`,
        });
      await refused('pgstream_changes');
      await admin.query(`GRANT USAGE ON SCHEMA pgstream_changes TO ${role}`);
      await refused('pgstream');
      await admin.query(`
      GRANT USAGE ON SCHEMA pgstream, pgstream_changes TO ${role};
      GRANT INSERT ON ALL TABLES IN SCHEMA pgstream_changes TO ${role};
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA pgstream_changes TO ${role}`);
      await order(client, scene, 100);
      await client.query(`UPDATE ${scene.orders} SET amount = 10 WHERE customer_id = 3`);
      await client.query(`DELETE FROM ${scene.orders} WHERE customer_id = 1`);
      await through(admin, scene).refresh();
      expect(await totalOf3(admin, scene)).toBe(10);
    },
  );
});
