export { isStale, lastRefreshAt, stalenessMs, type IsStaleOptions } from './freshness.ts';
