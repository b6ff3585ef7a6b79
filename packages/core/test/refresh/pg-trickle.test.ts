import { setTimeout as sleep } from 'node:timers/promises';
import { connect, quietEmulator } from '@pgstream/harness';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPgStream, refreshFunctionSql, refreshRoleSql } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import {
  createScene,
  createSource,
  createWarm,
  expectEqualToQuery,
  order,
  pooled,
  type Scene,
  through,
  totalOf3,
  untilAnyoneWaitsFor,
} from './scene.ts';

/** A server of that release, with a database, whatever the run is about. */
async function released(version: '0.67' | '0.108') {
  const emulator = await quietEmulator({ extension: 'pg_trickle', version, scheduler: false });
  afterAll(() => emulator.stop());
  const clients: { admin: Client; other: Client; url: string } = { admin: undefined!, other: undefined!, url: '' };
  beforeAll(async () => {
    clients.url = await emulator.createDatabase();
    clients.admin = await connect(clients.url);
    clients.other = await connect(clients.url);
  });
  return { emulator, clients };
}

let roles = 0;

/** A role that can log in and nothing else; gives its name. The server ends with the file. */
async function newRole(admin: Client): Promise<string> {
  roles += 1;
  await admin.query(`CREATE ROLE app_${roles} LOGIN`);
  return `app_${roles}`;
}

function urlOf(role: string, database: string): string {
  return Object.assign(new URL(database), { username: role }).href;
}

const SETTINGS = ['lock_timeout', 'row_security', 'work_mem', 'enable_nestloop', 'role'];
const settingsOf = async (client: Client): Promise<unknown> =>
  (await client.query(`SELECT ${SETTINGS.map((name) => `current_setting('${name}') AS ${name}`).join(', ')}`)).rows;

const both = { '0.67': await released('0.67'), '0.108': await released('0.108') };

describe.each(['0.67', '0.108'] as const)('a refresh on pg_trickle %s', (version) => {
  const { clients } = both[version];

  it('brings in what was committed, by hand, after a write and in a transaction, twice', async () => {
    const { admin, url } = clients;
    const scene = await createScene(admin);
    const { pgstream } = pooled(url);
    await order(admin, scene, 1);
    await expect(pgstream.table(scene.name).refresh()).resolves.toMatchObject({ status: 'refreshed' });
    expect(await totalOf3(admin, scene)).toBe(1);
    await pgstream.table(scene.name).refreshAfter(() => order(admin, scene, 10));
    expect(await totalOf3(admin, scene)).toBe(11);
    await admin.query('BEGIN');
    for (const amount of [100, 1000]) {
      await order(admin, scene, amount);
      await through(admin, scene).refresh();
    }
    await admin.query('COMMIT');
    expect(await totalOf3(admin, scene)).toBe(1111);
    await expectEqualToQuery(admin, scene);
  });

  it('waits for an open writer, and says which source it writes to when that is too long', async () => {
    const { admin, other, url } = clients;
    const scene = await createScene(admin);
    const { pgstream } = pooled(url);
    const table = pgstream.table(scene.name);
    await other.query('BEGIN');
    await order(other, scene, 5);
    await expect(table.refresh({ lockTimeoutMs: 200 })).rejects.toMatchObject({
      code: 'SOURCES_BUSY',
      sqlState: '55P03',
      message: expect.stringContaining(scene.orders) as string,
    });
    const refreshed = table.refresh({ lockTimeoutMs: 10_000 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await other.query('COMMIT');
    await refreshed;
    expect(await totalOf3(admin, scene)).toBe(5);
  });

  it('waits for nothing in a transaction that has written, which stays usable', async () => {
    const { admin, other } = clients;
    const scene = await createScene(admin);
    await other.query('BEGIN');
    await order(other, scene, 5);
    await admin.query('BEGIN');
    await admin.query(`CREATE TABLE ${scene.schema}.mine (id int)`);
    const begun = performance.now();
    await expect(through(admin, scene).refresh({ lockTimeoutMs: 20_000 })).rejects.toMatchObject({
      code: 'SOURCES_BUSY',
      message: expect.stringContaining(scene.orders) as string,
    });
    expect(performance.now() - begun).toBeLessThan(5_000);
    await other.query('COMMIT');
    await through(admin, scene).refresh();
    await admin.query('COMMIT');
    expect(await totalOf3(admin, scene)).toBe(5);
  });

  it.each(['outside of transactions', 'in a transaction, which stays usable'])(
    'is refused, or skipped, while another transaction has refreshed: %s',
    async (where) => {
      const { admin, other } = clients;
      const scene = await createScene(admin);
      await other.query('BEGIN');
      await through(other, scene).refresh();
      const { pgstream } = pooled(clients.url);
      if (where.startsWith('in')) await admin.query('BEGIN');
      const table = where.startsWith('in') ? through(admin, scene) : pgstream.table(scene.name);
      await expect(table.refresh()).rejects.toMatchObject({ code: 'REFRESH_BUSY' });
      await expect(table.refresh({ ifBusy: 'skip' })).resolves.toMatchObject({ status: 'skipped' });
      await other.query('COMMIT');
      await expect(table.refresh()).resolves.toMatchObject({ status: 'refreshed' });
      if (where.startsWith('in')) await admin.query('COMMIT');
    },
  );

  it('puts settings back, and leaves nobody a way to write to stream tables for the rest of the transaction', async () => {
    const { admin } = clients;
    const scene = await createScene(admin);
    await order(admin, scene, 5);
    await admin.query('BEGIN');
    await admin.query(`SET LOCAL lock_timeout = '4s'; SET LOCAL work_mem = '5MB'`);
    const before = await settingsOf(admin);
    await through(admin, scene).refresh();
    expect(await settingsOf(admin)).toEqual(before);
    await expect(admin.query(`DELETE FROM ${scene.schema}.totals`)).rejects.toMatchObject({ code: 'P0001' });
    await admin.query('ROLLBACK');
  });

  it('refuses a snapshot that is older than the locks, and a suspended table, and the transaction stays usable', async () => {
    const { admin } = clients;
    const scene = await createScene(admin);
    await admin.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await expect(through(admin, scene).refresh()).rejects.toMatchObject({ code: 'UNSAFE_ISOLATION' });
    await admin.query('SELECT');
    await admin.query('COMMIT');
    await through(admin, scene).suspend();
    await admin.query('BEGIN');
    await expect(through(admin, scene).refresh()).rejects.toMatchObject({ code: 'SUSPENDED' });
    await admin.query('SELECT');
    await admin.query('COMMIT');
  });

  it('ends when a reader of a table in FULL mode stays in the way', async () => {
    const { admin, other } = clients;
    const scene = await createScene(admin);
    const name = { schema: scene.schema, name: 'full' };
    await createWarm(admin, name, scene.query, 'FULL');
    await other.query('BEGIN');
    await totalOf3(other, { name });
    await expect(through(admin, { name }).refresh({ lockTimeoutMs: 200 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining('stream table itself') as string,
    });
    await other.query('COMMIT');
  });

  it('of a role that may become the owner, as that, and is itself again afterwards', async () => {
    const { admin, url } = clients;
    const scene = await createScene(admin);
    const [owner, app] = [await newRole(admin), await newRole(admin)];
    await admin.query(`ALTER TABLE ${scene.schema}.totals OWNER TO ${owner};
      GRANT USAGE ON SCHEMA ${scene.schema} TO ${owner}, ${app}`);
    await admin.query(refreshRoleSql([scene.name], { role: app, dialect: 'pg_trickle' }));
    await order(admin, scene, 5);
    const client = await connect(urlOf(app, url));
    const table = createPgStream(fromPg(client)).table(scene.name);
    await table.refresh({ as: owner });
    expect(await totalOf3(admin, scene)).toBe(5);
    await client.query('BEGIN');
    await table.refresh({ as: owner });
    await expect(client.query(`INSERT INTO ${scene.orders} DEFAULT VALUES`)).rejects.toMatchObject({ code: '42501' });
    await client.query('ROLLBACK');
    await expect(table.refresh()).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('refreshRoleSql') as string,
    });
  });
});

describe('a refresh on pg_trickle 0.67', () => {
  const { clients } = both['0.67'];

  it('goes through a function of the owner’s', async () => {
    const { admin, url } = clients;
    const scene = await createScene(admin);
    const app = await newRole(admin);
    await admin.query(refreshFunctionSql([scene.name], { roles: [app], dialect: 'pg_trickle' }));
    await admin.query(
      `GRANT SELECT ON pgtrickle.pgt_stream_tables TO ${app}; GRANT USAGE ON SCHEMA pgtrickle TO ${app}`,
    );
    await order(admin, scene, 5);
    const { pgstream } = pooled(urlOf(app, url));
    await pgstream.table(scene.name).refresh({ via: 'pgstream_refresh' });
    expect(await totalOf3(admin, scene)).toBe(5);
  });
});

describe('a refresh on pg_trickle 0.108', () => {
  const { emulator, clients } = both['0.108'];

  /** What an owner is given besides, and what it may then see of the catalog. */
  const rights = {
    'nothing else': '',
    'SELECT on the catalog': 'GRANT SELECT ON pgtrickle.pgt_stream_tables TO %',
    'SELECT and UPDATE on the catalog': 'GRANT SELECT, UPDATE ON pgtrickle.pgt_stream_tables TO %',
    'all that a superuser would give':
      'GRANT ALL ON ALL TABLES IN SCHEMA pgtrickle TO %; GRANT USAGE ON SCHEMA pgtrickle_changes TO %',
  };

  async function owned(more: string): Promise<{ scene: Scene; owner: Client; role: string }> {
    const { admin, url } = clients;
    const scene = await createScene(admin);
    const role = await newRole(admin);
    await admin.query(`
      ALTER TABLE ${scene.schema}.totals OWNER TO ${role};
      GRANT USAGE ON SCHEMA ${scene.schema}, pgtrickle TO ${role};
      GRANT SELECT ON ${scene.orders} TO ${role};
      GRANT EXECUTE ON FUNCTION pgtrickle.refresh_stream_table(text) TO ${role};
      ${more.replaceAll('%', role)}`);
    return { scene, role, owner: await connect(urlOf(role, url)) };
  }

  describe.each(Object.entries(rights))('by an owner that has EXECUTE on the function and %s', (_, more) => {
    it('is made, outside of and in transactions, twice', async () => {
      const { scene, owner } = await owned(more);
      await order(clients.admin, scene, 5);
      await through(owner, scene).refresh();
      expect(await totalOf3(owner, scene)).toBe(5);
      await owner.query('BEGIN');
      await through(owner, scene).refresh();
      await through(owner, scene).refresh();
      await owner.query('COMMIT');
      await through(owner, scene).refresh();
    });

    it('is busy while another transaction has refreshed it, which a notice alone says, and does not end the transaction', async () => {
      const { scene, owner } = await owned(more);
      const { other } = clients;
      await other.query('BEGIN');
      await through(other, scene).refresh();
      await expect(through(owner, scene).refresh()).rejects.toMatchObject({ code: 'REFRESH_BUSY' });
      await owner.query('BEGIN');
      await expect(through(owner, scene).refresh()).rejects.toMatchObject({ code: 'REFRESH_BUSY' });
      await other.query('COMMIT');
      await through(owner, scene).refresh();
      await owner.query('COMMIT');
    });

    it('waits no longer for a writer than it was told', async () => {
      const { scene, owner } = await owned(more);
      const { other } = clients;
      await other.query('BEGIN');
      await order(other, scene, 5);
      const begun = performance.now();
      const busy = await through(owner, scene)
        .refresh({ lockTimeoutMs: 200 })
        .catch((error: unknown) => error);
      expect(performance.now() - begun).toBeLessThan(5_000);
      expect(busy).toMatchObject({ sqlState: '55P03', message: expect.stringMatching(/writ/) as string });
      await other.query('COMMIT');
      await through(owner, scene).refresh();
      expect(await totalOf3(owner, scene)).toBe(5);
    });
  });

  it.each(['nothing else', 'all that a superuser would give'] as const)(
    'in two transactions that have both written to the source is refused to both, and ends neither: an owner with %s',
    async (given) => {
      const { scene, owner, role } = await owned(rights[given]);
      await clients.admin.query(`GRANT INSERT ON ${scene.orders} TO ${role}`);
      const second = await connect(urlOf(role, clients.url));
      for (let round = 0; round < 5; round += 1) {
        for (const client of [owner, second]) {
          await client.query('BEGIN');
          await order(client, scene, 1);
        }
        const refused = await Promise.allSettled([owner, second].map((client) => through(client, scene).refresh()));
        for (const each of refused) {
          expect(each).toMatchObject({ status: 'rejected', reason: { name: 'PgStreamError' } });
          expect((each as PromiseRejectedResult).reason).toMatchObject({
            code: expect.stringMatching(/^(?:SOURCES_BUSY|REFRESH_BUSY|TIMEOUT)$/) as string,
          });
        }
        for (const client of [owner, second]) await client.query('COMMIT');
      }
      await through(owner, scene).refresh();
      expect(await totalOf3(owner, scene)).toBe(10);
    },
  );

  it('without EXECUTE on the function says which GRANT it takes', async () => {
    const { scene, owner, role } = await owned(
      'REVOKE EXECUTE ON FUNCTION pgtrickle.refresh_stream_table(text) FROM %',
    );
    await expect(through(owner, scene).refresh()).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      sqlState: '42501',
      message: expect.stringContaining(
        `GRANT EXECUTE ON FUNCTION pgtrickle.refresh_stream_table(text) TO ${role};`,
      ) as string,
    });
  });

  it('by somebody who does not own it names as and refreshRoleSql, and does not end the transaction', async () => {
    const { scene, owner } = await owned('');
    await clients.admin.query(`ALTER TABLE ${scene.schema}.totals OWNER TO CURRENT_USER`);
    await owner.query('BEGIN');
    await expect(through(owner, scene).refresh()).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringMatching(/refresh\(\{ as: .*refreshRoleSql/) as string,
    });
    await owner.query('SELECT');
    await owner.query('COMMIT');
  });

  it('through a function is INVALID_ARGUMENT before anything is done', async () => {
    const scene = await createScene(clients.admin);
    const { pgstream } = pooled(clients.url);
    const table = pgstream.table(scene.name);
    let worked = false;
    const refused = { code: 'INVALID_ARGUMENT', message: expect.stringContaining('refreshRoleSql') as string };
    await expect(table.refresh({ via: 'pgstream_refresh' })).rejects.toMatchObject(refused);
    await expect(
      table.refreshAfter(
        async () => {
          worked = true;
        },
        { via: 'pgstream_refresh' },
      ),
    ).rejects.toMatchObject(refused);
    expect(worked).toBe(false);
  });

  it('while the extension is paused is CAPTURE_BLOCKED, and does not end the transaction', async () => {
    const { admin } = clients;
    const scene = await createScene(admin);
    await admin.query('BEGIN');
    await admin.query('SELECT pgtrickle.pause_all()');
    await expect(through(admin, scene).refresh()).rejects.toMatchObject({
      code: 'CAPTURE_BLOCKED',
      message: expect.stringContaining('pgtrickle.resume_all()') as string,
    });
    await admin.query('SELECT pgtrickle.resume_all()');
    await through(admin, scene).refresh();
    await admin.query('COMMIT');
  });

  it('in a database made from a template is CAPTURE_BLOCKED until the extension was told that it is another', async () => {
    const template = await emulator.createDatabase();
    const first = await connect(template);
    const scene = await createScene(first);
    await first.end();
    const copy = 'copy_of_a_template';
    await clients.admin.query(`CREATE DATABASE ${copy} TEMPLATE "${new URL(template).pathname.slice(1)}"`);
    const client = await connect(Object.assign(new URL(template), { pathname: copy }).href);
    await expect(through(client, scene).refresh()).rejects.toMatchObject({
      code: 'CAPTURE_BLOCKED',
      message: expect.stringContaining('made from a template') as string,
    });
    await client.query('SELECT pgtrickle.recover_capture_instance()');
    await through(client, scene).refresh();
    await client.end();
  });

  it('of a table that another program refreshes is EXTERNALLY_ORCHESTRATED, and does not end the transaction', async () => {
    const { admin } = clients;
    const scene = await createScene(admin);
    await admin.query('SELECT pgtrickle.set_orchestration_mode($1, $2)', [`${scene.schema}.totals`, 'EXTERNAL']);
    await admin.query('BEGIN');
    await expect(through(admin, scene).refresh()).rejects.toMatchObject({
      code: 'EXTERNALLY_ORCHESTRATED',
      message: expect.stringContaining('set_orchestration_mode') as string,
    });
    await admin.query('SELECT');
    await admin.query('COMMIT');
  });

  it('of a table with quotes in its name is made', async () => {
    const { admin } = clients;
    const scene = await createScene(admin);
    const name = { schema: scene.schema, name: 'Totals of "all"' };
    await createWarm(admin, name, scene.query);
    await order(admin, scene, 5);
    await through(admin, { name }).refresh();
    expect(await totalOf3(admin, { name: { ...name, name: name.name.replaceAll('"', '""') } })).toBe(5);
  });
});

const rowsOf = (source: string): string => `SELECT '${source}' AS source, id, amount FROM ${source}`;

const write = (client: Client, source: string): Promise<unknown> =>
  client.query(`INSERT INTO ${source} (customer_id, amount) VALUES (3, 1)`);

describe('a writer, while a refresh on pg_trickle 0.108 holds one source and waits for others', () => {
  const { clients } = both['0.108'];

  it.each(['in a transaction that has done nothing yet', 'by itself'])('is no victim of it: %s', async (where) => {
    const { admin, url } = clients;
    const scene = await createScene(admin);
    const [a, b, c] = ['a', 'b', 'c'].map((each) => `${scene.schema}.source_${each}`) as [string, string, string];
    for (const source of [a, b, c]) await createSource(admin, source);
    const name = { schema: scene.schema, name: 'all_of_them' };
    await createWarm(admin, name, [a, b, c].map(rowsOf).join(' UNION ALL '));
    const [refresher, first, second] = [await connect(url), await connect(url), await connect(url)];
    for (const [client, source] of [
      [first, b],
      [second, c],
    ] as const) {
      await client.query('BEGIN');
      await write(client, source);
    }
    if (where !== 'by itself') await refresher.query('BEGIN');
    const refreshed = createPgStream(fromPg(refresher)).table(name).refresh({ lockTimeoutMs: 900 });
    refreshed.catch(() => {});
    await untilAnyoneWaitsFor(admin, b);
    const written = write(second, a);
    await sleep(650);
    await first.query('COMMIT');
    await expect(written).resolves.toMatchObject({ rowCount: 1 });
    await expect(refreshed).rejects.toMatchObject({ code: 'SOURCES_BUSY' });
    await second.query('COMMIT');
    await refresher.query('ROLLBACK');
  });
});
