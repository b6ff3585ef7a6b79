import { extension, testDatabase, type TestDatabase } from '@pgstream/harness';
import { beforeAll } from 'vitest';
import { LETTERS_NAME, LONGEST_NAME } from './models.ts';
import { SAMPLES_SQL } from './samples.ts';

// Queries that pg_stream 0.1.1 maintains rightly, or FULL mode: the suite runs on a real server, too.
const SHOP = `
  BEGIN;
  CREATE SCHEMA analytics;
  CREATE TABLE public.customers (id integer PRIMARY KEY, name text NOT NULL, region text);
  CREATE TABLE public.orders (id integer PRIMARY KEY, customer_id integer NOT NULL, amount numeric(12,2) NOT NULL);
  CREATE TABLE public.payments (id serial PRIMARY KEY, account integer NOT NULL, amount integer NOT NULL);
  CREATE TABLE public.readings (id integer PRIMARY KEY, region text, amount integer);
  CREATE TABLE public.old_readings (id integer PRIMARY KEY, region text, amount integer);
  CREATE TABLE public.archive (customer_id integer PRIMARY KEY, total numeric);
  CREATE TABLE public.visit_log (id integer PRIMARY KEY, customer_id integer, note text);
  INSERT INTO public.customers VALUES (1, 'Ada', 'north'), (2, 'Bob', 'south'), (3, 'Cy', 'north'), (4, 'Di', NULL);
  INSERT INTO public.orders VALUES (1, 1, 10), (2, 1, 5.5), (3, 2, 7.25), (4, 4, 1);
  INSERT INTO public.readings VALUES (1, 'north', 5), (2, 'north', NULL), (3, NULL, NULL);
  INSERT INTO public.old_readings TABLE public.readings;
  INSERT INTO public.visit_log VALUES (1, 1, 'tea'), (2, 1, 'tea'), (3, 1, NULL), (4, 1, NULL), (5, 2, NULL),
    (6, NULL, NULL), (7, NULL, NULL), (8, NULL, 'rain');
  INSERT INTO public.payments (account, amount) VALUES (1, 10), (1, 5), (2, 7);

  SELECT pgstream.create_stream_table(name => 'public.order_totals', schedule => '1h', query =>
    'SELECT customer_id, sum(amount) AS total, count(*) AS orders FROM public.orders GROUP BY customer_id');
  SELECT pgstream.create_stream_table(name => 'analytics.order_totals', schedule => '1h', query =>
    'SELECT id AS order_id, customer_id, 2 * amount AS total FROM public.orders WHERE customer_id = 2');
  SELECT pgstream.create_stream_table(name => 'public.repeated', schedule => '1h', refresh_mode => 'FULL', query =>
    'SELECT region, amount FROM public.readings UNION ALL SELECT region, amount FROM public.old_readings');
  SELECT pgstream.create_stream_table(name => 'public.visits', schedule => '1h', refresh_mode => 'FULL', query =>
    'SELECT customer_id, note FROM public.visit_log');
  SELECT pgstream.create_stream_table(name => 'public.user', schedule => '1h', refresh_mode => 'FULL', query =>
    'SELECT customer_id AS "customerId", amount AS "Total Amount", id AS "select" FROM public.orders');
  SELECT pgstream.create_stream_table(name => 'public.${LETTERS_NAME}', schedule => '1h', refresh_mode => 'FULL', query =>
    'SELECT customer_id, amount AS U&"\\00C4rger" FROM public.orders');
  SELECT pgstream.create_stream_table(name => 'public.${LONGEST_NAME}', schedule => '1h', query =>
    'SELECT id AS order_id, customer_id FROM public.orders');

  SELECT pgstream.create_stream_table(name => 'public.account_totals', schedule => '1h', query =>
    'SELECT account, sum(amount) AS paid, count(*) AS payments FROM public.payments GROUP BY account');
  SELECT pgstream.create_stream_table(name => 'analytics.account_totals', schedule => '1h', query =>
    'SELECT account, sum(2 * amount) AS paid FROM public.payments GROUP BY account');
  SELECT pgstream.create_stream_table(name => 'public.never_filled', schedule => '1h', initialize => false, query =>
    'SELECT id AS order_id, customer_id FROM public.orders');
  SELECT pgstream.create_stream_table(name => 'public.by_cron', schedule => '0 3 * * *', query =>
    'SELECT id AS order_id, customer_id FROM public.orders');
  SELECT pgstream.create_stream_table(name => 'public.calculated', schedule => ${extension.calculated}, query =>
    'SELECT id AS order_id, customer_id FROM public.orders');
  ${SAMPLES_SQL}
  COMMIT;
  -- The first refresh after create is a full one, for which readers wait.
  SELECT pgstream.refresh_stream_table('public.account_totals');
  SELECT pgstream.refresh_stream_table('analytics.account_totals');`;

/** The database that every case is about, for the test file that calls this at its top level. */
export function shopDatabase(): TestDatabase {
  const database = testDatabase();
  beforeAll(async () => {
    const client = await database.connect();
    await client.query(SHOP);
    await client.end();
  });
  return database;
}
