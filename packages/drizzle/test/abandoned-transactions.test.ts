import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { drizzle as overPg } from 'drizzle-orm/node-postgres';
import { drizzle as overPostgresJs } from 'drizzle-orm/postgres-js';
import type { Client } from 'pg';
import pg from 'pg';
import postgres from 'postgres';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { streamTable } from '../src/index.ts';
import { type Db, shop, shopDatabase } from './shop/index.ts';

const database = shopDatabase();
let admin: Client;
let lastOrder = 100;

beforeAll(async () => {
  admin = await database.connect();
  await admin.query(`SET lock_timeout = '10s'`);
});

type Sent = string[];
const logging = (sent: Sent) => ({ logger: { logQuery: (text: string) => void sent.push(text) } });

function pool(config: pg.PoolConfig): pg.Pool {
  const made = new pg.Pool({ connectionString: database.url, idleTimeoutMillis: 0, ...config });
  made.on('error', () => {});
  onTestFinished(() => made.end());
  return made;
}

/** A db over a pool of which somebody has had a connection, and has given it back as the statements have left it. */
const drivers: Record<string, (left: readonly string[], sent: Sent) => Promise<Db>> = {
  async 'node-postgres, one connection'(left, sent) {
    const client = pool({ max: 1 });
    await leave(client, left);
    return overPg({ client, ...logging(sent) });
  },
  async 'node-postgres, three connections'(left, sent) {
    const client = pool({ max: 3 });
    await leave(client, left);
    return overPg({ client, ...logging(sent) });
  },
  async 'postgres.js'(left, sent) {
    const client = postgres(database.url, { max: 2, onnotice: () => {} });
    onTestFinished(() => client.end({ timeout: 1 }));
    const reserved = await client.reserve();
    for (const statement of left) await reserved.unsafe(statement).catch(() => {});
    reserved.release();
    return overPostgresJs({ client, ...logging(sent) });
  },
};

async function leave(from: pg.Pool, statements: readonly string[]): Promise<void> {
  const client = await from.connect();
  for (const statement of statements) await client.query(statement).catch(() => {});
  client.release();
}

const insert = (amount: number): string => {
  lastOrder += 1;
  return `INSERT INTO public.orders VALUES (${lastOrder}, 3, ${amount})`;
};

const states: Record<string, () => string[]> = {
  'an open transaction': () => ['BEGIN', insert(1000)],
  'a failed transaction': () => ['BEGIN', 'SELECT 1/0'],
};

async function totalOf3(): Promise<number> {
  const { rows } = await admin.query<{ total: number }>(
    'SELECT coalesce(sum(total), 0)::float AS total FROM public.order_totals WHERE customer_id = 3',
  );
  return rows[0]?.total ?? Number.NaN;
}

describe.each(Object.entries(drivers))('over %s', (_driver, open) => {
  describe.each(Object.entries(states))('with %s on a connection', (_state, left) => {
    it.each([{}, { timeoutMs: 20_000 }])('refreshes and commits (%o)', async (options) => {
      const sent: Sent = [];
      const db = await open(left(), sent);
      const before = await totalOf3();
      await admin.query(insert(2));
      expect(await streamTable(db, shop.orderTotals).refresh(options)).toMatchObject({ status: 'refreshed' });
      expect(await totalOf3()).toBe(before + 2);
      await admin.query(insert(0));
      expect(sent.some((text) => text.includes('refresh_stream_table'))).toBe(true);
      expect(await streamTable(db, shop.orderTotals).isStale({ maxAgeMs: 60_000 })).toBe(false);
      expect(await db.execute(sql`select 1`)).toBeDefined();
    });
  });
});

describe('a time-out of pg itself', () => {
  it('keeps no writer of the sources out', async () => {
    const db = overPg({ client: pool({ max: 1, query_timeout: 100 }) });
    const writer = await database.connect();
    await writer.query('BEGIN');
    await writer.query(insert(1));
    const refreshed = streamTable(db, shop.orderTotals).refresh({ timeoutMs: 1_500 });
    const written = sleep(600).then(() => writer.query('COMMIT'));
    await expect(refreshed).rejects.toMatchObject({ code: 'TIMEOUT' });
    await admin.query(insert(1));
    await written;
    const left = async (): Promise<number | null> => {
      const { rowCount } = await admin.query(
        `SELECT FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()`,
      );
      return rowCount;
    };
    // A server process that goes is listed for a moment. The server itself would end our transaction later.
    await expect.poll(left, { interval: 20, timeout: 1_000 }).toBe(0);
  });
});
