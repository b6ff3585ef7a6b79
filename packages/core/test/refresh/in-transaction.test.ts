import { testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import postgres from 'postgres';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createPgStream, type PgStreamErrorCode, type RefreshOptions, type StreamTable } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { fromPostgresJs } from '../../src/postgres-js.ts';
import {
  advisoryLocks,
  createScene,
  createSource,
  createWarm,
  order,
  pooled,
  through,
  totalOf3,
  type Scene,
} from './scene.ts';

const db = testDatabase();
let admin: Client;
let other: Client;

beforeAll(async () => {
  admin = await db.connect();
  other = await db.connect();
});

describe('in a transaction that wrote first', () => {
  it('the refresh sees its writes, and a second one the writes after the first', async () => {
    const scene = await createScene(admin);
    const client = await db.connect();
    await client.query('BEGIN');
    await order(client, scene, 100);
    await expect(through(client, scene).refresh()).resolves.toMatchObject({ status: 'refreshed', shared: false });
    expect(await totalOf3(client, scene)).toBe(100);
    await order(client, scene, 10);
    await through(client, scene).refresh();
    await client.query('COMMIT');
    expect(await totalOf3(admin, scene)).toBe(110);
  });

  it('a rollback takes the refresh back, and the next one is right', async () => {
    const scene = await createScene(admin);
    const client = await db.connect();
    await client.query('BEGIN');
    await order(client, scene, 100);
    await through(client, scene).refresh();
    await client.query('ROLLBACK');
    expect(await totalOf3(admin, scene)).toBe(0);
    await order(client, scene, 10);
    await through(client, scene).refresh();
    expect(await totalOf3(admin, scene)).toBe(10);
  });

  it('a savepoint around the refresh can be rolled back, and the transaction goes on', async () => {
    const scene = await createScene(admin);
    const client = await db.connect();
    await client.query('BEGIN');
    await order(client, scene, 100);
    await client.query('SAVEPOINT s');
    await through(client, scene).refresh();
    await client.query('ROLLBACK TO s');
    await client.query('COMMIT');
    await through(client, scene).refresh();
    expect(await totalOf3(admin, scene)).toBe(100);
  });

  it('two that wrote to different sources of one stream table: one is refused, neither is a victim', async () => {
    const scene = await createScene(admin);
    const more = `${scene.schema}.more`;
    await createSource(admin, more);
    const query = `SELECT customer_id, amount AS total FROM ${scene.orders} UNION ALL SELECT customer_id, amount FROM ${more}`;
    const both = { ...scene, name: { schema: scene.schema, name: 'both' }, query };
    await createWarm(admin, both.name, query);
    const first = await db.connect();
    const second = await db.connect();
    await first.query('BEGIN');
    await second.query('BEGIN');
    await order(first, scene, 100);
    await order(second, { orders: more }, 1000);
    await expect(through(first, both).refresh()).rejects.toMatchObject({ code: 'SOURCES_BUSY' });
    await expect(through(second, both).refresh()).rejects.toMatchObject({ code: 'SOURCES_BUSY' });
    await first.query('COMMIT');
    await through(second, both).refresh();
    await second.query('COMMIT');
    expect(await totalOf3(admin, both)).toBe(1100);
  });
});

type InTransaction = (isolation: string, work: (transaction: Transaction) => Promise<void>) => Promise<void>;

interface Transaction {
  table(scene: Scene): StreamTable;
  write(scene: Scene): Promise<unknown>;
}

const drivers: readonly (readonly [driver: string, inTransaction: InTransaction])[] = [
  [
    'pg',
    async (isolation, work) => {
      const client = await db.connect();
      await client.query(`BEGIN ISOLATION LEVEL ${isolation}`);
      await work({
        table: ({ name }) => createPgStream(fromPg(client)).table(name),
        write: (scene) => order(client, scene, 100),
      });
      await client.query('COMMIT');
    },
  ],
  [
    'postgres.js',
    async (isolation, work) => {
      const sql = postgres(db.url, { max: 1, onnotice: () => {} });
      onTestFinished(() => sql.end());
      await sql.begin(`ISOLATION LEVEL ${isolation}`, async (transaction) => {
        await work({
          table: ({ name }) => createPgStream(fromPostgresJs(transaction, { scope: sql })).table(name),
          write: ({ orders }) => transaction.unsafe(`INSERT INTO ${orders} (customer_id, amount) VALUES (3, 100)`),
        });
      });
    },
  ],
];

interface Refusal {
  readonly code: PgStreamErrorCode;
  readonly isolation?: string;
  readonly options?: RefreshOptions;
  /** Brings it about, on another connection; returns what ends it. */
  cause?(scene: Scene): Promise<() => Promise<unknown>>;
}

const refusals: Record<string, Refusal> = {
  'another transaction writes to the source': {
    code: 'SOURCES_BUSY',
    async cause(scene) {
      await other.query('BEGIN');
      await order(other, scene, 1);
      return () => other.query('ROLLBACK');
    },
  },
  'another transaction has refreshed it': {
    code: 'REFRESH_BUSY',
    async cause(scene) {
      await other.query('BEGIN');
      await other.query('SELECT FROM pgstream.pgs_stream_tables WHERE pgs_schema = $1 FOR UPDATE', [scene.schema]);
      return () => other.query('ROLLBACK');
    },
  },
  'ifBusy: wait, which does not wait here': {
    code: 'REFRESH_BUSY',
    options: { ifBusy: 'wait' },
    async cause(scene) {
      await other.query('BEGIN');
      await other.query('SELECT FROM pgstream.pgs_stream_tables WHERE pgs_schema = $1 FOR UPDATE', [scene.schema]);
      return () => other.query('ROLLBACK');
    },
  },
  'it is suspended': {
    code: 'SUSPENDED',
    async cause({ name }) {
      await createPgStream(fromPg(other)).table(name).suspend();
      return () => createPgStream(fromPg(other)).table(name).resume();
    },
  },
  'the transaction is REPEATABLE READ': { code: 'UNSAFE_ISOLATION', isolation: 'REPEATABLE READ' },
  'the transaction is SERIALIZABLE': { code: 'UNSAFE_ISOLATION', isolation: 'SERIALIZABLE' },
  'the transaction is REPEATABLE READ, and the stream table was refreshed since': {
    code: 'UNSAFE_ISOLATION',
    isolation: 'REPEATABLE READ',
    async cause(scene) {
      await through(other, scene).refresh();
      return async () => {};
    },
  },
};

describe.each(drivers)(
  'a refusal inside a transaction of %s leaves it usable, with what it wrote',
  (_, inTransaction) => {
    it.each(Object.entries(refusals))(
      'when %s',
      async (_when, { code, isolation = 'READ COMMITTED', options, cause }) => {
        const scene = await createScene(admin);
        const apart = `${scene.schema}.apart`;
        await admin.query(`CREATE TABLE ${apart} (customer_id int, amount int)`);
        let end: (() => Promise<unknown>) | undefined;
        await inTransaction(isolation, async ({ table, write }) => {
          await write({ ...scene, orders: apart });
          end = await cause?.(scene);
          await expect(table(scene).refresh(options)).rejects.toMatchObject({
            code,
            schema: scene.schema,
            table: 'totals',
            operation: 'refresh',
            cause: expect.any(Error) as Error,
          });
          await write({ ...scene, orders: apart });
        });
        await end?.();
        const { rows } = await admin.query(`SELECT count(*)::int AS n FROM ${apart}`);
        expect(rows).toEqual([{ n: 2 }]);
        expect(await advisoryLocks(admin)).toEqual([]);
      },
    );

    it('when there is no such stream table', async () => {
      const scene = await createScene(admin);
      await inTransaction('READ COMMITTED', async ({ table, write }) => {
        await write(scene);
        const refused = table({ ...scene, name: { schema: scene.schema, name: 'nope' } }).refresh();
        await expect(refused).rejects.toMatchObject({ code: 'NOT_FOUND', name: 'StreamTableNotFoundError' });
        await write(scene);
      });
      await pooled(db.url).pgstream.table(scene.name).refresh();
      expect(await totalOf3(admin, scene)).toBe(200);
    });

    it('when it is busy and ifBusy is skip, which is then no error', async () => {
      const scene = await createScene(admin);
      await other.query('BEGIN');
      await through(other, scene).refresh();
      await inTransaction('READ COMMITTED', async ({ table }) => {
        await expect(table(scene).refresh({ ifBusy: 'skip' })).resolves.toMatchObject({ status: 'skipped' });
      });
      await other.query('COMMIT');
    });
  },
);

async function fullTable(): Promise<Scene> {
  const scene = await createScene(admin);
  const name = { schema: scene.schema, name: 'full' };
  await createWarm(admin, name, scene.query, 'FULL');
  return { ...scene, name };
}

describe('a stream table in FULL mode', () => {
  it.each(['REPEATABLE READ', 'SERIALIZABLE'])('is refreshed in %s, too', async (isolation) => {
    const full = await fullTable();
    await order(admin, full, 100);
    const client = await db.connect();
    await client.query(`BEGIN ISOLATION LEVEL ${isolation}`);
    await order(client, full, 10);
    await through(client, full).refresh();
    await client.query('COMMIT');
    expect(await totalOf3(admin, full)).toBe(110);
  });

  it('is not, when another transaction has refreshed it since the snapshot', async () => {
    const full = await fullTable();
    const client = await db.connect();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await client.query('SELECT FROM pg_class LIMIT 1');
    await through(admin, full).refresh();
    await expect(through(client, full).refresh()).rejects.toMatchObject({
      code: 'UNSAFE_ISOLATION',
      sqlState: '40001',
    });
    await client.query('ROLLBACK');
  });
});

describe('the error of a busy source inside a transaction', () => {
  it('says to refresh after the commit', async () => {
    const scene = await createScene(admin);
    await other.query('BEGIN');
    await order(other, scene, 1);
    const client = await db.connect();
    await client.query('BEGIN');
    await order(client, scene, 1);
    await expect(through(client, scene).refresh()).rejects.toThrow(/refresh after your commit/);
    await other.query('ROLLBACK');
    await client.query('COMMIT');
  });
});

describe('a transaction that nobody can tell', () => {
  it('has refusals raised, skipping included, because an outcome could not be read back', async () => {
    const scene = await createScene(admin);
    await other.query('BEGIN');
    await through(other, scene).refresh();
    const client = await db.connect();
    const pgstream = createPgStream({
      scope: client,
      transaction: 'unknown',
      query: async (text, params) => (await client.query(text, [...(params ?? [])])).rows as Record<string, unknown>[],
    });
    const refused = pgstream.table(scene.name).refresh({ ifBusy: 'skip' });
    await expect(refused).rejects.toMatchObject({ code: 'REFRESH_BUSY', sqlState: 'XX000' });
    await other.query('COMMIT');
    await order(admin, scene, 100);
    await pgstream.table(scene.name).refresh();
    expect(await totalOf3(admin, scene)).toBe(100);
  });
});

describe('settings of the caller', () => {
  it('are after a refresh what they were before', async () => {
    const scene = await createScene(admin);
    const client = await db.connect();
    const settings = `SELECT current_setting('lock_timeout') AS lock_timeout, current_setting('row_security') AS row_security,
      current_setting('work_mem') AS work_mem, current_setting('enable_nestloop') AS enable_nestloop`;
    await client.query('BEGIN');
    await client.query(
      `SET LOCAL lock_timeout = '1234ms'; SET LOCAL work_mem = '5MB'; SET LOCAL enable_nestloop = off`,
    );
    const before = (await client.query(settings)).rows;
    await order(client, scene, 100);
    await through(client, scene).refresh();
    expect((await client.query(settings)).rows).toEqual(before);
    await client.query('COMMIT');
    expect((await client.query(settings)).rows).toEqual([
      { lock_timeout: '0', row_security: 'on', work_mem: '4MB', enable_nestloop: 'on' },
    ]);
  });

  it('outside of a transaction, too, are after a refresh what they were before', async () => {
    const scene = await createScene(admin);
    const client = await db.connect();
    const settings = `SELECT name, setting FROM pg_settings
      WHERE name ~ '^pg_|^(lock_timeout|row_security|work_mem|enable_nestloop|search_path)$' ORDER BY name`;
    await client.query(`SET lock_timeout = '1234ms'; SET work_mem = '5MB'; SET enable_nestloop = off`);
    await through(client, scene).refresh(); // The extension's settings are there once it is loaded.
    const before = (await client.query(settings)).rows;
    await order(client, scene, 100);
    await through(client, scene).refresh();
    expect(await totalOf3(client, scene)).toBe(100);
    expect((await client.query(settings)).rows).toEqual(before);
    expect(before).toContainEqual({ name: 'lock_timeout', setting: '1234' });
  });

  it('are after a refusal what they were before', async () => {
    const scene = await createScene(admin);
    const client = await db.connect();
    await other.query('BEGIN');
    await order(other, scene, 1);
    await client.query('BEGIN');
    await client.query(`SET LOCAL lock_timeout = '1234ms'`);
    await expect(through(client, scene).refresh({ lockTimeoutMs: 1 })).rejects.toMatchObject({ code: 'SOURCES_BUSY' });
    expect((await client.query('SHOW lock_timeout')).rows).toEqual([{ lock_timeout: '1234ms' }]);
    await client.query('COMMIT');
    await other.query('ROLLBACK');
  });
});
