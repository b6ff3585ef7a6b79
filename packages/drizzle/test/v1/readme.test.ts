import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { testDatabase } from '@pgstream/harness';
import { blocksOf1 } from '../readme/blocks.ts';

const database = testDatabase();
let folder: string;

beforeAll(async () => {
  const client = await database.connect();
  await client.query(`
    CREATE TABLE public.customers (id integer PRIMARY KEY, region text NOT NULL);
    CREATE TABLE public.orders (id integer PRIMARY KEY, customer_id integer NOT NULL, amount numeric(12,2) NOT NULL);
    INSERT INTO public.customers VALUES (1, 'north'), (2, 'south');
    INSERT INTO public.orders VALUES (1, 1, 100), (2, 1, 5.5), (3, 2, 7.25);
    SELECT pgstream.create_stream_table(name => 'public.order_totals',
      query => 'SELECT customer_id, sum(amount) AS total FROM public.orders GROUP BY customer_id')`);
  vi.stubEnv('DATABASE_URL', database.url);
  folder = await mkdtemp(join(import.meta.dirname, 'run-'));
  for (const { file = '', code } of blocksOf1) await writeFile(join(folder, file), code);
});
afterAll(() => rm(folder, { recursive: true }));

it('what the README says of Drizzle 1.0 runs', async () => {
  expect(blocksOf1.map(({ file }) => file)).toEqual(['schema.ts', 'db-1.0.ts']);
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  onTestFinished(() => log.mockRestore());
  const { db } = (await import(join(folder, 'db-1.0.ts'))) as { db: NodePgDatabase & { $client: Pool } };
  await db.$client.end();
  expect(log.mock.calls).toEqual([[1]]);
});
