import prettyMilliseconds from 'pretty-ms';
import { NOTHING } from './nothing.ts';

/** `4s ago`, `3h ago`: the largest unit alone. */
export function ago(milliseconds: number | null): string {
  if (milliseconds === null) return 'never';
  return milliseconds < 1000 ? 'just now' : `${prettyMilliseconds(milliseconds, { compact: true })} ago`;
}

/** `312ms`, `2.4s`, `1m 12s`: two units at most. */
export function duration(milliseconds: number | null): string {
  return milliseconds === null ? NOTHING : prettyMilliseconds(milliseconds, { unitCount: 2 });
}

/** A moment in the time zone of who reads, and how long it is ago. */
export function moment(at: Date | null): string {
  if (at === null) return 'never';
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return `${shifted.toISOString().slice(0, 19).replace('T', ' ')} (${ago(Math.max(0, Date.now() - at.getTime()))})`;
}
