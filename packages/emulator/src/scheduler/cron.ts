import { Cron } from 'croner';

/**
 * Whether a cron pattern (5 or 6 fields, or an alias such as `@hourly`; read in UTC) has had its moment since the last
 * refresh.
 *
 * @throws TypeError or RangeError when the pattern cannot be read.
 */
export function isCronDue(pattern: string, lastRefreshAt: Date, now: Date): boolean {
  const next = new Cron(pattern.trim(), { timezone: 'UTC', paused: true }).nextRun(lastRefreshAt);
  return next !== null && next <= now;
}
