import { createPgStream } from '@pgstream/core';
import type { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { beforeAll, describe, expect, it } from 'vitest';
import { fromTypeORM, streamRepository } from '../src/index.ts';
import { openDataSource, OrderTotals, shopDatabase } from './shop/index.ts';

const database = shopDatabase();
let admin: Client;

beforeAll(async () => {
  admin = await database.connect();
  await admin.query(`SET lock_timeout = '10s'`);
});

const insert = (amount: number): string =>
  `INSERT INTO public.orders (customer_id, amount) VALUES (3, ${amount.toFixed(2)})`;

/** Somebody has had a connection of the pool, and has given it back as the statements have left it. */
async function leave(dataSource: DataSource, statements: readonly string[]): Promise<void> {
  const runner = dataSource.createQueryRunner();
  for (const statement of statements) await runner.query(statement).catch(() => {});
  await runner.release();
}

async function totalOf3(): Promise<number> {
  const { rows } = await admin.query<{ total: number }>(
    'SELECT coalesce(sum(total), 0)::float AS total FROM public.order_totals WHERE customer_id = 3',
  );
  return rows[0]?.total ?? Number.NaN;
}

const states: readonly (readonly [state: string, left: readonly string[]])[] = [
  ['an open transaction', ['BEGIN', insert(1000)]],
  ['a failed transaction', ['BEGIN', 'SELECT 1/0']],
];

describe.each([1, 3])('a pool of %i', (max) => {
  describe.each(states)('with %s on a connection', (_state, left) => {
    it.each([{}, { timeoutMs: 20_000 }])('refreshes and commits (%o)', async (options) => {
      const dataSource = await openDataSource(database.url, { extra: { max, idleTimeoutMillis: 0 } });
      await leave(dataSource, left);
      const before = await totalOf3();
      await admin.query(insert(2));
      const totals = streamRepository(dataSource, OrderTotals);
      expect(await totals.refresh(options)).toMatchObject({ status: 'refreshed' });
      expect(await totalOf3()).toBe(before + 2);
      await admin.query(insert(0));
      expect(await totals.isStale({ maxAgeMs: 60_000 })).toBe(false);
      expect(dataSource.sent.some((text) => text.includes('refresh_stream_table'))).toBe(true);
    });

    it('alters, and commits', async () => {
      const dataSource = await openDataSource(database.url, { extra: { max, idleTimeoutMillis: 0 } });
      await leave(dataSource, left);
      const table = createPgStream(fromTypeORM(dataSource)).table('placed');
      await table.alter({ schedule: '7h' });
      const schedule = `SELECT schedule FROM pgstream.pgs_stream_tables WHERE pgs_name = 'placed'`;
      expect((await admin.query(schedule)).rows).toEqual([{ schedule: '7h' }]);
      await table.alter({ schedule: '1h' });
    });
  });
});

describe('a time-out of pg itself', () => {
  it('keeps writers of the sources out until the refresh would have been over, and no longer', async () => {
    const dataSource = await openDataSource(database.url, { extra: { max: 1, query_timeout: 100 } });
    const writer = await database.connect();
    await writer.query('BEGIN');
    await writer.query(insert(1));
    const refreshed = streamRepository(dataSource, OrderTotals).refresh({ timeoutMs: 1_500 });
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
