import type { RefreshMode, ScheduleInput } from '@pgstream/core';
import { InvalidArgumentError, Option } from 'commander';

const MODES: readonly RefreshMode[] = ['DIFFERENTIAL', 'FULL', 'AUTO', 'IMMEDIATE'];

/** `--mode` */
export function modeOption(more = ''): Option {
  return oneOf(new Option('--mode <mode>', `how it is refreshed; AUTO and IMMEDIATE are of pg_trickle${more}`), MODES);
}

/** An option with one of some words, in any case. */
export function oneOf(option: Option, words: readonly string[]): Option {
  return option.choices(words).argParser((text) => {
    const word = words.find((each) => each === text.toUpperCase());
    if (word === undefined) throw new InvalidArgumentError(`There are ${words.join(', ')}.`);
    return word;
  });
}

/** A schedule as core takes it; `none` for a calculated one. */
export function scheduleArgument(text: string): ScheduleInput {
  if (/^\s*\d*\s*$/.test(text)) throw new InvalidArgumentError('A schedule has a unit: 5m, 1h30m.');
  return /^(?:none|calculated)$/i.test(text) ? null : text;
}

/** What schedules are, for help. */
export const SCHEDULE_HELP = "5m, 1h30m, '*/5 * * * *', @hourly, or none";
