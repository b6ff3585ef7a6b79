import { run, type Context } from '../context/index.ts';
import { epochMs, statement } from '../dialect/index.ts';
import { instant, integer } from '../executor/index.ts';
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
  readonly totalRefreshes: bigint;
  readonly successfulRefreshes: bigint;
  readonly failedRefreshes: bigint;
  readonly rowsInserted: bigint;
  readonly rowsDeleted: bigint;
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

type Count = 'totalRefreshes' | 'successfulRefreshes' | 'failedRefreshes' | 'rowsInserted' | 'rowsDeleted';

type Wire = Omit<RefreshStats, Count | 'lastRefreshAt'> & { readonly [Name in Count]: string } & {
  readonly lastRefreshAt: number | null;
};

/** Its `stale` is left out: it is never null, and false where isStale() has no answer. */
const STATS = statement<Wire>(
  (d) => `SELECT json_build_object('schema', ${d.prefix}schema, 'name', ${d.prefix}name, 'status', status,
'refreshMode', refresh_mode, 'isPopulated', is_populated, 'totalRefreshes', total_refreshes::text,
'successfulRefreshes', successful_refreshes::text, 'failedRefreshes', failed_refreshes::text,
'rowsInserted', total_rows_inserted::text, 'rowsDeleted', total_rows_deleted::text,
'averageDurationMs', avg_duration_ms, 'lastAction', last_refresh_action, 'lastStatus', last_refresh_status,
'lastRefreshAt', ${epochMs('last_refresh_at')}, 'stalenessMs', floor(staleness_secs * 1000))::text AS pgstream
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
    totalRefreshes: integer(wire.totalRefreshes),
    successfulRefreshes: integer(wire.successfulRefreshes),
    failedRefreshes: integer(wire.failedRefreshes),
    rowsInserted: integer(wire.rowsInserted),
    rowsDeleted: integer(wire.rowsDeleted),
    lastRefreshAt: instant(wire.lastRefreshAt),
  };
}
