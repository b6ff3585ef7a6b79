import { zValidator } from '@hono/zod-validator';
import { airports, originDelays, stateDelays } from '@pgstream/example-flights/schema';
import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import { z } from 'zod';
import type { Database } from './database.ts';
import { invalid, notFound } from './problems.ts';

const filter = z.object({
  state: z.string().length(2).toUpperCase().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(20),
});

/** What everybody may read: figures of stream tables, joined with an ordinary one. */
export function delays(db: Database) {
  return new Hono()
    .get('/origins', zValidator('query', filter, invalid), async (c) => {
      const { state, limit } = c.req.valid('query');
      return c.json(await origins(db, state ? eq(airports.state, state) : undefined).limit(limit));
    })
    .get('/origins/:iata', async (c) => {
      const iata = c.req.param('iata').toUpperCase();
      const [origin] = await origins(db, eq(airports.iata, iata));
      return origin ? c.json(origin) : notFound(c, `No flight has left from ${iata}.`);
    })
    .get('/states', async (c) => c.json(await db.select().from(stateDelays).orderBy(desc(stateDelays.meanDelay))));
}

/** Airports with the delays of what left from there, the worst first. A dynamic query: callers add to it. */
export function origins(db: Database, ...conditions: (SQL | undefined)[]) {
  const meanDelay = sql`round(${originDelays.totalDelay}::numeric / ${originDelays.flights}, 2)`.mapWith(Number);
  return db
    .select({
      iata: airports.iata,
      name: airports.name,
      city: airports.city,
      state: airports.state,
      flights: originDelays.flights,
      lateFlights: originDelays.lateFlights,
      /** Minutes. */
      meanDelay,
    })
    .from(originDelays)
    .innerJoin(airports, eq(airports.iata, originDelays.origin))
    .where(and(...conditions))
    .orderBy(desc(meanDelay), airports.iata)
    .$dynamic();
}
