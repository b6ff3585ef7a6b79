export { dataAgeMs, isStale, lastRefreshAt, stalenessMs, verdict, type IsStaleOptions } from './freshness.ts';
