const UNITS = [
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
  { unit: 'second', ms: 1_000 },
] as const;

const relative = new Intl.RelativeTimeFormat('en');

/** How long ago that was, as a person says it: `2 minutes ago`. The server's clock is taken for ours. */
export function ago(at: Date): string {
  const ms = Math.max(0, Date.now() - at.getTime());
  const { unit, ms: length } = UNITS.find((each) => ms >= each.ms) ?? { unit: 'second', ms: 1_000 };
  const count = Math.floor(ms / length);
  return count === 0 ? 'just now' : relative.format(-count, unit);
}
