import { createPgStream } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import { loadFlights } from '@pgstream/example-flights/load';
import { createStreamTables } from '@pgstream/example-flights/stream-tables';
import { PrismaPg } from '@prisma/adapter-pg';
import type { Pool } from 'pg';
import { streamTables } from '../generated/pgstream/index.ts';
import { PrismaClient } from '../generated/prisma/client.ts';

export type Database = ReturnType<typeof openDatabase>;

/** The one client of the application: reads stream tables, asks and refreshes them, and refuses to write them. */
export function openDatabase(url: string) {
  const adapter = new PrismaPg({ connectionString: url });
  return new PrismaClient({ adapter }).$extends(streamTables());
}

/**
 * What an application does in its migrations: the tables, here with published flights in them (the first `rows`; all
 * 20,000 by default), and the stream tables over them.
 */
export async function migrate(pool: Pool, options: { readonly rows?: number } = {}): Promise<void> {
  await loadFlights(pool, options);
  const pgstream = createPgStream(fromPg(pool));
  await createStreamTables(pgstream, { schedule: '1m' });
  // The first refresh computes everything, and readers wait for it. Later ones take in what has changed.
  await pgstream.table('origin_delays').refresh();
}
