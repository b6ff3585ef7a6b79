import { createPgStream, type SqlExecutor } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import type { Client } from 'pg';

import { measureInterleaved, type Measurement } from './interleaved.ts';

export const streamTables = 1_000;
export const historyRows = 1_000_000;

/** Many stream tables over one table. */
export async function createStreamTables(client: Client): Promise<void> {
  const pgstream = createPgStream(fromPg(client));
  await client.query('CREATE TABLE orders (id int PRIMARY KEY, customer_id int, amount numeric)');
  for (let serial = 1; serial <= streamTables; serial += 1) {
    await pgstream.create({
      name: `totals_${serial}`,
      query: 'SELECT customer_id, sum(amount) AS total FROM public.orders GROUP BY customer_id',
      schedule: '5m',
      refreshMode: 'FULL',
    });
  }
}

/** A database as a large application's after a few months: many stream tables, and a history that is never pruned. */
export async function fillCatalog(client: Client): Promise<void> {
  await createStreamTables(client);
  await client.query(
    `INSERT INTO pgstream.pgs_refresh_history
            (pgs_id, data_timestamp, start_time, end_time, action, status, rows_inserted, initiated_by)
     SELECT s.pgs_id, at, at, at, 'NO_DATA', 'COMPLETED', 0, 'SCHEDULER'
       FROM generate_series(1, $1::int / $2::int) AS n
      CROSS JOIN LATERAL (SELECT now() - n * interval '1 minute' AS at) AS moment
      CROSS JOIN pgstream.pgs_stream_tables AS s`,
    [historyRows, streamTables],
  );
  await client.query('VACUUM ANALYZE');
}

/** The statements that one `isStale()` sends once the extension is known, each with its plan. */
export async function explainIsStale(client: Client): Promise<string[]> {
  const direct = fromPg(client);
  const sent: { text: string; params: readonly unknown[] }[] = [];
  const recording: SqlExecutor = {
    scope: direct.scope,
    transaction: direct.transaction,
    query(text, params = []) {
      sent.push({ text, params });
      return direct.query(text, params);
    },
  };
  const table = createPgStream(recording).table('totals_1');
  await table.isStale();
  sent.length = 0;
  await table.isStale();
  return Promise.all(
    sent.map(async ({ text, params }) => {
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN (COSTS OFF) ${text}`, [...params]);
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    }),
  );
}

/** The same question, one stream table's staleness, put in five ways through one connection. */
export async function measureStaleness(client: Client, rounds: number): Promise<Measurement[]> {
  const pgstream = createPgStream(fromPg(client));
  let serial = 0;
  const next = (): string => `totals_${(serial = (serial % streamTables) + 1)}`;
  const ask = (text: string, weight = 100): { weight: number; run: () => Promise<unknown> } => ({
    weight,
    run: () => client.query(text, ['public', next()]),
  });
  return measureInterleaved(
    [
      {
        name: 'the bare indexed query',
        ...ask(
          `SELECT status, schedule, is_populated, data_timestamp, last_refresh_at
             FROM pgstream.pgs_stream_tables WHERE pgs_schema = $1 AND pgs_name = $2`,
        ),
      },
      { name: 'isStale()', run: () => pgstream.table(next()).isStale() },
      { name: 'isStale({ maxAgeMs })', run: () => pgstream.table(next()).isStale({ maxAgeMs: 60_000 }) },
      {
        name: 'stream_tables_info',
        ...ask('SELECT stale FROM pgstream.stream_tables_info WHERE pgs_schema = $1 AND pgs_name = $2'),
      },
      {
        name: 'pg_stat_stream_tables',
        ...ask('SELECT stale FROM pgstream.pg_stat_stream_tables WHERE pgs_schema = $1 AND pgs_name = $2', 20),
      },
      {
        name: 'st_refresh_stats()',
        ...ask('SELECT stale FROM pgstream.st_refresh_stats() WHERE pgs_schema = $1 AND pgs_name = $2', 1),
      },
    ],
    rounds,
  );
}
