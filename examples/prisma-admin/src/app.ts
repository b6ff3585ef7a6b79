import { readFile } from 'node:fs/promises';
import { mountAdmin } from '@pgstream/admin';
import { createPgStream } from '@pgstream/core';
import { fromPrisma } from '@pgstream/prisma';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import type { Database } from './database.ts';
import { originDelaysPage, problemPage } from './pages/index.ts';

const style = await readFile(new URL('style.css', import.meta.url), 'utf8');

/** The pages, over a database that was migrated. An application of yours puts authentication before them. */
export function createApp(prisma: Database) {
  // All stream tables of the database, through the connections that Prisma has.
  const pgstream = createPgStream(fromPrisma(prisma));
  const admin = mountAdmin({
    pgstream,
    basePath: '/admin',
    title: 'Flights admin',
    // Who runs this is alone with it. Yours asks who has logged in.
    canAct: () => true,
    // The ones that the application was written for.
    expected: ['origin_delays', 'state_delays'],
    refresh: { ifBusy: 'wait', timeoutMs: 10_000 },
  });
  return (
    new Hono()
      .all('/admin/*', (c) => admin.fetch(c.req.raw, c))
      // For the application's own pages: those of the admin page have theirs.
      .use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], styleSrc: ["'self'"] } }))
      .get('/', (c) => c.redirect('/admin'))
      .get('/style.css', (c) => c.body(style, 200, { 'Content-Type': 'text/css; charset=utf-8' }))
      .get('/origin-delays', async (c) => {
        const page = Number(c.req.query('page') ?? 1);
        if (!Number.isSafeInteger(page) || page < 1) return c.notFound();
        if (!(await pgstream.table('origin_delays').exists())) {
          return c.html(
            problemPage(410, 'There are no delays to show: the stream table behind this page is gone.'),
            410,
          );
        }
        const found = await originDelaysPage(prisma, page);
        return found ? c.html(found) : c.notFound();
      })
      .notFound((c) => c.html(problemPage(404, `There is nothing at ${c.req.method} ${c.req.path}.`), 404))
      .onError((error, c) => {
        if (error instanceof HTTPException) {
          return c.html(problemPage(error.status, error.message || 'This was refused.'), error.status);
        }
        console.error(error);
        return c.html(problemPage(500, 'Something went wrong here; it was logged.'), 500);
      })
  );
}
