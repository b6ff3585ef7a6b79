import { createPgStream } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import { guardStreamTables } from '@pgstream/drizzle';
import { createTables, insertFlights, readFlights } from '@pgstream/example-flights/load';
import { createStreamTables } from '@pgstream/example-flights/stream-tables';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { Pool } from 'pg';

export type Database = NodePgDatabase;

/** The one db of the application: reads stream tables, and refuses to write them. */
export function openDatabase(pool: Pool): Database {
  return guardStreamTables(drizzle(pool));
}

/**
 * What an application does in its migrations: the tables, here with published flights in them (the first `rows`; all
 * 20,000 by default), and the stream tables over them.
 */
export async function migrate(pool: Pool, { rows }: { readonly rows?: number } = {}): Promise<void> {
  const db = drizzle(pool);
  await createTables(db);
  await insertFlights(db, (await readFlights()).slice(0, rows));
  const pgstream = createPgStream(fromPg(pool));
  await createStreamTables(pgstream, { schedule: '1m' });
  // The first refresh computes everything, and readers wait for it. Later ones take in what has changed.
  await pgstream.table('origin_delays').refresh();
}
