import type { Dialect } from '../dialect/index.ts';
import { quoteName } from '../name/index.ts';
import { schedulerState } from '../scheduler/index.ts';
import { duration } from './duration.ts';
import type { Facts, TableFacts } from './facts.ts';
import type { HealthFinding } from './finding.ts';
import { overdueMs } from './tables.ts';

type Found = Omit<HealthFinding, 'streamTable'> & Partial<HealthFinding>;

/** What is to be said of the server, and of the extension on it. */
export function serverFindings(facts: Facts, dialect: Dialect): HealthFinding[] {
  return [...ofScheduler(facts, dialect), ...ofVersions(facts, dialect), ...ofSettings(facts, dialect)].map(
    (found) => ({
      streamTable: null,
      ...found,
    }),
  );
}

function ofScheduler(facts: Facts, dialect: Dialect): Found[] {
  const { scheduler, isReplica, tables } = facts;
  if (isReplica) {
    return [
      {
        code: 'ON_REPLICA',
        severity: 'info',
        message: 'The server is a replica: nothing is refreshed here, and what the scheduler does is not to be seen.',
        cure: 'Ask the primary about that.',
      },
    ];
  }
  // Nothing depends on it.
  if (!tables.some(({ isScheduled }) => isScheduled)) return [];
  const seen = schedulerState(scheduler);
  if (seen === 'running') return stalled(facts);
  if (seen === 'missing') return [missing(facts, dialect)];
  return seen === 'off' ? [off(dialect)] : [unseen(dialect)];
}

function off({ settings }: Dialect): Found {
  return {
    code: 'SCHEDULER_OFF',
    severity: 'warn',
    message: `The setting ${settings}enabled is off: stream tables are refreshed only by calls.`,
    cure: `ALTER SYSTEM SET ${settings}enabled = on; and restart the server. ${BY_CALLS}`,
  };
}

function unseen({ name }: Dialect): Found {
  return {
    code: 'SCHEDULER_UNKNOWN',
    severity: 'info',
    message: `Whether a scheduler of ${name} is running cannot be told: the role sees too little of other sessions.`,
    cure: 'GRANT pg_read_all_stats TO <role>; lets it see them.',
  };
}

const BY_CALLS = 'Or refresh by calls: refreshAll({ onlyStale: true }).';

function missing({ scheduler, database, workers }: Facts, { name, settings }: Dialect): Found {
  const others = scheduler.elsewhere.map((each) => `"${each}"`).join(', ');
  const isOfOneDatabase = name === 'pg_stream';
  return {
    code: 'SCHEDULER_MISSING',
    severity: 'warn',
    message:
      others === ''
        ? `No scheduler of ${name} is running on this server: stream tables are refreshed only by calls.`
        : `No scheduler of ${name} is running for the database "${database}", only for ${others}: its stream tables are refreshed only by calls.`,
    cure: isOfOneDatabase
      ? `shared_preload_libraries must name ${name}, and its scheduler works in the database "postgres" alone. ${BY_CALLS}`
      : `shared_preload_libraries must name ${name}, ${settings}enabled be on, and max_worker_processes (${workers}) be enough for one in each database that has the extension. ${BY_CALLS}`,
  };
}

/** How many suspects are named. */
const NAMED = 5;
/** What was due within so long of each other may have been due in the same tick. */
const SAME_TICK_MS = 5_000;
/** A scheduler that is in one transaction for so long is at work, or waits. */
const AT_WORK_MS = 2_000;

/**
 * At 0.1.1 a tick is one transaction: a refresh that PostgreSQL ends with an error takes with it those of all others, and
 * nothing is recorded (contract A.5). What was due first has stopped it, or something that was due at the same time.
 */
function stalled({ tables, scheduler: { busyMs } }: Facts): Found[] {
  const due = tables.filter((table) => isLeftAlone(table)).toSorted((a, b) => overdueMs(b) - overdueMs(a));
  const [first] = due;
  if (first === undefined) return [];
  const suspects = due.filter((table) => overdueMs(first) - overdueMs(table) < SAME_TICK_MS);
  const names = suspects.slice(0, NAMED).map(({ name }) => quoteName(name));
  const more = suspects.length > NAMED ? ` and ${suspects.length - NAMED} more` : '';
  const count = `${due.length} of ${tables.length} ${tables.length === 1 ? 'stream table is' : 'stream tables are'}`;
  const isAtWork = busyMs !== null && busyMs >= AT_WORK_MS;
  return [
    {
      code: 'SCHEDULER_STALLED',
      severity: isAtWork ? 'warn' : 'error',
      streamTable: suspects.length === 1 ? first.name : null,
      message: isAtWork
        ? `The scheduler has been at one transaction for ${duration(busyMs)}, and ${count} overdue: a refresh takes long, or waits for a lock. The first that was due: ${names.join(', ')}${more}.`
        : `The scheduler is running, but ${count} overdue, and no error is recorded. At pg_stream 0.1.1 one stream table whose refresh ends with an error of PostgreSQL's stops those of all others, silently. That one may be: ${names.join(', ')}${more}.`,
      cure: isAtWork
        ? 'pg_stat_activity shows what it does, and pg_blocking_pids() for whom it waits.'
        : `Refresh the suspects by hand, which shows the error: refreshAll({ tables, upstream: false }). Mend what is wrong with the one that fails, or suspend() it: the others go on by themselves within seconds.`,
    },
  ];
}

function isLeftAlone(table: TableFacts): boolean {
  return table.isScheduled && table.status === 'ACTIVE' && table.errors === 0 && overdueMs(table) > 0;
}

/** A release's number; undefined where there is none in the text. */
function numberOf(text: string | null): string | undefined {
  return /\d+(?:\.\d+)+/.exec(text ?? '')?.[0];
}

function ofVersions({ library }: Facts, { name, version }: Dialect): Found[] {
  const [loaded, installed] = [numberOf(library), numberOf(version)];
  if (loaded === undefined || installed === undefined || loaded === installed) return [];
  return [
    {
      code: 'VERSION_MISMATCH',
      severity: 'error',
      message: `The library of ${name} is of the release ${loaded}, its functions and tables in this database of ${installed}: its scheduler may do nothing until they agree.`,
      cure: `ALTER EXTENSION ${name} UPDATE; in this database, and restart the server if the library is the older one.`,
    },
  ];
}

function ofSettings({ truncates, database }: Facts, { locksSourcesItself, settings }: Dialect): Found[] {
  // On is what the extension takes where nobody has said anything.
  if (locksSourcesItself || truncates === 'off') return [];
  return [
    {
      code: 'UNSAFE_SETTING',
      severity: 'warn',
      message: `${settings}cleanup_use_truncate is on: refreshes by the scheduler, and calls of refresh_stream_table() by hand, may wipe changes that others are writing. refresh() does not.`,
      cure: `A superuser runs: ALTER DATABASE "${database.replaceAll('"', '""')}" SET ${settings}cleanup_use_truncate = off;`,
    },
  ];
}
