import type { RefreshMode, ScheduleInput } from '@pgstream/core';
import { InvalidArgumentError } from 'commander';

const MODES: readonly RefreshMode[] = ['DIFFERENTIAL', 'FULL', 'AUTO', 'IMMEDIATE'];

/** A refresh mode, in any case. */
export function modeArgument(text: string): RefreshMode {
  const mode = MODES.find((each) => each === text.toUpperCase());
  if (mode === undefined) throw new InvalidArgumentError(`There are ${MODES.join(', ')}.`);
  return mode;
}

/** A schedule as core takes it; `none` for a calculated one. */
export function scheduleArgument(text: string): ScheduleInput {
  return /^(?:none|calculated)$/i.test(text) ? null : text;
}

/** What the modes are, for help. */
export const MODE_HELP = 'DIFFERENTIAL or FULL; on pg_trickle also AUTO or IMMEDIATE';

/** What schedules are, for help. */
export const SCHEDULE_HELP = "5m, 1h30m, '*/5 * * * *', @hourly, or none";
