import { zValidator } from '@hono/zod-validator';
import { isPgStreamError } from '@pgstream/core';
import { streamTable } from '@pgstream/drizzle';
import { airports, flights, originDelays } from '@pgstream/example-flights/schema';
import { eq, inArray } from 'drizzle-orm';
import { Hono, type MiddlewareHandler } from 'hono';
import { z } from 'zod';
import type { Database } from './database.ts';
import { origins } from './delays.ts';
import { invalid, unprocessable, unsupportedMediaType } from './problems.ts';

const iata = z.string().length(3).toUpperCase();

const flight = z.object({
  origin: iata,
  destination: iata,
  /** Minutes after the scheduled time; negative when early. */
  delay: z.number().int().min(-1_440).max(10_080),
  /** Miles. */
  distance: z.number().int().min(1).max(20_000),
  /** Local time; now by default. */
  scheduledAt: z.iso.datetime({ local: true }).default(() => new Date().toISOString()),
});

/** What is written goes to an ordinary table; the stream table over it takes it in. */
export function newFlights(db: Database) {
  return new Hono().post('/flights', jsonOnly, zValidator('json', flight, invalid), async (c) => {
    const given = c.req.valid('json');
    const ends = [given.origin, given.destination];
    const known = await db.select({ iata: airports.iata }).from(airports).where(inArray(airports.iata, ends));
    const unknown = ends.filter((end) => !known.some((airport) => airport.iata === end));
    if (unknown.length > 0) return unprocessable(c, `There is no airport ${unknown.join(' or ')}.`);

    const { written, refresh } = await addFlight(db, given);
    const [origin] = await origins(db, eq(airports.iata, given.origin));
    // Written is written: a caller that is told of a failure would write it again.
    return c.json({ flight: written, refresh, origin }, refresh === 'refreshed' ? 201 : 202);
  });
}

/** A body of another type would count as an empty one, and be refused for what it does not lack. */
const jsonOnly: MiddlewareHandler = async (c, next) => {
  if (!c.req.header('Content-Type')?.startsWith('application/json')) return unsupportedMediaType(c);
  await next();
  return undefined;
};

/**
 * Writes, and refreshes after the commit, because then the refresh can wait for others who are writing; and requests that
 * arrive together share one, which has the flights of all of them. If somebody is in the way for too long, the schedule
 * brings it in.
 */
async function addFlight(db: Database, given: typeof flights.$inferInsert) {
  let written: typeof flights.$inferSelect | undefined;
  try {
    await streamTable(db, originDelays).refreshAfter(
      async () => {
        [written] = await db.insert(flights).values(given).returning();
      },
      { lockTimeoutMs: PATIENCE_MS },
    );
    return { written, refresh: 'refreshed' as const };
  } catch (error) {
    // What failed before anything was written is no matter of time.
    if (written && MAY_BE_LATER.some((code) => isPgStreamError(error, code))) {
      return { written, refresh: 'pending' as const };
    }
    throw error;
  }
}

/** How long a request waits for others who are writing. */
const PATIENCE_MS = 3_000;

const MAY_BE_LATER = ['SOURCES_BUSY', 'REFRESH_BUSY', 'TIMEOUT', 'SUSPENDED'] as const;
