import { readFile } from 'node:fs/promises';
import { Hono } from 'hono';
import { csrf } from 'hono/csrf';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import type { Database } from './database.ts';
import { type Outcome, originDelaysPage, overviewPage, problemPage } from './pages/index.ts';
import { problemOf } from './problems.ts';
import { listedStreamTables, stateOf } from './stream-tables.ts';

const style = await readFile(new URL('style.css', import.meta.url), 'utf8');

/** The pages, over a database that was migrated. An application of yours puts authentication before them. */
export function createApp(prisma: Database) {
  const tables = listedStreamTables(prisma);
  const overview = async (outcome?: Outcome) => overviewPage(await Promise.all(tables.map(stateOf)), outcome);

  return (
    new Hono()
      .use(
        secureHeaders({
          contentSecurityPolicy: { defaultSrc: ["'none'"], styleSrc: ["'self'"], formAction: ["'self'"] },
        }),
      )
      // A page of somebody else must not press the buttons of this one.
      .use(csrf())
      .get('/style.css', (c) => c.body(style, 200, { 'Content-Type': 'text/css; charset=utf-8' }))
      .get('/', async (c) => {
        const refreshed = tables.find(({ name }) => name === c.req.query('refreshed'));
        return c.html(await overview(refreshed && { table: refreshed.name }));
      })
      .post('/refresh/:table', async (c) => {
        const table = tables.find(({ name }) => name === c.req.param('table'));
        if (!table) return c.notFound();
        try {
          await table.handle.refresh();
        } catch (error) {
          const problem = problemOf(error);
          if (!problem) throw error;
          return c.html(await overview({ table: table.name, problem: problem.sentence }), problem.status);
        }
        // By another request, so that loading the page again refreshes nothing.
        return c.redirect(`/?refreshed=${table.name}`, 303);
      })
      .get('/origin-delays', async (c) => {
        const page = Number(c.req.query('page') ?? 1);
        const found = Number.isSafeInteger(page) && page > 0 ? await originDelaysPage(prisma, page) : undefined;
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
