import type { Client } from 'pg';
import { createPgStream, type PgStream, type StreamTable, type WaitUntilFreshOptions } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { createOrders, TOTALS } from '../orders.ts';

/** `verify` asks inside of a transaction, `repair` in one of its own; they have tests of its own. */
type Commands =
  | 'alter'
  | 'suspend'
  | 'resume'
  | 'drop'
  | 'refresh'
  | 'refreshIfStale'
  | 'refreshAfter'
  | 'verify'
  | 'repair';

/** Every question about one stream table: the compiler misses one that is not here. */
const ofOne: Record<Exclude<keyof StreamTable, Commands | 'name'>, (table: StreamTable) => Promise<unknown>> = {
  isStale: async (table) => [await table.isStale(), await table.isStale({ maxAgeMs: 301_500 })],
  lastRefreshAt: (table) => table.lastRefreshAt(),
  stalenessMs: (table) => table.stalenessMs(),
  waitUntilFresh: async (table) => [
    await waited(table, { maxAgeMs: 9e12 }),
    await waited(table, { since: new Date(0) }),
    await waited(table, { since: '0/1' }),
    await waited(table, { maxAgeMs: 0, since: new Date(0) }),
  ],
  status: (table) => table.status(),
  exists: (table) => table.exists(),
  history: (table) => table.history({ limit: 3 }),
  explain: async (table) => {
    const { isDifferentiable, reason, properties } = await table.explain();
    return { isDifferentiable, reason, properties: Object.keys(properties) };
  },
};

/** How a short wait ends. */
async function waited(table: StreamTable, options: WaitUntilFreshOptions): Promise<unknown> {
  const ended = table.waitUntilFresh({ ...options, timeoutMs: 1 });
  return await ended.then(
    ({ lastRefreshAt }) => lastRefreshAt,
    // Other tests' schedulers come and go.
    (error: unknown) => String(error).replaceAll(/\d+ m?s\b| (?:There is no|The) scheduler of .*$/g, '…'),
  );
}

const ofAll: Record<
  Exclude<keyof PgStream, 'table' | 'create' | 'events' | 'readYourWrites' | 'refreshAll'>,
  (pgstream: PgStream) => Promise<unknown>
> = {
  list: (pgstream) => pgstream.list(),
  columns: (pgstream) => pgstream.columns('typed'),
  canWrite: (pgstream) => pgstream.canWrite('totals'),
  currentLsn: async (pgstream) => typeof (await pgstream.currentLsn()),
  dependencies: (pgstream) => pgstream.dependencies(),
  graph: (pgstream) => pgstream.graph(),
  cdcHealth: (pgstream) => pgstream.cdcHealth(),
  slotHealth: (pgstream) => pgstream.slotHealth(),
  refreshStats: (pgstream) => pgstream.refreshStats(),
  health: async (pgstream) => {
    const { findings, ...rest } = await pgstream.health();
    // Ages go on. Of how changes are captured a function of the extension's is asked, whose search_path is its own affair.
    const ours = findings.filter(({ code }) => code !== 'CAPTURE_UNKNOWN');
    return { ...rest, findings: ours.map(({ code, severity, streamTable }) => ({ code, severity, streamTable })) };
  },
  dialect: (pgstream) => pgstream.dialect(),
  extension: (pgstream) => pgstream.extension(),
  async watch(pgstream) {
    await using watcher = await pgstream.watch(['totals', 'hourly']);
    const staleness = watcher.stalenessMs('totals');
    return [watcher.isStale('totals'), watcher.lastRefreshAt('totals'), watcher.isStale('hourly'), typeof staleness];
  },
};

/** They call the extension's functions, whose reading of the search_path is their own affair. */
export function asksTheExtension([name]: Question): boolean {
  return /^(?:cdcHealth|slotHealth|refreshStats|explain)\b/.test(name);
}

export type Question = readonly [name: string, ask: (pgstream: PgStream) => Promise<unknown>];

export const questions: readonly Question[] = [
  ...Object.entries(ofAll),
  ...['totals', 'hourly', 'never_filled'].flatMap((name) =>
    Object.entries(ofOne).map(([method, ask]): Question => [
      `${method} of ${name}`,
      (pgstream) => ask(pgstream.table(name)),
    ]),
  ),
];

/** Stream tables with all that settings could change the look of; one is due by a second. */
export async function createSubjects(admin: Client): Promise<void> {
  await createOrders(admin);
  await admin.query(`
    CREATE TYPE public.mood AS ENUM ('calm', 'cross');
    CREATE TYPE public."Odd ""Mood" AS ENUM ('odd');
    CREATE DOMAIN public.money AS numeric(12, 2);
    CREATE TABLE public.samples (id int PRIMARY KEY, mood public.mood, moods public.mood[], odd public."Odd ""Mood",
      price public.money, label varchar(20), at timestamptz(3), letter "char", span interval, doc jsonb, raw bytea)`);
  const pgstream = createPgStream(fromPg(admin));
  await pgstream.create({ name: 'totals', query: TOTALS, schedule: '5m' });
  await pgstream.create({ name: 'hourly', query: TOTALS, schedule: '@hourly', refreshMode: 'FULL' });
  await pgstream.create({ name: 'never_filled', query: TOTALS, schedule: null, initialize: false });
  const columns = 'id, mood, moods, odd, price, label, at, letter, span, doc, raw';
  await pgstream.create({ name: 'typed', query: `SELECT ${columns} FROM public.samples`, refreshMode: 'FULL' });
  await admin.query(`
    UPDATE pgstream.pgs_stream_tables SET auto_threshold = 0.1 + 0.2, last_full_ms = 1234567.654321, data_timestamp = now() - interval '301 seconds',
      last_refresh_at = '2026-01-02 03:04:06.789+00', created_at = '2026-01-02 03:04:05.6789+00' WHERE pgs_name = 'totals';
    DELETE FROM pgstream.pgs_refresh_history USING pgstream.pgs_stream_tables s WHERE s.pgs_id = pgs_refresh_history.pgs_id AND s.pgs_name = 'totals';
    INSERT INTO pgstream.pgs_refresh_history (refresh_id, pgs_id, data_timestamp, start_time, end_time, action, rows_inserted, rows_deleted, status, initiated_by)
    SELECT 9007199254740993 + n, pgs_id, '2026-01-02 03:04:05.678+00', '2026-01-02 03:04:05.678+00', '2026-01-02 03:04:05.678+00'::timestamptz + n * interval '1.234567 s',
      'FULL', 1234567890123 * n, 0, 'COMPLETED', 'SCHEDULER' FROM pgstream.pgs_stream_tables, generate_series(1, 3) n WHERE pgs_name = 'totals'`);
}

/** The answers, without what goes on while they are asked for. */
export async function answers(
  pgstream: PgStream,
  asked: readonly Question[] = questions,
): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const [name, ask] of asked) found[name] = standingStill(await ask(pgstream));
  return found;
}

function standingStill(answer: unknown): unknown {
  if (typeof answer === 'number') return 'a number';
  if (Array.isArray(answer)) return answer.map((each) => (typeof each === 'object' ? standingStill(each) : each));
  if (typeof answer === 'object' && answer !== null && 'stalenessMs' in answer) {
    return { ...answer, stalenessMs: typeof answer.stalenessMs };
  }
  return answer;
}
