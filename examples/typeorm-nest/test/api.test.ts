import { type INestApplication, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { testDatabase, testRole } from '@pgstream/harness';
import type { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { AppModule } from '../src/app.module';
import { migrate } from '../src/database/database';

const database = testDatabase();
let admin: Client;
let app: INestApplication;
let url: string;

beforeAll(async () => {
  admin = await database.connect();
  await migrate(database.url);
  app = await listen(database.url);
  url = await app.getUrl();
});
afterAll(() => app.close());

async function listen(databaseUrl: string): Promise<INestApplication> {
  const made = await NestFactory.create(AppModule.forDatabase(databaseUrl), { logger: ['error'], abortOnError: false });
  return await made.listen(0, '127.0.0.1').then(() => made);
}

async function get<T>(path: string): Promise<T> {
  const response = await fetch(`${url}${path}`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^application\/json\b/);
  return (await response.json()) as T;
}

function post(path: string, body?: unknown): Promise<Response> {
  if (body === undefined) return fetch(`${url}${path}`, { method: 'POST' });
  return fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** A response that is a problem, in the form that all of them have. */
async function problem(response: Response): Promise<Record<string, unknown>> {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json\b/);
  const body = (await response.json()) as Record<string, unknown>;
  expect(body).toMatchObject({ status: response.status, title: expect.any(String) as unknown });
  return body;
}

interface Totals {
  readonly customerId: number;
  readonly orders: number;
  readonly total: string;
  readonly customer: { readonly id: number; readonly name: string; readonly region: string };
}

interface Page {
  readonly rows: Totals[];
  readonly page: number;
  readonly count: number;
}

describe('reading', () => {
  it('GET /totals gives a page of the stream table with the customers, the highest total first', async () => {
    const { rows } = await admin.query(
      `SELECT t.customer_id AS "customerId", t.orders::int, t.total::text, to_json(c) AS customer
         FROM order_totals t JOIN customers c ON c.id = t.customer_id ORDER BY t.total DESC, t.customer_id`,
    );
    expect(rows).toHaveLength(36);
    expect(await get('/totals')).toEqual({ rows: rows.slice(0, 10), page: 1, count: 36 });
    expect(await get('/totals?page=4')).toEqual({ rows: rows.slice(30), page: 4, count: 36 });
    expect(await get('/totals?page=5&pageSize=7')).toEqual({ rows: rows.slice(28, 35), page: 5, count: 36 });
  });

  it('GET /totals can be asked for a region', async () => {
    const { rows, count } = await get<Page>('/totals?region=north&pageSize=100');
    expect(rows).toHaveLength(count);
    expect(new Set(rows.map(({ customer }) => customer.region))).toEqual(new Set(['north']));
  });

  it('GET /totals/:customerId gives one', async () => {
    const { rows } = await admin.query('SELECT count(*)::int AS n FROM orders WHERE customer_id = 7');
    expect(await get('/totals/7')).toMatchObject({
      customerId: 7,
      orders: rows[0].n as number,
      customer: { id: 7, name: 'Customer 7' },
    });
  });

  it('GET /regions gives the rows of the stream table over the first', async () => {
    const { rows } = await admin.query(
      'SELECT region, customers::int, orders::int, total::text FROM region_totals ORDER BY total DESC',
    );
    expect(rows).toHaveLength(4);
    expect(await get('/regions')).toEqual(rows);
  });

  it.each([
    ['a customer without orders', '/totals/40', 404, 'Customer 40 has ordered nothing.'],
    ['a customer that is no number', '/totals/ada', 400, 'Validation failed (numeric string is expected)'],
    [
      'a page that is no number',
      '/totals?page=last',
      400,
      'page must not be less than 1; page must be an integer number',
    ],
    ['more than a page may have', '/totals?pageSize=101', 400, 'pageSize must not be greater than 100'],
    ['a path that is not there', '/nowhere', 404, 'Cannot GET /nowhere'],
  ])('%s is a problem that says so', async (_, path, status, detail) => {
    const response = await fetch(`${url}${path}`);
    expect(response.status).toBe(status);
    expect(await problem(response)).toMatchObject({ detail });
  });
});

/** While the test runs, somebody else has written an order and not committed. */
async function whileSomebodyWrites(): Promise<Client> {
  const writer = await database.connect();
  await writer.query('BEGIN; UPDATE orders SET amount = amount WHERE id = 1');
  return writer;
}

async function countOrders(): Promise<number> {
  const { rows } = await admin.query<{ n: number }>('SELECT count(*)::int AS n FROM orders');
  return rows[0]?.n ?? Number.NaN;
}

describe('POST /orders', () => {
  it('writes the order, and answers with what the stream table makes of it', async () => {
    const before = await get<Totals>('/totals/7');
    const response = await post('/orders', { customerId: 7, amount: 19.9 });
    expect(response.status).toBe(201);
    const totals = { customerId: 7, orders: before.orders + 1, total: (Number(before.total) + 19.9).toFixed(2) };
    expect(await response.json()).toMatchObject({
      order: { id: 1_001, customerId: 7, amount: '19.90' },
      refresh: 'refreshed',
      totals,
    });
    expect(await get('/totals/7')).toMatchObject(totals);
  });

  it.each([4, 32])('with %i at once stores every order, and every answer includes its own', async (clients) => {
    const rounds = 3;
    const amount = clients + 0.77;
    await Promise.all(
      Array.from({ length: clients }, async (_, client) => {
        // Nobody else orders for this customer: what is more than before is the client's own.
        const customerId = client + 1;
        let { orders } = await get<Totals>(`/totals/${customerId}`);
        for (let round = 0; round < rounds; round += 1) {
          const response = await post('/orders', { customerId, amount });
          orders += 1;
          expect({ status: response.status, ...((await response.json()) as object) }).toMatchObject({
            status: 201,
            refresh: 'refreshed',
            totals: { customerId, orders },
          });
        }
      }),
    );
    const { rows } = await admin.query('SELECT count(*)::int AS n FROM orders WHERE amount = $1', [amount]);
    expect(rows).toEqual([{ n: clients * rounds }]);
  });

  it('keeps the order when somebody is in the way of the refresh, and says that it is pending', async () => {
    const before = await get<Totals>('/totals/9');
    const writer = await whileSomebodyWrites();
    const response = await post('/orders', { customerId: 9, amount: 5 });
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({ refresh: 'pending', totals: { orders: before.orders } });
    await writer.query('COMMIT');
    expect((await post('/admin/stream-tables/order_totals/refresh')).status).toBe(200);
    expect(await get('/totals/9')).toMatchObject({ orders: before.orders + 1 });
  });

  it.each([
    ['a property that is missing', { amount: 1 }, 400, /customerId must be an integer number/],
    ['a property of another type', { customerId: '7', amount: 1 }, 400, /customerId must be an integer number/],
    ['an amount of less than a cent', { customerId: 7, amount: 1.005 }, 400, /amount must be a number/],
    ['half a body', '{ "customerId": ', 400, /JSON/],
    ['a customer that is not there', { customerId: 41, amount: 1 }, 422, /^There is no customer 41\.$/],
  ])('refuses %s, and writes nothing', async (_, body, status, detail) => {
    const before = await countOrders();
    const response = await post('/orders', body);
    expect(response.status).toBe(status);
    expect((await problem(response))['detail']).toMatch(detail);
    expect(await countOrders()).toBe(before);
  });
});

describe('POST /orders/batch', () => {
  const orders = [
    { customerId: 10, amount: 1 },
    { customerId: 11, amount: 2 },
    { customerId: 10, amount: 3 },
  ];

  it('commits the orders together with what the stream table makes of them', async () => {
    const before = await Promise.all([10, 11].map((id) => get<Totals>(`/totals/${id}`)));
    const response = await post('/orders/batch', { orders });
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject(orders.map(({ customerId }) => ({ customerId })));
    const after = await Promise.all([10, 11].map((id) => get<Totals>(`/totals/${id}`)));
    expect(after.map((totals, at) => totals.orders - (before[at]?.orders ?? 0))).toEqual([2, 1]);
  });

  it('is unavailable while somebody else writes, and takes everything back', async () => {
    const before = await countOrders();
    const writer = await whileSomebodyWrites();
    const response = await post('/orders/batch', { orders });
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problem(response)).toMatchObject({ code: 'SOURCES_BUSY' });
    await writer.query('ROLLBACK');
    expect(await countOrders()).toBe(before);
    expect((await post('/orders/batch', { orders })).status).toBe(201);
  });

  it.each([
    ['no orders', { orders: [] }, 400, /orders should not be empty/],
    ['one that is not valid', { orders: [...orders, { customerId: 1, amount: 0 }] }, 400, /^orders\.3\.amount must be/],
    ['customers that are not there', { orders: [...orders, { customerId: 99, amount: 1 }] }, 422, /customer 99\.$/],
  ])('refuses %s, and writes nothing', async (_, body, status, detail) => {
    const before = await countOrders();
    const response = await post('/orders/batch', body);
    expect(response.status).toBe(status);
    expect((await problem(response))['detail']).toMatch(detail);
    expect(await countOrders()).toBe(before);
  });
});

interface Staleness {
  readonly name: string;
  readonly isStale: boolean | null;
  readonly lastRefreshAt: string;
  readonly stalenessMs: number;
}

describe('operating', () => {
  const resume = `SELECT pgstream.alter_stream_table('public.order_totals', status => 'ACTIVE')`;
  afterEach(async () => {
    await admin.query(resume);
  });

  it('GET /health is ready with warnings, and not with errors; each has what to do', async () => {
    const ready = await get<{ status: string; findings: { cure: string }[] }>('/health');
    expect(ready.status).not.toBe('error');
    expect(ready.findings.every(({ cure }) => cure.length > 0)).toBe(true);
    await admin.query(
      `UPDATE pgstream.pgs_stream_tables SET status = 'SUSPENDED', consecutive_errors = 3 WHERE pgs_name = 'region_totals'`,
    );
    const response = await fetch(`${url}/health`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      status: 'error',
      findings: [{ code: 'SUSPENDED', streamTable: { schema: 'public', name: 'region_totals' } }, ...ready.findings],
    });
    await admin.query(`SELECT pgstream.resume_stream_table('public.region_totals')`);
  });

  it('GET /admin/stream-tables tells of each, and POST …/:name/refresh brings one up to date', async () => {
    await admin.query(`UPDATE pgstream.pgs_stream_tables SET data_timestamp = now() - interval '2 minutes',
                                                             last_refresh_at = now() - interval '2 minutes'`);
    const stale = await get<Staleness[]>('/admin/stream-tables');
    expect(stale).toMatchObject([
      { name: 'order_totals', status: 'ACTIVE', isStale: true, schedule: '1m' },
      { name: 'region_totals', status: 'ACTIVE', isStale: true, schedule: '1m' },
    ]);
    for (const { lastRefreshAt, stalenessMs } of stale) {
      expect(new Date(lastRefreshAt).toISOString()).toBe(lastRefreshAt);
      expect(stalenessMs).toBeGreaterThanOrEqual(120_000);
    }

    const response = await post('/admin/stream-tables/order_totals/refresh');
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: 'refreshed', shared: false });
    expect(await get('/admin/stream-tables')).toMatchObject([{ isStale: false }, { isStale: true }]);
  });

  it.each([
    [
      'another transaction writes to its source',
      'BEGIN; UPDATE orders SET amount = amount WHERE id = 1',
      'SOURCES_BUSY',
    ],
    [
      'another transaction is refreshing it',
      `BEGIN; SELECT pgstream.refresh_stream_table('public.order_totals')`,
      'REFRESH_BUSY',
    ],
  ])('a refresh is unavailable while %s, and says when to try again', async (_, inTheWay, code) => {
    const other = await database.connect();
    await other.query(inTheWay);
    const response = await post('/admin/stream-tables/order_totals/refresh');
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problem(response)).toMatchObject({ code });
    await other.query('ROLLBACK');
    expect((await post('/admin/stream-tables/order_totals/refresh')).status).toBe(200);
  });

  it('a refresh conflicts with a stream table that is suspended', async () => {
    await admin.query(`SELECT pgstream.alter_stream_table('public.order_totals', status => 'SUSPENDED')`);
    const response = await post('/admin/stream-tables/order_totals/refresh');
    expect(response.status).toBe(409);
    expect(await problem(response)).toMatchObject({ code: 'SUSPENDED' });
    expect(await get('/admin/stream-tables')).toMatchObject([{ status: 'SUSPENDED' }, { status: 'ACTIVE' }]);
  });

  it('a refresh of what is no stream table finds nothing', async () => {
    const response = await post('/admin/stream-tables/orders/refresh');
    expect(response.status).toBe(404);
    expect(await problem(response)).toMatchObject({
      code: 'NOT_FOUND',
      detail: expect.stringMatching(/^There is no stream table "orders"/) as unknown,
    });
  });

  it('an error that is nobody else’s business is logged here, and told to nobody', async () => {
    const logged = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
    onTestFinished(() => logged.mockRestore());
    const role = await testRole();
    const without = await listen(role.url(database.url));
    const paths = ['/admin/stream-tables', '/totals'];
    const responses = await Promise.all(paths.map(async (path) => await fetch(`${await without.getUrl()}${path}`)));
    await without.close();
    for (const response of responses) {
      expect(response.status).toBe(500);
      expect(await problem(response)).toEqual({
        status: 500,
        title: 'Internal Server Error',
        detail: 'Something went wrong here; it was logged.',
      });
    }
    expect(logged).toHaveBeenCalledTimes(2);
  });
});
