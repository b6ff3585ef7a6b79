import { connect, extension, onPgTrickle, testDatabase, testRole } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPgStream, type StreamTable } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import {
  createScene,
  createWarm,
  expectEqualToQuery,
  order,
  pooled,
  through,
  totalsOf,
  type Scene,
} from '../refresh/scene.ts';
import { damage, takeRowsWithoutId } from '../verify/damage.ts';

const db = testDatabase();
let admin: Client;
let scene: Scene;

beforeAll(async () => {
  admin = await db.connect();
});

beforeEach(async () => {
  scene = await createScene(admin);
});

const totals = (): StreamTable => pooled(db.url).pgstream.table(scene.name);
const stored = (): string => `${scene.schema}.totals`;

/** The extension's word for it, and ours. */
const steps = extension.reinitializes
  ? [{ action: 'reinitialize', message: expect.stringMatching(/reinitialized/) as string }, { action: 'refresh' }]
  : [...(onPgTrickle ? [{ action: 'capture' }] : []), { action: 'frontier' }, { action: 'refresh' }];

async function frontier(): Promise<unknown> {
  const { rows } = await admin.query<{ frontier: unknown }>(
    `SELECT frontier FROM ${extension.catalog} WHERE ${extension.prefix}schema = $1 AND ${extension.prefix}name = 'totals'`,
    [scene.schema],
  );
  return rows[0]?.frontier;
}

describe('repair()', () => {
  it('computes anew what was damaged, counters included, and says what it did', async () => {
    await takeRowsWithoutId(admin, stored());
    await damage(
      admin,
      `UPDATE ${stored()} SET total = 99, ${extension.hiddenPrefix}count = 1 WHERE customer_id = 1`,
      `DELETE FROM ${stored()} WHERE customer_id = 2`,
      `INSERT INTO ${stored()} (customer_id, total, n) VALUES (7, 7, 7)`,
    );
    expect(await totals().verify({ afterRefresh: true })).toMatchObject({ status: 'different' });
    expect(await totals().repair()).toMatchObject({
      status: 'repaired',
      steps,
      verification: { status: 'verified', rows: { query: 2, table: 2 }, afterRefresh: true },
      dependents: [],
      advice: null,
    });
    await expectEqualToQuery(admin, scene);
    // With a wrong counter this would take the whole group away.
    await admin.query(`DELETE FROM ${scene.orders} WHERE customer_id = 1 AND amount = 10`);
    await totals().refresh();
    await expectEqualToQuery(admin, scene);
  });

  it('takes in what was written meanwhile, and nothing twice', async () => {
    await damage(admin, `DELETE FROM ${stored()}`);
    await order(admin, scene, 5);
    expect(await totals().repair()).toMatchObject({ status: 'repaired', verification: { rows: { table: 3 } } });
    await order(admin, scene, 6);
    await totals().refresh();
    await expectEqualToQuery(admin, scene);
  });

  it('of a stream table in FULL mode', async () => {
    const name = { schema: scene.schema, name: 'whole' };
    await createWarm(admin, name, scene.query, 'FULL');
    await damage(admin, `DELETE FROM ${scene.schema}.whole`);
    expect(await pooled(db.url).pgstream.table(name).repair()).toMatchObject({ status: 'repaired' });
  });

  it('keeps what belongs to the table: its oid, views over it, indexes and rights', async () => {
    await admin.query(`CREATE VIEW ${scene.schema}.over AS SELECT * FROM ${stored()};
      CREATE INDEX mine ON ${stored()} (total); GRANT SELECT ON ${stored()} TO PUBLIC`);
    const state = async () =>
      (
        await admin.query(
          `SELECT c.oid, c.relacl::text, (SELECT count(*)::int FROM pg_index i WHERE i.indrelid = c.oid) AS indexes FROM pg_class c WHERE c.oid = $1::regclass`,
          [stored()],
        )
      ).rows;
    const before = await state();
    await damage(admin, `DELETE FROM ${stored()}`);
    expect(await totals().repair()).toMatchObject({ status: 'repaired' });
    expect(await state()).toEqual(before);
    expect((await admin.query(`SELECT count(*)::int AS n FROM ${scene.schema}.over`)).rows).toEqual([{ n: 2 }]);
  });

  it('names the stream tables that have read it', async () => {
    const name = { schema: scene.schema, name: 'above' };
    await createWarm(admin, name, `SELECT customer_id, total FROM ${stored()}`, 'FULL');
    await damage(admin, `DELETE FROM ${stored()} WHERE customer_id = 1`);
    await pooled(db.url).pgstream.table(name).refresh();
    expect(await totals().repair()).toMatchObject({
      status: 'repaired',
      dependents: [name],
      advice: expect.stringMatching(/repair or refresh "scene_\d+"\."above"/) as string,
    });
  });

  it('says what is left when the extension goes on to run another query', async () => {
    await admin.query(`CREATE VIEW ${scene.schema}.seen AS SELECT id, amount FROM ${scene.orders}`);
    const name = { schema: scene.schema, name: 'through_view' };
    await createWarm(admin, name, `SELECT id, amount FROM ${scene.schema}.seen`, 'FULL');
    await admin.query(`SET session_replication_role = replica;
      CREATE OR REPLACE VIEW ${scene.schema}.seen AS SELECT id, amount + 1 AS amount FROM ${scene.orders};
      RESET session_replication_role`);
    const table = pooled(db.url).pgstream.table(name);
    const { status, verification, advice } = await table.repair();
    expect({ status, verification }).toMatchObject({ status: 'different', verification: { missing: { count: 3 } } });
    expect(advice).toMatch(/view was replaced.* Drop it and create it again/);
  });

  it.runIf(onPgTrickle)('wakes what is suspended, as the extension’s own function does', async () => {
    await damage(admin, `DELETE FROM ${stored()}`);
    await totals().suspend();
    expect(await totals().repair()).toMatchObject({ status: 'repaired', steps });
    expect(await totals().status()).toMatchObject({ status: 'ACTIVE' });
  });

  it('is undecidable where verify() is', async () => {
    const name = { schema: scene.schema, name: 'dated' };
    await createWarm(admin, name, `SELECT id, amount FROM ${scene.orders} WHERE now() > '2020-01-01'`, 'FULL');
    const table = pooled(db.url).pgstream.table(name);
    expect(await table.repair()).toMatchObject({ status: 'repaired' });
    expect(await table.repair({ maxRows: 0 })).toMatchObject({
      status: 'undecidable',
      verification: { reason: 'too-many-rows' },
      advice: expect.stringMatching(/cannot be told.*maxRows/) as string,
    });
  });
});

describe('repair() that is refused changes nothing', () => {
  let before: unknown;

  beforeEach(async () => {
    await damage(admin, `DELETE FROM ${stored()} WHERE customer_id = 1`);
    before = await frontier();
    if (before == null) throw new Error('It has no frontier to lose.');
  });

  async function expectUnchanged(): Promise<void> {
    expect(await frontier()).toEqual(before);
    expect((await admin.query(`SELECT customer_id FROM ${stored()}`)).rows).toEqual([{ customer_id: 2 }]);
  }

  it.skipIf(onPgTrickle)('SUSPENDED, where the extension does not reinitialize', async () => {
    await totals().suspend();
    await expect(totals().repair()).rejects.toMatchObject({ code: 'SUSPENDED' });
    await expectUnchanged();
  });

  it('SOURCES_BUSY, after lockTimeoutMs', async () => {
    const writer = await db.connect();
    await writer.query('BEGIN');
    await order(writer, scene, 5);
    await expect(totals().repair({ lockTimeoutMs: 50 })).rejects.toMatchObject({ code: 'SOURCES_BUSY' });
    await writer.query('ROLLBACK');
    await expectUnchanged();
  });

  it('without an executor that can begin a transaction', async () => {
    const client = await db.connect();
    await client.query('BEGIN');
    const refused = { code: 'INVALID_ARGUMENT', operation: 'repair', table: 'totals' };
    await expect(through(client, scene).repair()).rejects.toMatchObject(refused);
    await client.query('COMMIT');
    await expect(through(client, scene).repair()).rejects.toMatchObject(refused);
    await expectUnchanged();
  });

  it('PERMISSION_DENIED, with what is missing', async () => {
    const role = await testRole();
    await admin.query(`GRANT USAGE ON SCHEMA pgstream, ${scene.schema} TO ${role.name};
      GRANT SELECT ON ALL TABLES IN SCHEMA pgstream TO ${role.name}`);
    const { pgstream } = pooled(role.url(db.url));
    await expect(pgstream.table(scene.name).repair()).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      // What repairs the capture asks for the ownership first; what reinitializes is not even called.
      message: expect.stringMatching(
        onPgTrickle && !extension.reinitializes ? /only the owner .* may do this/ : /GRANT /,
      ) as string,
    });
    await expectUnchanged();
  });

  it('NOT_FOUND, ABORTED and what cannot be used', async () => {
    const { pgstream } = pooled(db.url);
    await expect(pgstream.table('not_there').repair()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(totals().repair({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
      operation: 'repair',
    });
    await expect(totals().repair({ sample: -1 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expectUnchanged();
  });
});

it('repairs what somebody else’s connection has never seen, as its owner', async () => {
  const name = { schema: scene.schema, name: 'owned' };
  await createPgStream(fromPg(admin)).create({ name, query: totalsOf(scene.orders) });
  const owner = await testRole();
  await admin.query(`
    GRANT USAGE ON SCHEMA pgstream, pgstream_changes, ${scene.schema} TO ${owner.name};
    GRANT CREATE ON SCHEMA ${scene.schema} TO ${owner.name};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pgstream, pgstream_changes TO ${owner.name};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA pgstream TO ${owner.name};
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pgstream TO ${owner.name};
    GRANT SELECT, MAINTAIN ON ${scene.orders} TO ${owner.name};
    ALTER TABLE ${scene.schema}.owned OWNER TO ${owner.name}`);
  await damage(admin, `DELETE FROM ${scene.schema}.owned`);
  const client = await connect(owner.url(db.url));
  expect((await client.query('SELECT current_user')).rows).toEqual([{ current_user: owner.name }]);
  expect(await pooled(owner.url(db.url)).pgstream.table(name).repair()).toMatchObject({ status: 'repaired', steps });
});
