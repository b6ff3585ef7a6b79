import { InvalidArgumentError } from 'commander';

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** `500ms`, `30s`, `5m`, `1h30m` as milliseconds: an option's argument. A number without a unit says nothing, and is refused. */
export function durationArgument(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw new InvalidArgumentError('A duration has a unit: 500ms, 30s, 5m, 1h30m.');
  }
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0), 0);
}

/** What a timer can be set for, as an option's argument: without it a computer would be kept busy. */
export function intervalArgument(text: string): number {
  const intervalMs = durationArgument(text);
  if (intervalMs >= 50 && intervalMs <= 86_400_000) return intervalMs;
  throw new InvalidArgumentError('It is a duration from 50ms to 1d.');
}

/** A whole number, 1 or more. */
export function countArgument(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It is a whole number, 1 or more.');
  return Number(text);
}
