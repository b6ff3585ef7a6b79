import { createPgStream } from '@pgstream/core';
import { fromPrisma, streamTables } from '@pgstream/prisma8';
import postgres from '@prisma/orm-postgres/runtime';
import type { Contract } from '../generated/contract.d.ts';
import contractJson from '../generated/contract.json' with { type: 'json' };

export type Database = ReturnType<typeof openDatabase>;

/** The one client of the application: its models of stream tables are read, asked and refreshed, and never written. */
export function openDatabase(url: string) {
  const guard = streamTables(contractJson, { public: ['OrderTotals'], analytics: ['RegionTotals'] });
  return guard.extend(postgres<Contract>({ contractJson, url, middleware: [guard.middleware] }));
}

/** What an application does in its migrations; the README of `@pgstream/prisma8` has how. */
export async function migrate(db: Database): Promise<void> {
  for (const statement of [
    db.raw.sql`CREATE SCHEMA analytics`,
    db.raw.sql`CREATE TABLE public.customers (id serial PRIMARY KEY, name text NOT NULL, region text NOT NULL)`,
    db.raw.sql`CREATE TABLE public.orders (id serial PRIMARY KEY, amount numeric NOT NULL,
      customer_id integer NOT NULL REFERENCES public.customers)`,
  ]) {
    await db.runtime().execute(statement.affectedCount().build());
  }
  const pgstream = createPgStream(fromPrisma(db));
  await pgstream.create({
    name: 'order_totals',
    query: 'SELECT customer_id, count(*) AS orders, sum(amount) AS total FROM public.orders GROUP BY customer_id',
    schedule: '1m',
  });
  await pgstream.create({
    name: { schema: 'analytics', name: 'region_totals' },
    query: `SELECT c.region, sum(o.amount) AS total
              FROM public.orders o JOIN public.customers c ON c.id = o.customer_id GROUP BY c.region`,
    schedule: '5m',
    refreshMode: 'FULL',
  });
}
