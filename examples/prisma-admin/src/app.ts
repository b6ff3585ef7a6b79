import { readFile } from 'node:fs/promises';
import type { PgStream } from '@pgstream/core';
import { type Context, Hono } from 'hono';
import { csrf } from 'hono/csrf';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import type { Database } from './database.ts';
import { type Outcome, originDelaysPage, overviewPage, problemPage } from './pages/index.ts';
import { problemOf, problemOfCode } from './problems.ts';
import { states, streamTablesOf, titleOf } from './stream-tables.ts';

const style = await readFile(new URL('style.css', import.meta.url), 'utf8');
const progress = await readFile(new URL('progress.js', import.meta.url), 'utf8');

/** The pages, over a database that was migrated. An application of yours puts authentication before them. */
export function createApp(prisma: Database) {
  const pgstream = streamTablesOf(prisma);
  return (
    new Hono()
      .use(
        secureHeaders({
          contentSecurityPolicy: {
            defaultSrc: ["'none'"],
            scriptSrc: ["'self'"],
            styleSrc: ["'self'"],
            formAction: ["'self'"],
          },
        }),
      )
      // A page of somebody else must not press the buttons of this one.
      .use(csrf())
      .get('/style.css', (c) => c.body(style, 200, { 'Content-Type': 'text/css; charset=utf-8' }))
      .get('/progress.js', (c) => c.body(progress, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }))
      .get('/', async (c) => {
        // It does not throw: where the database cannot be reached, the other one says so.
        const [found, { findings }] = await Promise.all([states(pgstream), pgstream.health()]);
        return c.html(overviewPage(found, findings, outcomeOf(c)));
      })
      .post('/stream-tables/:schema/:name/:action{refresh|resume}', (c) => act(pgstream, c))
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
        const sentence = problemOf(error)?.sentence;
        return sentence === undefined
          ? c.html(problemPage(500, 'Something went wrong here; it was logged.'), 500)
          : c.html(problemPage(503, sentence), 503);
      })
  );
}

/**
 * Does it, and leads back by another request, whatever came of it: loading that page again does nothing, and its
 * address can be kept.
 */
async function act(pgstream: PgStream, c: Context<object, '/stream-tables/:schema/:name/:action'>): Promise<Response> {
  const { schema, name, action } = c.req.param();
  const table = pgstream.table({ schema, name });
  const outcome = new URLSearchParams({ table: titleOf({ schema, name }), action });
  try {
    await (action === 'resume' ? table.resume() : table.refresh({ ifBusy: 'wait', timeoutMs: 10_000 }));
  } catch (error) {
    const problem = problemOf(error);
    if (!problem) throw error;
    console.warn(error);
    outcome.set('problem', problem.code);
  }
  return c.redirect(`/?${outcome}`, 303);
}

/** What the address says that came of a button: text of ours for whatever it holds. */
function outcomeOf(c: Context): Outcome | undefined {
  const { table, action, problem } = c.req.query();
  if (table === undefined || (action !== 'refresh' && action !== 'resume')) return undefined;
  if (problem === undefined) return { table, action };
  const known = problemOfCode(problem);
  return known && { table, action, problem: known.sentence };
}
