import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SqlExecutor, StreamTable } from '@pgstream/core';
import type { Emulator } from '@pgstream/emulator';
import { Client, Pool } from 'pg';

import type { Build } from './hot.ts';
import { median, shuffled } from './interleaved.ts';

const PROCESSES = 50;
const CALLERS = 1_000;
/** Between two refreshes by one process, which is then not one that refreshes all the time. */
const REST_MS = 1_200;

/** What callers cost who are alone, or very many. */
export interface CallersMeasurement {
  readonly name: string;
  /** Milliseconds, or how many of what is counted. */
  readonly seen: number;
  readonly rounds: number;
}

/** One refresh at a time on an idle database, beside that of the other build; refreshes and statements of many callers. */
export async function measureCallers(
  server: Emulator,
  builds: readonly Build[],
  rounds: number,
): Promise<CallersMeasurement[]> {
  const scenes = await Promise.all(builds.map((build) => openScene(server, build)));
  try {
    const measured = [
      ...(await timed('a lone refresh, ms', scenes, rounds, 1)),
      ...(await timed('ten refreshes in a row, ms', scenes, rounds, 10)),
    ];
    for (const scene of scenes) measured.push(...(await counted(scene)));
    return measured;
  } finally {
    for (const { close } of scenes) await close();
  }
}

interface Scene {
  readonly build: Build;
  readonly url: string;
  readonly admin: Client;
  readonly pool: Pool;
  readonly table: StreamTable;
  close(): Promise<void>;
}

async function openScene(server: Emulator, build: Build): Promise<Scene> {
  const url = await server.createDatabase();
  const admin = new Client({ connectionString: url });
  await admin.connect();
  await admin.query(`CREATE TABLE public.orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id int, amount int);
    INSERT INTO public.orders (customer_id, amount) SELECT n % 100, n FROM generate_series(1, 1000) n;
    CREATE TABLE public.refreshes (xid xid8);
    CREATE FUNCTION public.record() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO public.refreshes VALUES (pg_current_xact_id());
      RETURN NULL;
    END $$`);
  const query = 'SELECT customer_id, sum(amount) AS total, count(*) AS n FROM public.orders GROUP BY customer_id';
  await (await build.createPgStream(build.fromPg(admin)).create({ name: 'totals', query, schedule: '5m' })).refresh();
  const pool = new Pool({ connectionString: url, max: 10 });
  return {
    build,
    url,
    admin,
    pool,
    table: build.createPgStream(build.fromPg(pool)).table('totals'),
    async close() {
      await pool.end();
      await admin.end();
    },
  };
}

async function timed(
  name: string,
  scenes: readonly Scene[],
  rounds: number,
  inARow: number,
): Promise<CallersMeasurement[]> {
  const took = new Map<Scene, number[]>(scenes.map((scene) => [scene, []]));
  for (let round = 0; round < rounds; round += 1) {
    await sleep(REST_MS);
    for (const scene of shuffled(scenes)) {
      let ms = 0;
      for (let turn = 0; turn < inARow; turn += 1) {
        await scene.admin.query('UPDATE public.orders SET amount = amount + 1 WHERE id = 1');
        const since = performance.now();
        await scene.table.refresh();
        ms += performance.now() - since;
      }
      took.get(scene)?.push(ms);
    }
  }
  return scenes.map((scene) => ({ name: `${scene.build.name}: ${name}`, seen: median(took.get(scene) ?? []), rounds }));
}

async function counted({ build, url, admin, pool }: Scene): Promise<CallersMeasurement[]> {
  await admin.query(`CREATE TRIGGER record AFTER UPDATE OF last_refresh_at ON pgstream.pgs_stream_tables
    FOR EACH ROW WHEN (OLD.last_refresh_at IS DISTINCT FROM NEW.last_refresh_at) EXECUTE FUNCTION public.record()`);
  const spread = await refreshesOfProcesses(build, url, admin, false);
  const together = await refreshesOfProcesses(build, url, admin, true);

  let sent = 0;
  const pgstream = build.createPgStream(counting(build.fromPg(pool), () => (sent += 1)));
  const table = pgstream.table('totals');
  await pgstream.dialect();
  const statementsOf = async (call: () => Promise<unknown>): Promise<number> => {
    await admin.query(
      `UPDATE pgstream.pgs_stream_tables SET data_timestamp = now() - interval '1 h', last_refresh_at = now() - interval '1 h'`,
    );
    sent = 0;
    await Promise.all(Array.from({ length: CALLERS }, call));
    return sent;
  };
  const bound = { maxAgeMs: 60_000 };
  const seen = {
    [`refreshes of ${PROCESSES} processes that are told so at once`]: spread,
    [`refreshes of ${PROCESSES} processes that all call while one runs`]: together,
    [`statements of ${CALLERS} refreshIfStale() at once`]: await statementsOf(() => table.refreshIfStale(bound)),
    [`statements of ${CALLERS} if (await isStale()) await refresh()`]: await statementsOf(async () => {
      if (await table.isStale(bound)) await table.refresh({ ifBusy: 'wait' });
    }),
  };
  return Object.entries(seen).map(([name, count]) => ({ name: `${build.name}: ${name}`, seen: count, rounds: 1 }));
}

function counting(executor: SqlExecutor, count: () => void): SqlExecutor {
  const { begin } = executor;
  return {
    ...executor,
    query(text, params) {
      count();
      return executor.query(text, params);
    },
    begin:
      begin &&
      ((work) => {
        // BEGIN and COMMIT.
        count();
        count();
        return begin((ours) => work(counting(ours, count)));
      }),
  };
}

const refresher = `
  const [index, driver, connectionString] = process.argv.slice(1);
  const { createPgStream } = await import(index);
  const { fromPg } = await import(driver);
  const { Pool } = (await import('pg')).default;
  const pool = new Pool({ connectionString, max: 1 });
  const executor = fromPg(pool);
  const refused = (error) => {
    process.send('refused');
    throw error;
  };
  const pgstream = createPgStream({ ...executor, query: (...asked) => executor.query(...asked).catch(refused) });
  await pgstream.dialect();
  process.send('ready');
  await new Promise((resolve) => process.once('message', resolve));
  await pgstream.table('totals').refresh({ ifBusy: 'wait' });
  await pool.end();
  process.disconnect();`;

/** As they come, or with the stream table kept busy until all have met that. */
async function refreshesOfProcesses(build: Build, url: string, admin: Client, whileOneRuns: boolean): Promise<number> {
  const args = ['--input-type=module', '-e', refresher, build.entry('index'), build.entry('pg'), url];
  const processes: ChildProcess[] = [];
  try {
    for (let started = 0; started < PROCESSES; started += 1) {
      const child = spawn(process.execPath, args, {
        cwd: import.meta.dirname,
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      processes.push(child);
      await once(child, 'message');
    }
    await admin.query('TRUNCATE public.refreshes');
    const ended = processes.map((child) => once(child, 'exit'));
    const met = processes.map((child) => once(child, 'message'));
    if (whileOneRuns) await admin.query('BEGIN; SELECT FROM pgstream.pgs_stream_tables FOR UPDATE');
    for (const child of processes) child.send('refresh');
    if (whileOneRuns) {
      await Promise.all(met);
      await admin.query('COMMIT');
    }
    await Promise.all(ended);
  } finally {
    for (const child of processes) child.kill();
  }
  const { rows } = await admin.query<{ n: number }>('SELECT count(DISTINCT xid)::int AS n FROM public.refreshes');
  return rows[0]?.n ?? Number.NaN;
}
