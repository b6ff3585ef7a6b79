import { type Html, html } from '../html/index.ts';

const UNITS = [
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
  { unit: 'second', ms: 1_000 },
] as const;

const relative = new Intl.RelativeTimeFormat('en');

/** How long ago that was, as a person says it: `2 minutes ago`. */
export function ago(ms: number): string {
  const { unit, ms: length } = UNITS.find((each) => ms >= each.ms) ?? { unit: 'second', ms: 1_000 };
  const units = Math.floor(Math.max(0, ms) / length);
  return units === 0 ? 'just now' : relative.format(-units, unit);
}

/** A duration in the unit that leaves one to three digits: `850 ms`, `4.2 s`, `12 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 7_200_000 && ms !== 3_600_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} days`;
}

/** An instant for people and for machines. */
export function instant(date: Date): Html {
  const iso = date.toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 'yyyy-mm-ddThh:mm:ss'.length).replace('T', ' ')} UTC</time>`;
}

/** A number with its thousands set apart. */
export function count(value: number): string {
  return value.toLocaleString('en');
}
