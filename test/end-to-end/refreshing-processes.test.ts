import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createPgStream } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import { cleanUpLater, testDatabase } from '@pgstream/harness';
import { beforeAll, expect, test } from 'vitest';

const PROCESSES = 5;
const CALLERS_OF_EACH = 10;

const db = testDatabase();
let refreshers: ChildProcess[];

beforeAll(async () => {
  const admin = await db.connect();
  await admin.query(`
    CREATE TABLE public.orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id int NOT NULL);
    CREATE TABLE public.refreshes (xid xid8);
    CREATE FUNCTION public.record() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO public.refreshes VALUES (pg_current_xact_id());
      RETURN NULL;
    END $$`);
  const query = 'SELECT customer_id, count(*) AS n FROM public.orders GROUP BY customer_id';
  await (await createPgStream(fromPg(admin)).create({ name: 'totals', query })).refresh();
  await admin.query(`CREATE TRIGGER record AFTER UPDATE OF last_refresh_at ON pgstream.pgs_stream_tables
    FOR EACH ROW WHEN (OLD.last_refresh_at IS DISTINCT FROM NEW.last_refresh_at) EXECUTE FUNCTION public.record()`);
  refreshers = Array.from({ length: PROCESSES }, (_, index) => {
    const args = [db.url, String(index * CALLERS_OF_EACH), String(CALLERS_OF_EACH)];
    const refresher = fork(join(import.meta.dirname, 'refresher.ts'), args, { execArgv: ['--import', 'tsx'] });
    cleanUpLater(async () => void refresher.kill('SIGKILL'));
    return refresher;
  });
  await Promise.all(refreshers.map((refresher) => once(refresher, 'message')));
}, 60_000);

test(`${PROCESSES * CALLERS_OF_EACH} callers in ${PROCESSES} processes, each after its own write, cause two refreshes at most, and lose nothing`, async () => {
  const admin = await db.connect();
  // Until all have met it: who comes later than a refresh has begun needs another one.
  await admin.query('BEGIN');
  await admin.query('SELECT FROM pgstream.pgs_stream_tables FOR UPDATE');
  const refused = Promise.all(refreshers.map((refresher) => once(refresher, 'message')));
  for (const refresher of refreshers) refresher.send('refresh');
  await refused;
  const answers = Promise.all(refreshers.map((refresher) => once(refresher, 'message')));
  await admin.query('COMMIT');
  const found = (await answers).flatMap(([answer]) => answer as { shared: boolean; found: boolean }[]);
  expect(found).toHaveLength(PROCESSES * CALLERS_OF_EACH);
  expect(found.filter((each) => !each.found)).toEqual([]);
  const { rows } = await admin.query<{ n: number }>('SELECT count(DISTINCT xid)::int AS n FROM public.refreshes');
  expect(rows[0]?.n).toBeLessThanOrEqual(2);
  expect(found.filter(({ shared }) => !shared)).toHaveLength(rows[0]?.n ?? 0);
}, 60_000);
