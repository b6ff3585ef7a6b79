import { resolve } from 'node:path';

interface Running {
  readonly url: string;
  readonly dataDir?: string;
  readonly scheduler: boolean;
}

/** What a person needs who has just started the emulator: where it is, what it keeps, how to stop it, what to try. */
export function welcome({ url, dataDir, scheduler }: Running): string {
  return `PostgreSQL 18 with pg_stream (emulated, for development and tests) is ready:

  ${url}

Data       ${dataDir === undefined ? 'temporary, gone when it stops (--data-dir keeps them)' : `kept in ${resolve(dataDir)}`}
Scheduler  ${scheduler ? 'on: stream tables are refreshed by their schedules' : 'off: stream tables are refreshed when asked'}
Stop       Ctrl+C

A first thing to try, in psql or any other client:

  CREATE TABLE orders (id bigint PRIMARY KEY, customer text, amount numeric);
  INSERT INTO orders VALUES (1, 'Ada', 12.50), (2, 'Bob', 3.20), (3, 'Ada', 7.50);
  SELECT pgstream.create_stream_table('public.order_totals',
    'SELECT customer, sum(amount) AS total FROM public.orders GROUP BY customer');
  SELECT customer, total FROM order_totals;
  INSERT INTO orders VALUES (4, 'Bob', 1.80);
  SELECT pgstream.refresh_stream_table('public.order_totals');
  SELECT customer, total FROM order_totals;
`;
}
