export {
  checkMaxAge,
  dataAgeMs,
  isStale,
  lastRefreshAt,
  stalenessMs,
  verdict,
  verdictColumns,
  type IsStaleOptions,
  type VerdictWire,
} from './freshness.ts';
