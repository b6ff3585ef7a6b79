import type { Client } from 'pg';
import { createPgStream } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';

/** Stream tables of every kind, and five recorded refreshes of one of them. */
export async function createShop(admin: Client): Promise<void> {
  await admin.query(`
    CREATE TABLE public.orders (id int PRIMARY KEY, customer_id int, amount numeric);
    INSERT INTO public.orders VALUES (1, 1, 10), (2, 2, 5)`);
  const pgstream = createPgStream(fromPg(admin));
  const query = 'SELECT customer_id, sum(amount) AS total FROM public.orders GROUP BY customer_id';
  await pgstream.create({ name: 'totals', query, schedule: '5m' });
  await pgstream.create({ name: 'nightly', query, schedule: '@daily', refreshMode: 'FULL' });
  await pgstream.create({ name: 'never_filled', query, schedule: null, initialize: false });
  await admin.query('DELETE FROM pgstream.pgs_refresh_history');
  await record(admin, 5);
}

/** Refreshes as the scheduler records them: of each five one has failed. */
export async function record(admin: Client, count: number, name = 'totals'): Promise<void> {
  await admin.query(
    `INSERT INTO pgstream.pgs_refresh_history (pgs_id, data_timestamp, start_time, end_time, action, rows_inserted, rows_deleted, status, initiated_by)
     SELECT pgs_id, now(), now() - interval '0.25 s', now(), 'DIFFERENTIAL', 2, 1, CASE WHEN n % 5 = 0 THEN 'FAILED' ELSE 'COMPLETED' END, 'SCHEDULER'
     FROM pgstream.pgs_stream_tables, generate_series(1, $1::int) n WHERE pgs_name = $2`,
    [count, name],
  );
}

/** The samples of a text of Prometheus, by their names and sorted labels; `NaN` and the like as they stand. */
export function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const [, name = '', labels = '', value] of text.matchAll(/^([a-z_]+)(?:\{(.*)\})? (\S+)(?: \d+)?$/gm)) {
    const sorted = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([pair]) => pair).toSorted();
    samples.set(`${name}{${sorted.join(',')}}`, Number(value));
  }
  return samples;
}
