import { withoutQuoted } from '../classification/index.ts';
import { run, type Context } from '../context/index.ts';
import { readSchedule, type Schedule } from '../definition/index.ts';
import { EQUALS, statement, type Dialect } from '../dialect/index.ts';
import { PgStreamError } from '../errors/index.ts';
import { quoteName } from '../name/index.ts';
import { schedulersSeen, schedulerState, type SchedulersSeen } from '../scheduler/index.ts';
import { decodeFacts, factsOf, fromAsked, namesAsked, type Facts, type FactsWire } from './facts.ts';
import { OPERATION, type Goal } from './goal.ts';

interface Wire {
  readonly facts: FactsWire;
  readonly status: string;
  readonly schedule: string | null;
  readonly target: string | null;
  readonly orchestration: string | null;
  readonly errors: number;
  readonly lastError: string | null;
  readonly scheduler: SchedulersSeen;
}

const S = 'stream_tables';

/**
 * What the history has of it: where the catalog row keeps no error, and the role may read it. Through the extension's function,
 * which unlike the table is not asked for unless the condition holds.
 */
const lastRecorded = (d: Dialect): string => `CASE WHEN s.consecutive_errors OPERATOR(pg_catalog.>) 0
AND pg_catalog.has_table_privilege('${d.schema}.${d.prefix}refresh_history', 'SELECT') THEN (
  SELECT h.error_message FROM ${d.schema}.get_refresh_history(name => pg_catalog.concat(s.${d.prefix}schema, '.', s.${d.prefix}name), max_rows => 1) h
  WHERE h.status ${EQUALS} 'FAILED') END`;

/** What keeps a stream table from becoming fresh; and, once, whether there is a scheduler (contract C.6). */
const WHY = statement<Wire>(
  (d) => `SELECT pg_catalog.json_build_object('facts', ${factsOf(d)}, 'status', s.status, 'schedule', s.schedule,
'target', ${d.ifColumn(S, 'target_freshness_mode')}, 'orchestration', ${d.ifColumn(S, 'orchestration_mode')},
'errors', s.consecutive_errors, 'lastError', coalesce(${d.ifColumn(S, 'last_error_message')}, ${lastRecorded(d)}),
'scheduler', scheduler.seen)::pg_catalog.text AS pgstream
FROM (SELECT ${schedulersSeen(d)} AS seen) scheduler
CROSS JOIN LATERAL (SELECT s.* ${fromAsked(d)}) s`,
);

/** How long a question may take when the caller's time is over already. */
const LONGEST_MS = 2_000;

/** Tells why the goal of a call is not reached, as sentences. */
export type Why = (goal: Goal) => string;

/** The error of a call whose time is over; `is` says what it has waited for in vain. */
export function timedOut(goal: Goal, is: string, why: Why | undefined): PgStreamError {
  const told = why?.(goal) ?? 'Why could not be asked in time.';
  const { schema, name: table } = goal.name;
  return new PgStreamError('TIMEOUT', `${quoteName(goal.name)} ${is} ${told}`, {
    schema,
    table,
    operation: OPERATION,
  });
}

/** Asks why goals are not reached: once for all of them. */
export async function askWhy(context: Context, goals: readonly Goal[]): Promise<Why> {
  const dialect = await context.dialect();
  const names = new Map(goals.map(({ name }) => [quoteName(name), name]));
  const rows = await run(context, WHY, [namesAsked([...names.values()])], { operation: 'read' });
  const seen = new Map(
    rows.map((row) => {
      const [key, facts] = decodeFacts(row.facts);
      return [key, { ...row, facts, schedule: readSchedule(row.schedule) }];
    }),
  );
  return (goal) => {
    const found = seen.get(quoteName(goal.name));
    return found === undefined ? 'It was dropped meanwhile.' : sentences(found, goal, dialect).join(' ');
  };
}

interface Found extends Omit<Wire, 'facts' | 'schedule'> {
  readonly facts: Facts;
  readonly schedule: Schedule;
}

function sentences(found: Found, goal: Goal, dialect: Dialect): string[] {
  const why = [
    ...ofTable(found),
    ...ofSchedule(found, goal),
    ...ofFrontier(found, goal),
    ...ofScheduler(found, dialect),
  ];
  const advice =
    why.length === 0 ? ['Nothing is in its way that can be seen: allow more time (timeoutMs), or refresh() it.'] : why;
  return [howStale(found.facts), ...advice];
}

function howStale({ isPopulated, lastRefreshUs, us }: Facts): string {
  if (lastRefreshUs === null) return isPopulated ? 'It was never refreshed.' : 'It was never filled.';
  return `Its last refresh began ${duration((us - lastRefreshUs) / 1000)} ago.`;
}

/** What is wrong with it. */
function ofTable({ status, facts, errors, lastError, orchestration, target }: Found): string[] {
  const found: string[] = [];
  if (status === 'SUSPENDED') found.push('It is suspended: nothing refreshes it until resume().');
  if (status === 'ERROR') found.push('It is in the state ERROR, and not refreshed by itself: see status().');
  if (status === 'INITIALIZING' && !facts.isPopulated) {
    found.push('The scheduler leaves it alone until refresh() has filled it once.');
  }
  if (errors > 0) {
    const last = lastError === null ? '' : `, the last one with: ${withoutQuoted(lastError)}`;
    found.push(`${errors === 1 ? 'Its last refresh has' : `Its last ${errors} refreshes have`} failed${last}.`);
  }
  if (orchestration === 'EXTERNAL') found.push('Another program has taken over its refreshes, and makes none.');
  if (target === 'MANUAL')
    found.push('It is refreshed only by calls (target freshness manual), and nobody has made one.');
  return found;
}

/** Whether its schedule can keep what is wanted. */
function ofSchedule({ schedule }: Found, { wanted: { maxAgeMs, since } }: Goal): string[] {
  if (schedule.kind === 'calculated') {
    return ['It has no schedule of its own: it is refreshed by itself, if at all, when stream tables upon it are.'];
  }
  if (schedule.kind !== 'duration') return [];
  if (maxAgeMs !== undefined && maxAgeMs < schedule.everyMs) {
    return [`Its schedule (${schedule.text}) lets it become older than maxAgeMs (${duration(maxAgeMs)}).`];
  }
  return since === undefined ? [] : [`By its schedule a refresh may be ${schedule.text} away.`];
}

/** Whether it was refreshed, and has not taken everything in. */
function ofFrontier({ facts }: Found, { mark }: Goal): string[] {
  if (mark === undefined || facts.lastRefreshUs === null || facts.lastRefreshUs < mark.us) return [];
  return [
    'It was refreshed since, but the log positions that it has taken in of its sources do not show that everything is in: a transaction that is open holds them back, what is below it was not seen to be refreshed, or nothing was written to its sources.',
  ];
}

function ofScheduler({ scheduler, schedule, facts }: Found, { name, settings }: Dialect): string[] {
  if (facts.position === null) {
    return ['The server is a replica: it is refreshed on the primary, and what comes of it is replayed here.'];
  }
  const state = schedulerState(scheduler);
  if (state === 'running' || schedule.kind === 'calculated') return [];
  if (state === 'off') return [`The setting ${settings}enabled is off: nothing is refreshed by itself.`];
  if (state === 'unknown') {
    return ['Whether a scheduler is running the role cannot see, unless it is granted pg_read_all_stats.'];
  }
  return [
    scheduler.elsewhere.length > 0
      ? `The scheduler of ${name} works for another database of this server, and for this one there is none.`
      : `There is no scheduler of ${name} on this server: nothing is refreshed by itself.`,
  ];
}

function duration(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 1000)} s`;
}

/** Undefined where it fails or takes too long. */
export async function notForLong<T>(asked: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), LONGEST_MS);
  });
  try {
    return await Promise.race([asked.catch(() => undefined), tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
