import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { PrismaClient, shopDatabase, streamTables } from './shop/index.ts';

const database = shopDatabase();
let admin: pg.Client;
let lastOrder = 100;

beforeAll(async () => {
  admin = await database.connect();
  await admin.query(`SET lock_timeout = '10s'`);
});

function insert(amount: number): string {
  lastOrder += 1;
  return `INSERT INTO public.orders (id, customer_id, amount) VALUES (${lastOrder}, 3, ${amount})`;
}

function open(config: pg.PoolConfig) {
  const pool = new pg.Pool({ connectionString: database.url, idleTimeoutMillis: 0, ...config });
  pool.on('error', () => {});
  const client = new PrismaClient({ adapter: new PrismaPg(pool) });
  onTestFinished(async () => {
    await client.$disconnect();
    await pool.end();
  });
  return { pool, prisma: client.$extends(streamTables()) };
}

/** Somebody has had a connection of the pool, and has given it back as the statements have left it. */
async function leave(pool: pg.Pool, statements: readonly string[]): Promise<void> {
  const client = await pool.connect();
  for (const statement of statements) await client.query(statement).catch(() => {});
  client.release();
}

async function totalOf3(): Promise<number> {
  const { rows } = await admin.query<{ total: number }>(
    'SELECT coalesce(sum(total), 0)::float AS total FROM public.order_totals WHERE customer_id = 3',
  );
  return rows[0]?.total ?? Number.NaN;
}

const states: readonly (readonly [state: string, left: () => string[]])[] = [
  ['an open transaction', () => ['BEGIN', insert(1000)]],
  ['a failed transaction', () => ['BEGIN', 'SELECT 1/0']],
];

describe.each([1, 3])('a pool of %i', (max) => {
  describe.each(states)('with %s on a connection', (_state, left) => {
    it.each([{}, { timeoutMs: 20_000 }])('refreshes and commits (%o)', async (options) => {
      const { pool, prisma } = open({ max });
      await leave(pool, left());
      const before = await totalOf3();
      await admin.query(insert(2));
      expect(await prisma.orderTotals.refresh(options)).toMatchObject({ status: 'refreshed' });
      expect(await totalOf3()).toBe(before + 2);
      await admin.query(insert(0));
      expect(await prisma.orderTotals.isStale({ maxAgeMs: 60_000 })).toBe(false);
    });
  });
});

describe('a time-out of pg itself', () => {
  it('keeps writers of the sources out until the refresh would have been over, and no longer', async () => {
    const { prisma } = open({ max: 1, query_timeout: 100 });
    const writer = await database.connect();
    await writer.query('BEGIN');
    await writer.query(insert(1));
    const refreshed = prisma.orderTotals.refresh({ timeoutMs: 1_500 });
    setTimeout(() => void writer.query('COMMIT'), 600);
    await expect(refreshed).rejects.toMatchObject({ code: 'TIMEOUT' });
    await admin.query(insert(1));
    await expect
      .poll(
        async () => {
          const { rows } = await admin.query(
            `SELECT FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()`,
          );
          return rows.length;
        },
        { timeout: 10_000 },
      )
      .toBe(0);
  });
});
