import type { Answer } from './recording.ts';

// What no two runs share. The recording has been masked in the same way.
const masks: readonly (readonly [RegExp, string])[] = [
  [/\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:\s?UTC|Z|[+-]\d\d(?::?\d\d)?)?/g, '<time>'],
  [/\b[0-9A-F]+\/[0-9A-F]{5,}\b/g, '<lsn>'],
  [/-?\d\d:\d\d:\d\d\.\d+/g, '<interval>'],
  [/(OID |oid:|changes_|cdc_|truncate_|fn_|relation )\d{4,}\b/g, '$1<oid>'],
  [/\d+(?:\.\d+)?\s?ms\b/g, '<ms>'],
  [/"(duration_ms|rows_inserted)":[\d.]+/g, '"$1":<n>'],
  [/(near ")\d{4,}/g, '$1<oid>'],
  [/\((pg[st]_id)=\d+/g, '($1=<n>'],
  [/^Failing row contains .*/gs, 'Failing row contains …'],
  // How many rows a refresh says that it changed means nothing (contract A.5).
  [/\(DIFFERENTIAL: \+\d+ -\d+\)/g, '(DIFFERENTIAL: +<n> -<n>)'],
];

function masked(text: string): string {
  return masks.reduce((result, [pattern, mask]) => result.replaceAll(pattern, mask), text);
}

function maskedDeeply(value: unknown): unknown {
  if (typeof value === 'string') return masked(value);
  if (Array.isArray(value)) return value.map((each) => maskedDeeply(each));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, maskedDeeply(each)]));
}

/** The lines that clients may rely on; other notices are for people, and differ in words and number. */
const essential =
  /^(?:NOTIFY|CONNECTION|INFO: Stream table .*(?:created|dropped|resumed|refreshed|no previous frontier))/s;

/** The driver's echo of a server's FATAL error, which is compared as the statement's own: the clock decides who hears of it. */
const lostConnection = /^CONNECTION: (?:Connection terminated unexpectedly|terminating connection)/;

function essentialLines(said: readonly string[]): string[] {
  const lines = said.filter((line) => essential.test(line) && !lostConnection.test(line));
  // How often a scheduler speaks depends on the clock: each of its sentences counts once, in alphabetical order.
  const heard = lines.filter((line) => line.startsWith('NOTIFY'));
  return [...lines.filter((line) => !line.startsWith('NOTIFY')), ...[...new Set(heard)].toSorted()];
}

/** The part of an answer that is the same in every run. */
export function comparable({ rows, done, error, said = [] }: Answer): Answer {
  const lines = essentialLines(maskedDeeply(said) as string[]);
  return maskedDeeply({
    ...(rows && { rows }),
    ...(done !== undefined && { done }),
    ...(error && { error: withoutBacktrace(error) }),
    ...(lines.length > 0 && { said: lines }),
  }) as Answer;
}

/** A stack trace is one whatever its frames. */
function withoutBacktrace(error: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(error).map(([field, text]) => [field, /\b(?:std|core|pgrx)::/.test(text) ? '<backtrace>' : text]),
  );
}
