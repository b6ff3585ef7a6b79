import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { testDatabase, testRole } from '@pgstream/harness';
import { type Client, Pool } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createApp } from '../src/app.ts';
import { migrate, openDatabase } from '../src/database.ts';

const database = testDatabase();
let admin: Client;
let api: Api;

interface Api {
  readonly url: string;
  close(): Promise<void>;
}

interface Origin {
  readonly iata: string;
  readonly state: string;
  readonly flights: number;
  readonly meanDelay: number;
}

beforeAll(async () => {
  admin = await database.connect();
  const pool = new Pool({ connectionString: database.url });
  await migrate(pool, { rows: 3_000 });
  await pool.end();
  api = await listen(database.url);
});
afterAll(() => api.close());

async function listen(databaseUrl: string): Promise<Api> {
  const pool = new Pool({ connectionString: databaseUrl, max: 5 });
  const { fetch: answer } = createApp(openDatabase(pool));
  const http: ServerType = serve({ fetch: answer, hostname: '127.0.0.1', port: 0 });
  await once(http, 'listening');
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async close() {
      const closed = once(http, 'close');
      http.close();
      await closed;
      await pool.end();
    },
  };
}

async function get<T>(path: string): Promise<T> {
  const response = await fetch(`${api.url}${path}`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json');
  return (await response.json()) as T;
}

function post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
  if (body === undefined) return fetch(`${api.url}${path}`, { method: 'POST' });
  return fetch(`${api.url}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** A response that is a problem, in the form that all of them have. */
async function problem(response: Response): Promise<Record<string, unknown>> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const body = (await response.json()) as Record<string, unknown>;
  expect(body).toMatchObject({ status: response.status, title: expect.any(String) as unknown });
  return body;
}

describe('reading', () => {
  it('GET /states gives the rows of the stream table', async () => {
    const { rows } = await admin.query(
      `SELECT state, airports::int, flights::int, mean_delay::float8 AS "meanDelay" FROM state_delays ORDER BY mean_delay DESC`,
    );
    expect(rows.length).toBeGreaterThan(20);
    expect(await get('/states')).toEqual(rows);
  });

  it('GET /origins joins the stream table with the airports, the worst first', async () => {
    const origins = await get<Origin[]>('/origins');
    expect(origins).toHaveLength(20);
    expect(origins[0]).toEqual({
      iata: expect.stringMatching(/^[A-Z]{3}$/) as unknown,
      name: expect.any(String) as unknown,
      city: expect.any(String) as unknown,
      state: expect.stringMatching(/^[A-Z]{2}$/) as unknown,
      flights: expect.any(Number) as unknown,
      lateFlights: expect.any(Number) as unknown,
      meanDelay: expect.any(Number) as unknown,
    });
    const delays = origins.map(({ meanDelay }) => meanDelay);
    expect(delays).toEqual(delays.toSorted((a, b) => b - a));
  });

  it('GET /origins can be asked for a state and for so many', async () => {
    const origins = await get<Origin[]>('/origins?state=ca&limit=3');
    expect(origins.map(({ state }) => state)).toEqual(['CA', 'CA', 'CA']);
  });

  it('GET /origins/:iata gives one, however it is written', async () => {
    const { rows } = await admin.query("SELECT count(*)::int AS n FROM flights WHERE origin = 'LAX'");
    expect(await get('/origins/lax')).toMatchObject({ iata: 'LAX', city: 'Los Angeles', flights: rows[0].n as number });
  });

  it.each([
    ['an airport without flights', '/origins/ZZZ', 404, 'No flight has left from ZZZ.'],
    ['a path that is not there', '/nowhere', 404, 'There is nothing at GET /nowhere.'],
    ['a limit that is no number', '/origins?limit=many', 400, 'limit: Invalid input: expected number, received NaN'],
  ])('%s is a problem that says so', async (_, path, status, detail) => {
    const response = await fetch(`${api.url}${path}`);
    expect(response.status).toBe(status);
    expect(await problem(response)).toMatchObject({ detail });
  });
});

const flight = { origin: 'SFO', destination: 'JFK', delay: 95, distance: 2586, scheduledAt: '2001-04-01T09:30:00' };

describe('POST /flights', () => {
  it('writes the flight, and answers with what the stream table makes of it', async () => {
    const before = await get<Origin>('/origins/SFO');
    const response = await post('/flights', flight);
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({
      flight: { ...flight, id: 3_001, scheduledAt: '2001-04-01 09:30:00' },
      refresh: 'refreshed',
      origin: { iata: 'SFO', flights: before.flights + 1 },
    });
    expect(await get('/origins/SFO')).toMatchObject({ flights: before.flights + 1 });
  });

  it.each([4, 32])('with %i at once stores every flight, and every answer includes its own', async (clients) => {
    const rounds = 3;
    const delay = 1_000 + clients;
    const { rows: airports } = await admin.query<{ origin: string }>(
      'SELECT origin FROM origin_delays ORDER BY origin LIMIT $1',
      [clients],
    );
    expect(airports).toHaveLength(clients);
    await Promise.all(
      airports.map(async ({ origin: iata }) => {
        // Nobody else writes of this airport: what is more than before is the client's own.
        let { flights } = await get<Origin>(`/origins/${iata}`);
        for (let round = 0; round < rounds; round += 1) {
          const response = await post('/flights', { ...flight, origin: iata, delay });
          flights += 1;
          expect({ status: response.status, ...((await response.json()) as object) }).toMatchObject({
            status: 201,
            refresh: 'refreshed',
            origin: { iata, flights },
          });
        }
      }),
    );
    const { rows } = await admin.query('SELECT count(*)::int AS n FROM flights WHERE delay = $1', [delay]);
    expect(rows).toEqual([{ n: clients * rounds }]);
  });

  it('keeps the flight when somebody is in the way of the refresh, and says that it is pending', async () => {
    const before = await get<Origin>('/origins/SFO');
    const writer = await database.connect();
    await writer.query(`BEGIN; UPDATE flights SET delay = delay WHERE id = 1`);
    const response = await post('/flights', flight);
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({ refresh: 'pending', origin: { flights: before.flights } });
    await writer.query('COMMIT');
    expect((await post('/refresh/origin_delays')).status).toBe(200);
    expect(await get('/origins/SFO')).toMatchObject({ flights: before.flights + 1 });
  });

  it.each([
    ['a property that is missing', { ...flight, origin: undefined }, 400, /^origin: /],
    ['a property of another type', { ...flight, delay: '95' }, 400, /^delay: Invalid input: expected number/],
    ['half a body', '{ "origin": ', 400, /^Malformed JSON/],
    ['an airport that is not there', { ...flight, destination: 'QQQ' }, 422, /^There is no airport QQQ\.$/],
  ])('refuses %s, and writes nothing', async (_, body, status, detail) => {
    const count = 'SELECT count(*)::int AS n FROM flights';
    const { rows: before } = await admin.query(count);
    const response = await post('/flights', body);
    expect(response.status).toBe(status);
    expect(await problem(response)).toMatchObject({ detail: expect.stringMatching(detail) as unknown });
    expect((await admin.query(count)).rows).toEqual(before);
  });

  it('says what is wrong with a body of another type', async () => {
    const response = await post('/flights', flight, { 'Content-Type': 'text/plain' });
    expect(response.status).toBe(415);
    expect(await problem(response)).toMatchObject({ detail: expect.stringContaining('Content-Type') as unknown });
  });
});

interface Staleness {
  readonly table: string;
  readonly isStale: boolean | null;
  readonly lastRefreshAt: string;
  readonly stalenessMs: number;
}

describe('operating', () => {
  afterEach(async () => {
    await admin.query(`SELECT pgstream.alter_stream_table('public.origin_delays', status => 'ACTIVE')`);
  });

  it('GET /stale tells of each stream table, and POST /refresh/:table brings one up to date', async () => {
    await admin.query(`UPDATE pgstream.pgs_stream_tables SET data_timestamp = now() - interval '2 minutes',
                                                             last_refresh_at = now() - interval '2 minutes'`);
    const stale = await get<Staleness[]>('/stale');
    expect(stale).toMatchObject([
      { table: 'origin_delays', status: 'ACTIVE', isStale: true, schedule: '1m' },
      { table: 'state_delays', status: 'ACTIVE', isStale: true, schedule: '1m' },
    ]);
    for (const { lastRefreshAt, stalenessMs } of stale) {
      expect(new Date(lastRefreshAt).toISOString()).toBe(lastRefreshAt);
      expect(stalenessMs).toBeGreaterThanOrEqual(120_000);
    }

    const response = await post('/refresh/origin_delays');
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ table: 'origin_delays', status: 'refreshed', shared: false });
    expect(await get('/stale')).toMatchObject([{ isStale: false }, { isStale: true }]);
  });

  it.each([
    [
      'another transaction writes to its source',
      'BEGIN; UPDATE flights SET delay = delay WHERE id = 1',
      'SOURCES_BUSY',
    ],
    [
      'another transaction is refreshing it',
      `BEGIN; SELECT pgstream.refresh_stream_table('public.origin_delays')`,
      'REFRESH_BUSY',
    ],
  ])('POST /refresh is unavailable while %s, and says when to try again', async (_, inTheWay, code) => {
    const other = await database.connect();
    await other.query(inTheWay);
    const response = await post('/refresh/origin_delays');
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problem(response)).toMatchObject({ code });
    await other.query('ROLLBACK');
    expect((await post('/refresh/origin_delays')).status).toBe(200);
  });

  it('POST /refresh conflicts with a stream table that is suspended', async () => {
    await admin.query(`SELECT pgstream.alter_stream_table('public.origin_delays', status => 'SUSPENDED')`);
    const response = await post('/refresh/origin_delays');
    expect(response.status).toBe(409);
    expect(await problem(response)).toMatchObject({ code: 'SUSPENDED' });
    expect(await get('/stale')).toMatchObject([{ status: 'SUSPENDED' }, { status: 'ACTIVE' }]);
  });

  it('POST /refresh knows the stream tables that there are', async () => {
    const response = await post('/refresh/flights');
    expect(response.status).toBe(404);
    expect(await problem(response)).toMatchObject({
      detail: 'There is no stream table flights, but origin_delays and state_delays.',
    });
  });

  it('an error that is nobody else’s business is logged here, and told to nobody', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => logged.mockRestore());
    const role = await testRole();
    const without = await listen(role.url(database.url));
    const responses = [await fetch(`${without.url}/stale`), await fetch(`${without.url}/states`)];
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
