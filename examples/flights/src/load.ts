import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import { parse } from 'csv-parse/sync';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { Pool } from 'pg';

import { airports, flights } from './schema.ts';

type Airport = typeof airports.$inferInsert;
type Flight = typeof flights.$inferInsert;

const require = createRequire(import.meta.url);

/** Rows in one INSERT: PostgreSQL takes 65,535 parameters at most. */
const rowsPerInsert = 5_000;

/** The airports of the United States, from vega-datasets. */
async function readAirports(): Promise<Airport[]> {
  const rows: Record<keyof Airport, string>[] = parse(
    await readFile(require.resolve('vega-datasets/data/airports.csv'), 'utf8'),
    { columns: true },
  );
  return rows.map(({ iata, name, city, state, latitude, longitude }) => ({
    iata,
    name,
    city,
    state,
    latitude: Number(latitude),
    longitude: Number(longitude),
  }));
}

/** 20,000 flights of the first quarter of 2001 in the order of their scheduled time, from vega-datasets. */
export async function readFlights(): Promise<Flight[]> {
  const rows: { date: string; delay: number; distance: number; origin: string; destination: string }[] = JSON.parse(
    await readFile(require.resolve('vega-datasets/data/flights-20k.json'), 'utf8'),
  );
  return rows
    .toSorted((a, b) => (a.date < b.date ? -1 : 1))
    .map(({ date, ...flight }) => ({ scheduledAt: date, ...flight }));
}

export async function createTables(db: NodePgDatabase): Promise<void> {
  await db.execute(
    `CREATE TABLE airports (iata text PRIMARY KEY, name text NOT NULL, city text, state text,
                            latitude double precision NOT NULL, longitude double precision NOT NULL);
     CREATE TABLE flights (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, scheduled_at timestamp NOT NULL,
                           origin text NOT NULL REFERENCES airports, destination text NOT NULL REFERENCES airports,
                           delay integer NOT NULL, distance integer NOT NULL);`,
  );
  await db.insert(airports).values(await readAirports());
}

export async function insertFlights(db: NodePgDatabase, rows: readonly Flight[]): Promise<void> {
  for (let start = 0; start < rows.length; start += rowsPerInsert) {
    await db.insert(flights).values(rows.slice(start, start + rowsPerInsert));
  }
}

/** All of it through a pool: for applications that have another ORM. The first `rows` flights, or all 20,000. */
export async function loadFlights(pool: Pool, { rows }: { readonly rows?: number | undefined } = {}): Promise<void> {
  const db = drizzle(pool);
  await createTables(db);
  await insertFlights(db, (await readFlights()).slice(0, rows));
}
