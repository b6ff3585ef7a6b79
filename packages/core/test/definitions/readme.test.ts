import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asModule, blocksOf, testDatabase } from '@pgstream/harness';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createOrders } from '../orders.ts';

const [example = ''] = blocksOf(join(import.meta.dirname, '../../README.md'))
  .filter(({ section }) => section === 'From declarations')
  .map(({ code }) => code);

const db = testDatabase();
let folder: string;

beforeAll(async () => {
  await createOrders(await db.connect());
  vi.stubEnv('DATABASE_URL', db.url);
  folder = await mkdtemp(join(import.meta.dirname, 'run-'));
  await writeFile(
    join(folder, 'database.ts'),
    `import { Pool } from 'pg';
export const pool = new Pool({ connectionString: process.env['DATABASE_URL']! });`,
  );
  await writeFile(join(folder, 'example.ts'), `${asModule(example, {})}export { report };`);
});

afterAll(async () => {
  const { pool } = (await import(join(folder, 'database.ts'))) as { pool: { end(): Promise<void> } };
  await pool.end();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

it('the example plans and applies', async () => {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => {});
  const { report } = (await import(join(folder, 'example.ts'))) as { report: unknown };
  expect(report).toMatchObject({ changes: 2 });
  expect(printed).toHaveBeenCalledWith(expect.stringContaining('+ create public.order_totals (src/models.ts)'));
  printed.mockRestore();
});
