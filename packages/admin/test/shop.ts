import { createPgStream, type PgStream } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import { extension, inItsNames, testDatabase } from '@pgstream/harness';
import { type Client, Pool } from 'pg';
import { afterAll, beforeAll } from 'vitest';

/** A database with some stream tables, and the pages' own way to it. */
export interface Shop {
  readonly url: string;
  readonly pgstream: PgStream;
  /** Sends SQL in the names of pg_stream, as a superuser. */
  query(sql: string, params?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Makes a stream table so old, by SQL's interval. */
  age(name: string, interval: string): Promise<void>;
  /** Makes one as it is after as many failures. */
  fail(name: string, times: number, message: string): Promise<void>;
  /** Calls a stream table otherwise in the catalog, as no call would. */
  rename(name: string, other: string): Promise<void>;
  connect(): Promise<Client>;
}

/** One for the test file. `order_totals` ← `region_totals` ← `reports.region_top`, and `reports.nightly` by cron. */
export function shop(): Shop {
  const database = testDatabase();
  let pool: Pool;
  let pgstream: PgStream;
  const query: Shop['query'] = async (sql, params = []) =>
    (await pool.query<Record<string, unknown>>(inItsNames(sql), [...params])).rows;
  beforeAll(async () => {
    pool = new Pool({ connectionString: database.url });
    pgstream = createPgStream(fromPg(pool));
    await query(`CREATE TABLE orders (id int PRIMARY KEY, customer_id int, amount numeric);
      CREATE TABLE customers (id int PRIMARY KEY, region text); CREATE SCHEMA reports;
      INSERT INTO customers VALUES (7, 'north'); INSERT INTO orders VALUES (1, 7, 9.5)`);
    for (const [name, schedule, text] of [
      ['order_totals', '5m', 'SELECT customer_id, sum(amount) AS total FROM public.orders GROUP BY customer_id'],
      [
        'region_totals',
        '10m',
        'SELECT c.region, sum(t.total) AS total FROM public.order_totals t JOIN public.customers c ON c.id = t.customer_id GROUP BY c.region',
      ],
      [{ schema: 'reports', name: 'region_top' }, '1h', 'SELECT region, total FROM public.region_totals'],
      [{ schema: 'reports', name: 'nightly' }, '0 3 * * *', 'SELECT id, amount FROM public.orders'],
    ] as const) {
      await pgstream.create({ name, schedule, query: text });
    }
  });
  afterAll(() => pool.end());
  return {
    url: database.url,
    get pgstream() {
      return pgstream;
    },
    query,
    async age(name, interval) {
      await query(
        `UPDATE pgstream.pgs_stream_tables SET data_timestamp = now() - $2::interval, last_refresh_at = now() - $2::interval WHERE pgs_name = $1`,
        [name, interval],
      );
    },
    async fail(name, times, message) {
      await query(
        `INSERT INTO pgstream.pgs_refresh_history (pgs_id, data_timestamp, start_time, end_time, action, status, error_message, initiated_by)
         SELECT pgs_id, now(), now(), now(), 'DIFFERENTIAL', 'FAILED', $2, 'SCHEDULER' FROM pgstream.pgs_stream_tables WHERE pgs_name = $1`,
        [name, message],
      );
      await query(
        `UPDATE pgstream.pgs_stream_tables SET status = 'SUSPENDED', consecutive_errors = $2${extension.hasWideCatalog ? ', last_error_message = $3' : ''} WHERE pgs_name = $1`,
        extension.hasWideCatalog ? [name, times, message] : [name, times],
      );
    },
    async rename(name, other) {
      await query('UPDATE pgstream.pgs_stream_tables SET pgs_name = $2 WHERE pgs_name = $1', [name, other]);
    },
    connect: () => database.connect(),
  };
}

/** A page in one line, as a reader of HTML has it. */
export function inOneLine(page: string): string {
  return page.replaceAll(/\s+/g, ' ');
}

/** What a page, or a part of it, says, without its markup. */
export function textOf(page: string): string {
  return inOneLine(
    page
      .replaceAll(/<(?:title|desc)[ >].*?<\/(?:title|desc)>/gs, ' ')
      .replaceAll(/<\/(?:p|li|td|th|dt|dd|h\d|button|text|option)>|<\/span>(?=<span)|<p/g, ' $&')
      .replaceAll(/<[^>]*>/g, ''),
  )
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .trim();
}

/** The row of the list for a stream table, as text. */
export function rowOf(page: string, name: string): string {
  return textOf(
    page
      .split('<tr')
      .find((row) => textOf(`<tr${row.split('</th>')[0] ?? ''}`) === name)
      ?.replace(/^/, '<tr') ?? '',
  );
}
