import { inItsNames, testDatabase, type TestDatabase } from '@pgstream/harness';
import { beforeAll } from 'vitest';

/** A shop's tables, and stream tables over them, in the names of the run's extension. */
export const SHOP = inItsNames(`
  CREATE SCHEMA analytics;
  CREATE TABLE public.customers (id integer PRIMARY KEY, name text NOT NULL, region text NOT NULL);
  CREATE TABLE public.orders (id integer PRIMARY KEY, customer_id integer NOT NULL, amount numeric(12,2) NOT NULL);
  CREATE TABLE public.archive (customer_id integer NOT NULL, total numeric);
  CREATE TABLE public.samples (
    id integer PRIMARY KEY, big bigint, num numeric, at timestamptz, day date, tags text[], doc jsonb, nothing text
  );
  INSERT INTO public.customers VALUES (1, 'Ada', 'north'), (2, 'Bob', 'south'), (3, 'Cy', 'north');
  INSERT INTO public.orders VALUES (1, 1, 10), (2, 1, 5.5), (3, 2, 7.25);
  INSERT INTO public.samples VALUES
    (1, 9007199254740993, 12345678901234567890.0123456789, '2024-02-29 12:00:00.123+00', '2024-02-29', '{a,"b,c"}', '{"n":1}', NULL),
    (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
  SELECT pgstream.create_stream_table(name => 'public.order_totals', schedule => '1h', query =>
    'SELECT customer_id, sum(amount) AS total, count(*) AS orders FROM public.orders GROUP BY customer_id');
  SELECT pgstream.create_stream_table(name => 'analytics.region_totals', schedule => '1h', refresh_mode => 'FULL', query =>
    'SELECT c.region, sum(o.amount) AS total FROM public.orders o JOIN public.customers c ON c.id = o.customer_id GROUP BY c.region');
  SELECT pgstream.create_stream_table(name => 'analytics.order_totals', schedule => '1h', refresh_mode => 'FULL', query =>
    'SELECT customer_id, 2 * amount AS total FROM public.orders WHERE customer_id = 2');
  SELECT pgstream.create_stream_table(name => 'public.sample_rows', schedule => '1h', refresh_mode => 'FULL', query =>
    'SELECT id, big, num, at, day, tags, doc, nothing FROM public.samples');
`);

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
