import { extension, testDatabase } from '@pgstream/harness';
import { type Client, Pool, type PoolConfig } from 'pg';
import postgres from 'postgres';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createPgStream, refreshFunctionSql, type SqlExecutor } from '../src/index.ts';
import { fromPg, type PgPool } from '../src/pg.ts';
import { fromPostgresJs } from '../src/postgres-js.ts';
import { createScene, order, type Scene, totalOf3 } from './refresh/scene.ts';

const db = testDatabase();
let admin: Client;

beforeAll(async () => {
  admin = await db.connect();
});

/** A pool of which somebody has had a connection, and has given it back as the statements have left it. */
interface Used {
  readonly executor: SqlExecutor;
  /** Sends a statement as an application does. */
  send(text: string): Promise<unknown>;
}

function pgPool(config: PoolConfig): Pool {
  const pool = new Pool({ connectionString: db.url, idleTimeoutMillis: 0, ...config });
  pool.on('error', () => {});
  onTestFinished(() => pool.end());
  return pool;
}

async function leave(pool: Pool, statements: readonly string[]): Promise<void> {
  const client = await pool.connect();
  for (const statement of statements) await client.query(statement).catch(() => {});
  client.release();
}

/** As pg before 8.17: nobody can ask a client for its transaction. */
function withoutStatus(pool: Pool): PgPool {
  return {
    get totalCount() {
      return pool.totalCount;
    },
    query: (text, values) => pool.query(text, values),
    async connect() {
      const client = await pool.connect();
      return {
        query: (text, values) => client.query(text, values),
        release: (destroy) => client.release(destroy),
        on: (event, listener) => client.on(event, listener),
        removeListener: (event, listener) => client.removeListener(event, listener),
      };
    },
  };
}

const pools: Record<string, (max: number, left: readonly string[]) => Promise<Used>> = {
  async pg(max, left) {
    const pool = pgPool({ max });
    await leave(pool, left);
    return { executor: fromPg(pool), send: (text) => pool.query(text) };
  },
  async 'pg before 8.17'(max, left) {
    const pool = pgPool({ max });
    await leave(pool, left);
    return { executor: fromPg(withoutStatus(pool)), send: (text) => pool.query(text) };
  },
  async 'postgres.js'(max, left) {
    const sql = postgres(db.url, { max, onnotice: () => {} });
    onTestFinished(() => sql.end({ timeout: 1 }));
    const reserved = await sql.reserve();
    for (const statement of left) await reserved.unsafe(statement).catch(() => {});
    reserved.release();
    return { executor: fromPostgresJs(sql), send: async (text) => await sql.unsafe(text) };
  },
};

const states: Record<string, (scene: Scene) => string[]> = {
  'an open transaction that has read': () => ['BEGIN', 'SELECT 1'],
  'an open transaction that has written': ({ orders }) => [
    'BEGIN',
    `INSERT INTO ${orders} (customer_id, amount) VALUES (3, 1000)`,
  ],
  'an open transaction with a savepoint': () => ['BEGIN', 'SELECT 1', 'SAVEPOINT before'],
  'a failed transaction': () => ['BEGIN', 'SELECT 1/0'],
};

/** As others see it: refreshed, committed, without what somebody has done half, and with no lock of ours. */
async function expectRefreshed(scene: Scene): Promise<void> {
  expect(await totalOf3(admin, scene)).toBe(7);
  await admin.query(`SET lock_timeout = '2s'`);
  await order(admin, scene, 1);
  await admin.query('RESET lock_timeout');
}

const cases = Object.keys(pools).flatMap((driver) =>
  Object.keys(states).flatMap((state) =>
    (state.includes('written') ? [1, 3] : [1]).map((max) => [driver, state, max] as const),
  ),
);

describe.each(cases)('a pool of %s with %s on a connection (max: %i)', (driver, state, max) => {
  async function open(): Promise<{ scene: Scene } & Used> {
    const scene = await createScene(admin);
    await order(admin, scene, 7);
    const left = states[state]?.(scene) ?? [];
    const used = await pools[driver]?.(max, left);
    if (!used) throw new Error(`There is no ${driver}.`);
    return { scene, ...used };
  }

  it.each([
    ['refreshes and commits', {}],
    ['refreshes and commits with timeoutMs', { timeoutMs: 20_000 }],
  ])('%s', async (_, options) => {
    const { scene, executor } = await open();
    const table = createPgStream(executor).table(scene.name);
    expect(await table.refresh(options)).toMatchObject({ status: 'refreshed' });
    await expectRefreshed(scene);
  });

  it(`refreshes and commits ${extension.checksOuterOwner ? 'as the owner' : 'through a function'}`, async () => {
    const { scene, executor } = await open();
    const via = { schema: scene.schema, name: 'refresh_it' };
    await admin.query(refreshFunctionSql([scene.name], { function: via, dialect: extension.name }));
    const { rows } = await admin.query<{ owner: string }>('SELECT current_user AS owner');
    const table = createPgStream(executor).table(scene.name);
    const refreshed = await table.refresh(extension.checksOuterOwner ? { as: rows[0]?.owner } : { via });
    expect(refreshed.status).toBe('refreshed');
    await expectRefreshed(scene);
  });

  it('creates, alters, suspends, resumes and drops, each committed', async () => {
    const { scene, executor } = await open();
    const pgstream = createPgStream(executor);
    const seen = async (): Promise<unknown> => {
      const { rows } = await admin.query(
        `SELECT schedule, status FROM pgstream.pgs_stream_tables WHERE pgs_schema = $1 AND pgs_name = 'second'`,
        [scene.schema],
      );
      return rows[0];
    };
    const name = { schema: scene.schema, name: 'second' };
    const table = await pgstream.create({ name, query: scene.query, refreshMode: 'FULL', schedule: '5m' });
    expect(await seen()).toEqual({ schedule: '5m', status: 'ACTIVE' });
    await table.alter({ schedule: '7m' });
    await table.suspend();
    expect(await seen()).toEqual({ schedule: '7m', status: 'SUSPENDED' });
    await table.resume();
    expect(await seen()).toEqual({ schedule: '7m', status: 'ACTIVE' });
    await table.drop();
    expect(await seen()).toBeUndefined();
  });

  it('answers questions, by the clock of now', async () => {
    const { scene, executor } = await open();
    await admin.query(
      `UPDATE pgstream.pgs_stream_tables SET schedule = '0', data_timestamp = clock_timestamp(), last_refresh_at = clock_timestamp()
      WHERE pgs_schema = $1`,
      [scene.schema],
    );
    expect(await createPgStream(executor).table(scene.name).isStale()).toBe(true);
    const [status] = await createPgStream(executor).list({ schema: scene.schema });
    expect(status?.isStale).toBe(true);
  });

  it('is in order afterwards', async () => {
    const { scene, executor, send } = await open();
    for (let call = 0; call < 2 * max; call += 1) await createPgStream(executor).table(scene.name).refresh();
    await send(`INSERT INTO ${scene.orders} (customer_id, amount) VALUES (3, 10)`);
    await createPgStream(executor).table(scene.name).refresh();
    expect(await totalOf3(admin, scene)).toBe(17);
  });
});

describe('an executor that has nothing but connections in a transaction', () => {
  it.each([
    ['open', 'SELECT 1'],
    ['failed', 'SELECT 1/0'],
  ])('is told who did it, and nothing is locked (%s)', async (_, statement) => {
    const scene = await createScene(admin);
    const client = await db.connect();
    await client.query('BEGIN');
    await client.query(statement).catch(() => {});
    const executor: SqlExecutor = {
      scope: client,
      transaction: 'none',
      query: async (text, params) => (await client.query(text, params && [...params])).rows as never,
    };
    // Found by an earlier call, over a connection that was in order.
    await createPgStream({ ...fromPg(admin), scope: client }).dialect();
    const refused = createPgStream(executor).table(scene.name).refresh();
    await expect(refused).rejects.toMatchObject({
      code: 'CONNECTION',
      schema: scene.schema,
      table: 'totals',
      operation: 'refresh',
      message: expect.stringMatching(/somebody has left open.*goes back to its pool/) as string,
    });
    await admin.query(`SET lock_timeout = '2s'`);
    await order(admin, scene, 1);
    await admin.query('RESET lock_timeout');
  });
});
