import { Hono } from 'hono';
import { prettyJSON } from 'hono/pretty-json';
import { admin } from './admin.ts';
import type { Database } from './database.ts';
import { delays } from './delays.ts';
import { newFlights } from './flights.ts';
import { notFound, problemOf } from './problems.ts';

/** The API, over a database that was migrated. */
export function createApp(db: Database) {
  return (
    new Hono()
      // For people with curl.
      .use(prettyJSON({ force: true }))
      .route('/', delays(db))
      .route('/', newFlights(db))
      .route('/', admin(db))
      .notFound((c) => notFound(c))
      .onError(problemOf)
  );
}
