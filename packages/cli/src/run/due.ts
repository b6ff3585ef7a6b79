import type { StreamTableStatus } from '@pgstream/core';
import { Cron } from 'croner';

/** A stream table that is to be refreshed now. */
export interface Due {
  readonly table: StreamTableStatus;
  /** Younger than now, and somebody else has refreshed it since it was looked at. In milliseconds. */
  readonly maxAgeMs: number;
}

/** The server's clock when the statuses were read; undefined where no stream table was ever filled. */
export function serverNow(tables: readonly StreamTableStatus[]): number | undefined {
  for (const { dataTimestamp, stalenessMs } of tables) {
    if (dataTimestamp !== null && stalenessMs !== null) return dataTimestamp.getTime() + stalenessMs;
  }
  return undefined;
}

/**
 * Which of the stream tables are due by their schedules. A calculated schedule follows what the stream table reads: it is due
 * when one of those (`below`) was refreshed since.
 *
 * @param now the server's clock: the client's may differ
 */
export function dueOf(table: StreamTableStatus, below: readonly StreamTableStatus[], now: number): Due | undefined {
  const { lastRefreshAt, schedule, isPopulated } = table;
  if (!isPopulated || lastRefreshAt === null) return { table, maxAgeMs: MOMENT_MS };
  const since = lastRefreshAt.getTime();
  const dueAt = dueAfter(schedule, since, below, now);
  return dueAt === undefined || dueAt > now ? undefined : { table, maxAgeMs: Math.max(0, now - since - 1) };
}

/** Somebody else has just filled it. */
const MOMENT_MS = 60_000;

/** When a stream table that was refreshed at that moment became due, or will; undefined if nothing tells. */
function dueAfter(
  schedule: StreamTableStatus['schedule'],
  since: number,
  below: readonly StreamTableStatus[],
  now: number,
): number | undefined {
  if (schedule.kind === 'duration') return since + schedule.everyMs;
  if (schedule.kind === 'cron') {
    const latest = cron(schedule.text)
      .previousRuns(1, new Date(now + 1))[0]
      ?.getTime();
    return latest !== undefined && latest > since ? latest : undefined;
  }
  const later = below.map(({ lastRefreshAt }) => lastRefreshAt?.getTime() ?? 0).filter((at) => at > since);
  return later.length === 0 ? undefined : Math.max(...later);
}

const crons = new Map<string, Cron>();

/** As the extension reads it: five or six fields or an alias, by UTC. */
function cron(text: string): Cron {
  const known = crons.get(text) ?? new Cron(text, { timezone: 'UTC', paused: true });
  crons.set(text, known);
  return known;
}
