import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { testDatabase } from '@pgstream/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, migrate, openDatabase } from '../src/database.ts';
import { importOrders, place, regions, standings } from '../src/orders.ts';

const database = testDatabase();
let db: Database;

beforeAll(async () => {
  db = openDatabase(database.url);
  await migrate(db);
  await db.orm.public.Customer.createAndCount([
    { name: 'Ada', region: 'north' },
    { name: 'Bob', region: 'south' },
    { name: 'Cy', region: 'north' },
  ]);
});
afterAll(() => db.close());

describe('the order desk', () => {
  it('answers an order with all of its customer’s, many at once, each with its own', async () => {
    const placed = await Promise.all(Array.from({ length: 8 }, () => place(db, 1, '1.5')));
    for (const standing of placed) expect(standing?.orders).toBeGreaterThanOrEqual(1);
    expect(await place(db, 2, '4')).toEqual({ name: 'Bob', orders: 1, total: '4' });
    expect(await standings(db)).toEqual([
      { name: 'Ada', orders: 8, total: '12.0' },
      { name: 'Bob', orders: 1, total: '4' },
      { name: 'Cy', orders: 0, total: '0' },
    ]);
  });

  it('imports all or nothing, and shows it in no part', async () => {
    expect(
      await importOrders(db, [
        { customerId: 3, amount: '2' },
        { customerId: 3, amount: '3' },
      ]),
    ).toBe(2);
    expect(await standings(db)).toContainEqual({ name: 'Cy', orders: 2, total: '5' });
    const wrong = [
      { customerId: 3, amount: '2' },
      { customerId: 77, amount: '3' },
    ];
    await expect(importOrders(db, wrong)).rejects.toMatchObject({ sqlState: '23503' });
    expect(await standings(db)).toContainEqual({ name: 'Cy', orders: 2, total: '5' });
  });

  it('shows regions that are as young as is asked', async () => {
    await db.orm.public.Order.createAndCount([{ customerId: 2, amount: '1' }]);
    expect(await regions(db, { maxAgeMs: 0 })).toEqual([
      { region: 'north', total: '17.0' },
      { region: 'south', total: '5' },
    ]);
  });
});

it('runs by itself, and stops everything', { timeout: 120_000 }, async () => {
  const cwd = join(import.meta.dirname, '..');
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', 'src/main.ts'], { cwd });
  expect(stdout).toContain(`name: 'Ada', orders: 1, total: '9.5'`);
  expect(stdout).toContain('"order_totals" is a stream table, which only the extension writes');
});
