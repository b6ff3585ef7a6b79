import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asModule, blocksOf, testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { createPgStream } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { createOrders, TOTALS } from '../orders.ts';

const README = join(import.meta.dirname, '../../README.md');

/** What an application has. */
const DATABASE = `
import { createPgStream } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import { Pool } from 'pg';
export const pool = new Pool({ connectionString: process.env['DATABASE_URL']! });
export const pgstream = createPgStream(fromPg(pool));
export const orderTotals = pgstream.table('order_totals');
export async function insertOrder(to: Pool): Promise<number> {
  const { rows } = await to.query<{ id: number }>('INSERT INTO orders (id, customer_id, amount) SELECT max(id) + 1, 2, 1 FROM orders RETURNING id');
  return rows[0]!.id;
}
`;

const IMPORTS = { './database': ['insertOrder', 'orderTotals', 'pgstream', 'pool'] };
const [wait = '', since = '', writes = ''] = blocksOf(README)
  .filter(({ section }) => section === 'Wait')
  .map(({ code }) => code);

const db = testDatabase();
let admin: Client;
let folder: string;

beforeAll(async () => {
  admin = await db.connect();
  await createOrders(admin);
  const pgstream = createPgStream(fromPg(admin));
  for (const name of ['order_totals', 'daily_totals']) {
    const table = await pgstream.create({ name, query: TOTALS, schedule: '5m' });
    await table.refresh();
  }
  vi.stubEnv('DATABASE_URL', db.url);
  folder = await mkdtemp(join(import.meta.dirname, 'run-'));
  const files = {
    'database.ts': DATABASE,
    'wait.ts': asModule(wait, IMPORTS),
    'since.ts': `${asModule(since, IMPORTS)}export { since };`,
    'writes.ts': `${asModule(writes, IMPORTS)}export { order };`,
  };
  for (const [name, code] of Object.entries(files)) await writeFile(join(folder, name), code);
});

afterAll(async () => {
  const { pool } = (await import(join(folder, 'database.ts'))) as { pool: { end(): Promise<void> } };
  await pool.end();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

it('the examples do what they say, while a job refreshes', async () => {
  const job = new AbortController();
  const table = createPgStream(fromPg(admin)).table('order_totals');
  const working = (async () => {
    while (!job.signal.aborted) await table.refresh({ ifBusy: 'wait' });
  })();
  onTestFinished(async () => {
    job.abort();
    await working;
  });
  await import(join(folder, 'wait.ts'));
  expect(await import(join(folder, 'since.ts'))).toHaveProperty(
    'since',
    expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/) as string,
  );
  expect(await import(join(folder, 'writes.ts'))).toMatchObject({ order: 4 });
  job.abort();
  await working;
  const { rows } = await admin.query('SELECT n::int FROM order_totals WHERE customer_id = 2');
  expect(rows).toEqual([{ n: 3 }]);
});
