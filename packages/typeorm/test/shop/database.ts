import { testDatabase, type TestDatabase } from '@pgstream/harness';
import { beforeAll } from 'vitest';

// Queries that pg_stream 0.1.1 maintains rightly, or FULL mode: the tests run on a real server, too.
const SHOP = `
  BEGIN;
  CREATE SCHEMA analytics;
  CREATE TABLE public.customers (id integer PRIMARY KEY, name text NOT NULL, region text, favourite integer);
  CREATE TABLE public.orders (id serial PRIMARY KEY, customer_id integer NOT NULL, amount numeric(12,2) NOT NULL);
  CREATE TABLE public.readings (id integer PRIMARY KEY, region text, amount integer);
  CREATE TABLE public.notes (id serial PRIMARY KEY, body text NOT NULL, customer_id integer);
  CREATE TABLE public.tagged (customer_id integer NOT NULL, total_id integer NOT NULL, PRIMARY KEY (customer_id, total_id));
  CREATE TABLE public.archive (customer_id integer PRIMARY KEY, total numeric);
  INSERT INTO public.customers VALUES (1, 'Ada', 'north', 1), (2, 'Bob', 'south', NULL), (3, 'Cy', 'north', NULL), (4, 'Di', NULL, NULL);
  INSERT INTO public.orders (customer_id, amount) VALUES (1, 10), (1, 5.5), (2, 7.25), (4, 1);
  INSERT INTO public.readings VALUES (1, 'north', 5), (2, 'north', 5), (3, NULL, NULL), (4, NULL, NULL), (5, 'south', NULL);
  SELECT pgstream.create_stream_table(name => 'public.order_totals', schedule => '1h', query =>
    'SELECT customer_id, sum(amount) AS total, count(*) AS orders FROM public.orders GROUP BY customer_id');
  SELECT pgstream.create_stream_table(name => 'analytics.region_totals', schedule => '1h', query =>
    'SELECT region, sum(amount) AS total, count(*) AS n FROM public.readings GROUP BY region');
  SELECT pgstream.create_stream_table(name => 'public.repeated', schedule => '1h', refresh_mode => 'FULL', query =>
    'SELECT region, amount FROM public.readings');
  SELECT pgstream.create_stream_table(name => 'public.placed', schedule => '1h', query =>
    'SELECT id AS order_id, customer_id FROM public.orders');
  COMMIT;
  -- The first refresh after create is a full one, for which readers wait.
  SELECT pgstream.refresh_stream_table('public.order_totals');
  SELECT pgstream.refresh_stream_table('analytics.region_totals');`;

/** The database of a test file that calls this at its top level: customers, their orders, and stream tables over them. */
export function shopDatabase(): TestDatabase {
  const database = testDatabase();
  beforeAll(async () => {
    const client = await database.connect();
    await client.query(SHOP);
    await client.end();
  });
  return database;
}
