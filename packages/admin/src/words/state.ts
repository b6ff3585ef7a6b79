import type { StreamTableStatus } from '@pgstream/core';

/** How a word is to look: it says the same without its colour. */
type Look = 'good' | 'bad' | 'warn' | 'plain';

export interface Word {
  readonly word: string;
  readonly look: Look;
}

const STATES: ReadonlyMap<string, Word> = new Map([
  ['ACTIVE', { word: 'active', look: 'good' }],
  ['INITIALIZING', { word: 'not filled yet', look: 'warn' }],
  ['SUSPENDED', { word: 'suspended', look: 'bad' }],
  ['ERROR', { word: 'broken', look: 'bad' }],
]);

/** The state of a stream table. A newer extension may have states that nobody here knows: its own word is shown. */
export function stateOf(status: string): Word {
  return STATES.get(status) ?? { word: status.toLowerCase(), look: 'plain' };
}

/** The extension's verdict, and whether there is one: a schedule by cron, or a calculated one, is no bound to judge by. */
export function verdictOf(isStale: boolean | null): Word {
  if (isStale === null) return { word: 'no bound', look: 'plain' };
  return isStale ? { word: 'stale', look: 'bad' } : { word: 'fresh', look: 'good' };
}

/** Whether a person has to look: its data are older than they should be, nothing refreshes it, or its refreshes fail. */
export function needsSomebody({
  status,
  isStale,
  consecutiveErrors,
  needsReinit,
}: Pick<StreamTableStatus, 'status' | 'isStale' | 'consecutiveErrors' | 'needsReinit'>): boolean {
  return status === 'SUSPENDED' || status === 'ERROR' || isStale === true || consecutiveErrors > 0 || needsReinit;
}

/** The age that a stream table may reach, in milliseconds; null where it has no such bound. */
export function boundOf({ schedule, targetFreshness }: StreamTableStatus): number | null {
  return schedule.kind === 'duration' ? schedule.everyMs : (targetFreshness?.everyMs ?? null);
}

/** Milliseconds since the last refresh began; null if there was none. By the server's clock, where it shows. */
export function sinceRefresh({ lastRefreshAt, dataTimestamp, stalenessMs }: StreamTableStatus): number | null {
  if (lastRefreshAt === null) return null;
  const now = dataTimestamp !== null && stalenessMs !== null ? dataTimestamp.getTime() + stalenessMs : Date.now();
  return Math.max(0, now - lastRefreshAt.getTime());
}

/** The schedule as a person reads it. */
export function scheduleOf({ schedule, targetFreshness }: StreamTableStatus): string {
  if (schedule.text !== null) return schedule.text;
  return targetFreshness === null ? 'calculated' : targetFreshness.mode.toLowerCase().replaceAll('_', ' ');
}
