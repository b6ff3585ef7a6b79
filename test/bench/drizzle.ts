import { guardStreamTables, pgStreamTable } from '@pgstream/drizzle';
import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, numeric, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import type { Client } from 'pg';

import { against, type Ratio } from './against.ts';

const rowCount = 1_000;

const columns = {
  customerId: integer('customer_id').notNull(),
  name: text(),
  total: numeric({ precision: 12, scale: 2 }),
  latest: timestamp({ withTimezone: true }),
};
const stream = pgStreamTable('bench_totals', columns);
/** The very same table, as a table. */
const plain = pgTable('bench_totals', columns);

/** Reads of a stream table against the same read of a plain table, and a guarded db against one that is not. */
export async function measureDrizzle(client: Client, rounds: number): Promise<Ratio[]> {
  await fill(client);
  const db = drizzle(client);
  const guarded = guardStreamTables(drizzle(client));
  let serial = 0;
  const next = (): number => (serial = (serial % rowCount) + 1);
  return [
    await against('one row, by an index', rounds * 2, [
      () => db.select().from(plain).where(eq(plain.customerId, next())),
      () => db.select().from(stream).where(eq(stream.customerId, next())),
    ]),
    await against(`${rowCount} rows`, rounds / 2, [() => db.select().from(plain), () => db.select().from(stream)]),
    await against('guarded db: one row of a table', rounds * 2, [
      () => db.select().from(plain).where(eq(plain.customerId, next())),
      () => guarded.select().from(plain).where(eq(plain.customerId, next())),
    ]),
    await against('guarded db: SQL text', rounds * 2, [
      () => db.execute(sql`select * from ${plain} where customer_id = ${next()}`),
      () => guarded.execute(sql`select * from ${plain} where customer_id = ${next()}`),
    ]),
    await against('guarded db: insert of 100 rows', rounds / 2, [
      () => db.insert(notes).values(manyNotes),
      () => guarded.insert(notes).values(manyNotes),
    ]),
  ];
}

const notes = pgTable('bench_notes', { id: integer(), body: text() });
const manyNotes = Array.from({ length: 100 }, (_, id) => ({ id, body: `note ${id}` }));

async function fill(client: Client): Promise<void> {
  await client.query(`
    CREATE UNLOGGED TABLE bench_notes (id integer, body text);
    CREATE TABLE bench_orders (id integer PRIMARY KEY, customer_id integer, amount numeric, at timestamptz);
    INSERT INTO bench_orders SELECT n, 1 + n % ${rowCount}, n, now() FROM generate_series(1, 5 * ${rowCount}) AS n;
    SELECT pgstream.create_stream_table('public.bench_totals', schedule => '5m', refresh_mode => 'FULL', query =>
      'SELECT customer_id, max(''customer '' || customer_id) AS name, sum(amount) AS total, max(at) AS latest
         FROM public.bench_orders GROUP BY customer_id');
    CREATE INDEX ON bench_totals (customer_id);
    ANALYZE bench_totals`);
}
