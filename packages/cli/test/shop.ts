import { extension, inItsNames, type TestDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll } from 'vitest';

/** What the examples of help and README are about; `order_totals` and `analytics.visits` are stream tables. */
const TABLES = `
  CREATE TABLE public.orders (id serial PRIMARY KEY, customer_id int NOT NULL, amount numeric NOT NULL);
  INSERT INTO public.orders (customer_id, amount) SELECT i % 10, i FROM generate_series(1, 100) i;
  CREATE SCHEMA analytics;
  CREATE TABLE analytics.hits (id int PRIMARY KEY, page text NOT NULL);
  INSERT INTO analytics.hits VALUES (1, '/'), (2, '/cart');`;

const STREAM_TABLES = `
  SELECT pgstream.create_stream_table('public.order_totals',
    'SELECT customer_id, sum(amount) AS total FROM public.orders GROUP BY customer_id', '5m');
  SELECT pgstream.create_stream_table('analytics.visits',
    'SELECT page, count(*) AS n FROM analytics.hits GROUP BY page', '@hourly', 'FULL');`;

/** Makes that in a test file's database, before its tests. */
export function shop(database: TestDatabase): void {
  beforeAll(async () => {
    const client = await database.connect();
    await client.query(TABLES);
    await client.query(inItsNames(STREAM_TABLES));
  });
}

/** Takes rows from `order_totals`, and changes one: as a superuser who knows no better; pg_trickle refuses even that. */
export async function damaged(client: Client): Promise<void> {
  if (extension.name === 'pg_trickle') await client.query("SET session_replication_role = 'replica'");
  await client.query(
    'DELETE FROM order_totals WHERE customer_id = 3; UPDATE order_totals SET total = 0 WHERE customer_id = 4',
  );
}

/** Moves the age of a stream table's data: what is seen of it stays the same for a day. */
export function aged(name: string, interval: string): string {
  return inItsNames(`
    UPDATE pgstream.pgs_stream_tables SET data_timestamp = now() - interval '${interval}',
      last_refresh_at = now() - interval '${interval}' WHERE pgs_name = '${name}'`);
}
