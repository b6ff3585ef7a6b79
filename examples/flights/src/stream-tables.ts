import type { PgStream } from '@pgstream/core';

/**
 * The queries behind the two stream tables of `schema.ts`. Every table is named with its schema, because the extension
 * runs a query later under another search_path.
 */
export async function createStreamTables(
  pgstream: PgStream,
  { schedule }: { readonly schedule: string },
): Promise<void> {
  // One table, GROUP BY, sum and count: what pg_stream maintains incrementally.
  await pgstream.create({
    name: 'origin_delays',
    query: `SELECT origin, count(*) AS flights, sum(CASE WHEN delay > 15 THEN 1 ELSE 0 END) AS late_flights,
                   sum(delay) AS total_delay
              FROM public.flights GROUP BY origin`,
    schedule,
  });
  // A join with averages over the first: recomputed as a whole, which is right for every query.
  await pgstream.create({
    name: 'state_delays',
    query: `SELECT a.state, count(*) AS airports, sum(d.flights) AS flights,
                   round(sum(d.total_delay) / sum(d.flights), 2) AS mean_delay
              FROM public.origin_delays d JOIN public.airports a ON a.iata = d.origin GROUP BY a.state`,
    schedule,
    refreshMode: 'FULL',
  });
}
