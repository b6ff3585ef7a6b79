import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { serve, type ServerType } from '@hono/node-server';
import { testDatabase } from '@pgstream/harness';
import { Hono } from 'hono';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Database, openDatabase } from '../src/database.ts';
import { load } from './site.ts';

interface NewFlight {
  readonly originIata: string;
  readonly delay: number;
}

/** What an application that takes flights has beside these pages: it writes, commits, and then refreshes. */
function newFlights(prisma: Database): Hono {
  return new Hono().post('/flights', async (c) => {
    const given = await c.req.json<NewFlight>();
    const data = { ...given, destinationIata: 'JFK', distance: 2586, scheduledAt: new Date() };
    const { id } = await prisma.originDelays.refreshAfter(() => prisma.flight.create({ data }));
    const origin = await prisma.originDelays.findUniqueOrThrow({ where: { origin: given.originIata } });
    return c.json({ id, flights: Number(origin.flights) }, 201);
  });
}

const database = testDatabase();
let prisma: Database;
let http: ServerType;

beforeAll(async () => {
  await load(database.url);
  prisma = openDatabase(database.url);
  http = serve({ fetch: newFlights(prisma).fetch, hostname: '127.0.0.1', port: 0 });
  await once(http, 'listening');
});
afterAll(async () => {
  const closed = once(http, 'close');
  http.close();
  await closed;
  await prisma.$disconnect();
});

it.each([4, 32])('with %i at once stores every flight, and every answer includes its own', async (clients) => {
  const rounds = 3;
  const delay = 1_000 + clients;
  const airports = await prisma.originDelays.findMany({ orderBy: { origin: 'asc' }, take: clients });
  expect(airports).toHaveLength(clients);
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/flights`;
  await Promise.all(
    airports.map(async ({ origin, flights }) => {
      for (let round = 1; round <= rounds; round += 1) {
        const body = JSON.stringify({ originIata: origin, delay });
        const response = await fetch(url, { method: 'POST', body });
        // Nobody else writes of this airport: what is more than before is the client's own.
        const answer = { status: response.status, ...((await response.json()) as object) };
        expect(answer).toMatchObject({ status: 201, flights: Number(flights) + round });
      }
    }),
  );
  expect(await prisma.flight.count({ where: { delay } })).toBe(clients * rounds);
});
