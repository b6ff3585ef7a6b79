import { testDatabase, type TestDatabase } from '@pgstream/harness';
import { beforeAll } from 'vitest';

/** What contract.prisma declares. */
const SHOP = `
  CREATE SCHEMA analytics;
  CREATE TABLE public.customers (id integer PRIMARY KEY, name text NOT NULL, region text NOT NULL);
  CREATE TABLE public.orders (
    id integer PRIMARY KEY, customer_id integer NOT NULL REFERENCES public.customers, product text DEFAULT 'tea',
    amount numeric(12,2) NOT NULL
  );
  CREATE TABLE public.products (name text PRIMARY KEY);
  CREATE TABLE public.notes (id integer PRIMARY KEY, text text NOT NULL);
  INSERT INTO public.customers VALUES (1, 'Ada', 'north'), (2, 'Bob', 'south'), (3, 'Cy', 'north');
  INSERT INTO public.orders VALUES (1, 1, 'tea', 10), (2, 1, 'mate', 5.5), (3, 2, 'tea', 7.25);
  INSERT INTO public.products VALUES ('tea'), ('mate');
  INSERT INTO public.notes VALUES (1, 'first');
  SELECT pgstream.create_stream_table(name => 'public.order_totals', schedule => '1h', query =>
    'SELECT customer_id, sum(amount) AS total, count(*) AS orders FROM public.orders GROUP BY customer_id');
  SELECT pgstream.create_stream_table(name => 'public.product_totals', schedule => '1h', query =>
    'SELECT product, sum(amount) AS total FROM public.orders GROUP BY product');
  SELECT pgstream.create_stream_table(name => 'public.bought', schedule => '1h', refresh_mode => 'FULL', query =>
    'SELECT DISTINCT customer_id, product FROM public.orders');
  SELECT pgstream.create_stream_table(name => 'analytics.region_totals', schedule => '1h', refresh_mode => 'FULL', query =>
    'SELECT c.region, sum(o.amount) AS total FROM public.orders o JOIN public.customers c ON c.id = o.customer_id GROUP BY c.region');
  -- The first refresh is a full one, which readers would have to wait for.
  SELECT pgstream.refresh_stream_table('public.order_totals'), pgstream.refresh_stream_table('public.product_totals');
`;

/** A database with it for the test file that calls this at its top level. */
export function shopDatabase(): TestDatabase {
  const database = testDatabase();
  beforeAll(async () => {
    const client = await database.connect();
    await client.query(SHOP);
    await client.end();
  });
  return database;
}
