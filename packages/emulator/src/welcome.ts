import { resolve } from 'node:path';
import type { ExtensionName } from './sql/index.ts';

interface Running {
  readonly url: string;
  readonly dataDir?: string;
  readonly scheduler: boolean;
  readonly extension: ExtensionName;
}

/** What a person needs who has just started the emulator: where it is, what it keeps, how to stop it, what to try. */
export function welcome({ url, dataDir, scheduler, extension }: Running): string {
  const schema = extension === 'pg_stream' ? 'pgstream' : 'pgtrickle';
  return `PostgreSQL 18 with ${extension} (emulated, for development and tests) is ready:

  ${url}

Data       ${dataDir === undefined ? 'temporary, gone when it stops (--data-dir keeps them)' : `kept in ${resolve(dataDir)}`}
Scheduler  ${scheduler ? 'on: stream tables are refreshed by their schedules' : 'off: stream tables are refreshed when asked'}
Stop       Ctrl+C

A first thing to try, in psql or any other client:

  CREATE TABLE orders (id bigint PRIMARY KEY, customer text, amount numeric);
  INSERT INTO orders VALUES (1, 'Ada', 12.50), (2, 'Bob', 3.20), (3, 'Ada', 7.50);
  SELECT ${schema}.create_stream_table('public.order_totals',
    'SELECT customer, sum(amount) AS total FROM public.orders GROUP BY customer');
  SELECT customer, total FROM order_totals;
  INSERT INTO orders VALUES (4, 'Bob', 1.80);
  SELECT ${schema}.refresh_stream_table('public.order_totals');
  SELECT customer, total FROM order_totals;
`;
}
