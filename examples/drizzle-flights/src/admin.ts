import { Hono } from 'hono';
import type { Database } from './database.ts';
import { notFound } from './problems.ts';
import { streamTables } from './stream-tables.ts';

/** What operators ask and do. An application of yours puts authentication before it. */
export function admin(db: Database) {
  const tables = streamTables(db);
  return new Hono()
    .get('/stale', async (c) => {
      const states = await Promise.all(
        [...tables].map(async ([table, handle]) => {
          const { status, isStale, lastRefreshAt, stalenessMs, schedule } = await handle.status();
          return { table, status, isStale, lastRefreshAt, stalenessMs, schedule: schedule.text };
        }),
      );
      return c.json(states);
    })
    .post('/refresh/:table', async (c) => {
      const table = c.req.param('table');
      const handle = tables.get(table);
      if (!handle) return notFound(c, `There is no stream table ${table}, but ${[...tables.keys()].join(' and ')}.`);
      const { status, shared, durationMs } = await handle.refresh();
      return c.json({ table, status, shared, durationMs: Math.round(durationMs) });
    });
}
