import { connect, quietEmulator } from '@pgstream/harness';
import { Client, Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPgStream, type PgStream, type StreamTable } from '../../src/index.ts';
import { fromPg, listenWithPg } from '../../src/pg.ts';
import { createSource, totalsOf } from '../refresh/scene.ts';

const name = 'totals';
const timeoutMs = 30_000;
const closing: (() => Promise<unknown>)[] = [];
let url: string;
let admin: Client;
let pool: Pool;
let pgstream: PgStream;
let table: StreamTable;

beforeAll(async () => {
  const emulator = await quietEmulator({ scheduler: true });
  closing.push(() => emulator.stop());
  url = await emulator.createDatabase();
  admin = await connect(url);
  await createSource(admin, 'public.orders');
  await admin.query('SET pg_stream.min_schedule_seconds = 1');
  const query = totalsOf('public.orders');
  table = await createPgStream(fromPg(admin)).create({ name, query, schedule: '1s' });
  pool = new Pool({ connectionString: url, max: 2 });
  closing.push(() => pool.end());
  pgstream = createPgStream(fromPg(pool));
  table = pgstream.table(name);
});

afterAll(async () => {
  for (const close of closing.toReversed()) await close();
});

const insert = (customer: number): Promise<unknown> =>
  pool.query(`INSERT INTO public.orders (customer_id, amount) VALUES (${customer}, 1)`);

async function totalOf(customer: number): Promise<unknown> {
  const { rows } = await pool.query<{ total: unknown }>(
    `SELECT total::int FROM public.totals WHERE customer_id = ${customer}`,
  );
  return rows[0]?.total;
}

describe('waiting for the scheduler (emulator only)', () => {
  it('has it refresh, and sees what was written before', async () => {
    await insert(10);
    const since = await pgstream.currentLsn();
    await table.waitUntilFresh({ since, timeoutMs });
    expect(await totalOf(10)).toBe(1);
    expect(await table.waitUntilFresh({ maxAgeMs: 5_000, timeoutMs })).toHaveProperty('lastRefreshAt');
  });

  it('reads its own writes without refreshing', async () => {
    await pgstream.readYourWrites(() => insert(11), [name], { by: 'wait', timeoutMs });
    expect(await totalOf(11)).toBe(1);
  });

  it('is woken by events', async () => {
    await using events = await pgstream.events({ listener: listenWithPg(() => new Client({ connectionString: url })) });
    await insert(12);
    const since = await pgstream.currentLsn();
    await table.waitUntilFresh({ since, timeoutMs, pollMs: timeoutMs, events });
    expect(await totalOf(12)).toBe(1);
  });

  it('is told why it goes on, and not that there is no scheduler', async () => {
    await table.suspend();
    await expect(table.waitUntilFresh({ maxAgeMs: 0, timeoutMs: 50 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.not.stringContaining('no scheduler') as string,
    });
    await table.resume();
  });
});
