import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asModule, blocksOf, testDatabase } from '@pgstream/harness';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createPgStream } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { createOrders, TOTALS } from '../orders.ts';
import { damage } from './damage.ts';

const README = join(import.meta.dirname, '../../README.md');

/** What an application has. */
const DATABASE = `
import { createPgStream } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import { Pool } from 'pg';
export const pool = new Pool({ connectionString: process.env['DATABASE_URL']! });
export const orderTotals = createPgStream(fromPg(pool)).table('order_totals');
`;

const [verify = ''] = blocksOf(README)
  .filter(({ section }) => section === 'Is the data right?')
  .map(({ code }) => code);

const db = testDatabase();
let folder: string;

beforeAll(async () => {
  const admin = await db.connect();
  await createOrders(admin);
  const table = await createPgStream(fromPg(admin)).create({ name: 'order_totals', query: TOTALS });
  await table.refresh();
  await damage(admin, 'UPDATE public.order_totals SET total = total + 1 WHERE customer_id = 1');
  vi.stubEnv('DATABASE_URL', db.url);
  folder = await mkdtemp(join(import.meta.dirname, 'run-'));
  await writeFile(join(folder, 'database.ts'), DATABASE);
  await writeFile(
    join(folder, 'verify.ts'),
    `${asModule(verify, { './database': ['orderTotals'] })}export { result, orderTotals };`,
  );
});

afterAll(async () => {
  const { pool } = (await import(join(folder, 'database.ts'))) as { pool: { end(): Promise<void> } };
  await pool.end();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

it('the example finds damage, and repairs it', async () => {
  const printed: unknown[] = [];
  const note = (...values: readonly unknown[]): void => void printed.push(...values);
  vi.spyOn(console, 'error').mockImplementation(note);
  vi.spyOn(console, 'log').mockImplementation(note);
  const { result } = (await import(join(folder, 'verify.ts'))) as { result: unknown };
  vi.restoreAllMocks();
  expect(result).toMatchObject({ status: 'different' });
  expect(printed).toMatchObject([
    1,
    [{ copies: 1, values: { customer_id: '1', total: '16.50' } }],
    { status: 'repaired' },
  ]);
});
