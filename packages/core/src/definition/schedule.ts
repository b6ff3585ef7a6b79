import { PgStreamError } from '../errors/index.ts';

/**
 * When a stream table is to be refreshed:
 *
 * - `'90s'`, `'5m'`, `'1h30m'`, `'2d'`, `'1w'`: the age that its data may reach; 60 seconds or more on pg_stream, unless
 *   its setting `min_schedule_seconds` allows less,
 * - `{ everyMs: 300_000 }`: the same in milliseconds, whole seconds of them,
 * - a cron expression of five or six fields, or `'@hourly'` and its like,
 * - `null`: calculated. Without stream tables on top of it, it is not refreshed automatically.
 *
 * A bare number is refused, as text too: the extension takes it for seconds, and callers mostly mean milliseconds.
 */
export type ScheduleInput = string | { readonly everyMs: number } | null;

/** A schedule as the catalog has it. `text` is the extension's own text. */
export type Schedule =
  | { readonly kind: 'duration'; readonly text: string; readonly everyMs: number }
  | { readonly kind: 'cron'; readonly text: string }
  | { readonly kind: 'calculated'; readonly text: null }
  /** Text that this package cannot read: a newer extension may write it. */
  | { readonly kind: 'unknown'; readonly text: string };

const UNIT_SECONDS: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
  ['w', 604_800],
]);
/** The extension counts in 64 bits. */
const MAX_SECONDS = 2 ** 63 - 1;
const DURATION = /^(?:\d+[smhdw])+$/;
const CRON_ALIAS = /^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly)$/i;
const CRON_FIELD = /^(?:[\d*,/?#+LW-]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|SUN|MON|TUE|WED|THU|FRI|SAT)+$/i;

/** Reads the catalog's text of a schedule by the extension's grammar (contract A.9). */
export function readSchedule(text: string | null): Schedule {
  if (text === null) return { kind: 'calculated', text };
  if (/[\s@]/.test(text)) return { kind: 'cron', text };
  const seconds = durationSeconds(text);
  return seconds === undefined ? { kind: 'unknown', text } : { kind: 'duration', text, everyMs: seconds * 1000 };
}

/**
 * The extension's text for a schedule, or null for a calculated one. Throws INVALID_SCHEDULE with what to write
 * instead. The server has the last word: the shortest duration it accepts is a setting of it, and of a cron
 * expression only the shape is looked at here.
 */
export function scheduleText(schedule: ScheduleInput): string | null {
  if (schedule === null) return null;
  if (typeof schedule === 'string') return checkedText(schedule.trim());
  const given: unknown = schedule;
  if (typeof given !== 'object' || given === null || !('everyMs' in given)) {
    throw invalid(
      `A schedule is text such as '5m', { everyMs }, or null for a calculated one, and not a ${typeof given}.`,
    );
  }
  return everyMsText(given.everyMs);
}

function everyMsText(everyMs: unknown): string {
  if (typeof everyMs !== 'number' || !Number.isSafeInteger(everyMs) || everyMs <= 0 || everyMs % 1000 !== 0) {
    throw invalid('everyMs must be a number of milliseconds that makes whole seconds, such as 300_000.');
  }
  return `${everyMs / 1000}s`;
}

function checkedText(text: string): string {
  if (text === '')
    throw invalid("A schedule must not be empty. Write a duration such as '5m', or null for a calculated one.");
  if (/^\d+$/.test(text)) {
    throw invalid(
      `The schedule '${text}' has no unit. Write '${text}s' for seconds, or { everyMs: ${text} } for milliseconds.`,
    );
  }
  if (text.startsWith('@') || /\s/.test(text)) return checkedCron(text);
  if (text.toLowerCase() === 'calculated') throw invalid('Write null for a calculated schedule.');
  if (durationSeconds(text) === undefined) {
    throw invalid(
      `'${text}' is not a schedule. Write whole numbers with a unit s, m, h, d or w in lower case, without blanks: '90s', '5m', '1h30m'.`,
    );
  }
  return text;
}

function checkedCron(text: string): string {
  if (text.startsWith('@')) {
    if (CRON_ALIAS.test(text)) return text;
    throw invalid(`'${text}' is not a cron alias. There are @hourly, @daily, @weekly, @monthly and @yearly.`);
  }
  const fields = text.split(/\s+/);
  if ((fields.length !== 5 && fields.length !== 6) || !fields.every((field) => CRON_FIELD.test(field))) {
    throw invalid(
      `'${text}' is not a schedule. A cron expression has five or six fields, such as '*/5 * * * *'; a duration has no blanks, such as '5m'.`,
    );
  }
  return text;
}

function durationSeconds(text: string): number | undefined {
  const seconds = /^\d+$/.test(text) ? Number(text) : sumOfUnits(text);
  return seconds !== undefined && seconds <= MAX_SECONDS ? seconds : undefined;
}

function sumOfUnits(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  const parts = text.match(/\d+[smhdw]/g) ?? [];
  return parts.reduce(
    (seconds, part) => seconds + Number.parseInt(part, 10) * (UNIT_SECONDS.get(part.slice(-1)) ?? 0),
    0,
  );
}

function invalid(message: string): PgStreamError {
  return new PgStreamError('INVALID_SCHEDULE', message);
}
