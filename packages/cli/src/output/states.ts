import type { Schedule, StreamTableState } from '@pgstream/core';
import { NOTHING } from './nothing.ts';
import type { Output } from './output.ts';

/** The state of a stream table, in the colour of what it means. */
export function stateText(state: StreamTableState, { colors }: Output): string {
  if (state === 'ACTIVE') return colors.good(state);
  if (state === 'INITIALIZING') return colors.faint(state);
  return state === 'ERROR' ? colors.bad(state) : colors.warning(state);
}

/** The verdict on its age. */
export function freshText(isStale: boolean | null, { colors }: Output): string {
  if (isStale === null) return colors.faint('no bound');
  return isStale ? colors.bad('stale') : colors.good('fresh');
}

/** A schedule as one would say it. */
export function scheduleText(schedule: Schedule, { duration }: Output): string {
  if (schedule.kind === 'duration') return `every ${duration(schedule.everyMs)}`;
  return schedule.text ?? NOTHING;
}
