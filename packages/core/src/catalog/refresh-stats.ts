import { run, type Context } from '../context/index.ts';
import { epochMs, floatBits, statement } from '../dialect/index.ts';
import { float, instant } from '../executor/index.ts';
import type { StreamTableStatus } from './status.ts';

/**
 * What the recorded refreshes of a stream table add up to (contract A.1, st_refresh_stats). On pg_stream these are the
 * scheduler's only, so that all is 0 or null for a table that is refreshed by refresh() alone.
 */
export interface RefreshStats {
  readonly schema: string;
  readonly name: string;
  readonly status: StreamTableStatus['status'];
  readonly refreshMode: StreamTableStatus['refreshMode'];
  readonly isPopulated: boolean;
  readonly totalRefreshes: number;
  readonly successfulRefreshes: number;
  readonly failedRefreshes: number;
  readonly rowsInserted: number;
  readonly rowsDeleted: number;
  /** In milliseconds, as the extension measures; 0 if there were none. */
  readonly averageDurationMs: number;
  /** Null if none is recorded. */
  readonly lastAction: string | null;
  readonly lastStatus: string | null;
  /** Null if it was never refreshed. */
  readonly lastRefreshAt: Date | null;
  /** Since the data timestamp, to the beginning of the transaction; null if it was never populated. */
  readonly stalenessMs: number | null;
}

type Wire = Omit<RefreshStats, 'averageDurationMs' | 'lastRefreshAt'> & {
  readonly averageDurationMs: string;
  readonly lastRefreshAt: number | null;
};

/** Its `stale` is left out: it is never null, and false where isStale() has no answer. */
const STATS = statement<Wire>(
  (d) => `SELECT pg_catalog.json_build_object('schema', ${d.prefix}schema, 'name', ${d.prefix}name, 'status', status,
'refreshMode', refresh_mode, 'isPopulated', is_populated, 'totalRefreshes', total_refreshes,
'successfulRefreshes', successful_refreshes, 'failedRefreshes', failed_refreshes,
'rowsInserted', total_rows_inserted, 'rowsDeleted', total_rows_deleted,
'averageDurationMs', ${floatBits('avg_duration_ms')}, 'lastAction', last_refresh_action, 'lastStatus', last_refresh_status,
'lastRefreshAt', ${epochMs('last_refresh_at')}, 'stalenessMs',
pg_catalog.floor(staleness_secs OPERATOR(pg_catalog.*) 1000)::bigint)::pg_catalog.text AS pgstream
FROM ${d.schema}.st_refresh_stats() ORDER BY ${d.prefix}schema, ${d.prefix}name`,
);

/** See {@link PgStream.refreshStats}. */
export async function refreshStats(context: Context): Promise<RefreshStats[]> {
  const rows = await run(context, STATS, [], { operation: 'read', reads: 'all' });
  return rows.map(decode);
}

function decode(wire: Wire): RefreshStats {
  return {
    ...wire,
    averageDurationMs: float(wire.averageDurationMs),
    lastRefreshAt: instant(wire.lastRefreshAt),
  };
}
