import { epochMs, run, statement, type Context } from '../dialect/index.ts';
import { PgStreamError, StreamTableNotFoundError } from '../errors/index.ts';
import type { QualifiedName } from '../name/index.ts';

/** By whose bound a stream table is stale. */
export interface IsStaleOptions {
  /**
   * Your own bound: milliseconds since the last refresh began, by the server's clock. Without it the extension judges
   * by the stream table's schedule.
   */
  readonly maxAgeMs?: number | undefined;
}

/**
 * The formula of the extension's view stream_tables_info (contract A.2, B.3), put to the catalog table itself: its
 * unique index on schema and name finds the row, and nothing else is read.
 */
const VERDICT = statement<boolean | null>(
  (d) => `SELECT CASE WHEN NOT is_populated THEN 'true' WHEN schedule !~ '[\\s@]'
THEN coalesce((extract(epoch FROM now() - ${d.staleFrom}) > ${d.schema}.parse_duration_seconds(schedule))::text, 'null')
ELSE 'null' END AS pgstream FROM ${d.catalog} WHERE ${d.prefix}schema = $1 AND ${d.prefix}name = $2`,
);

const OLDER_THAN = statement<boolean>(
  (d) => `SELECT (NOT is_populated OR last_refresh_at IS NULL
OR extract(epoch FROM clock_timestamp() - last_refresh_at) * 1000 > $3::text::numeric)::text AS pgstream
FROM ${d.catalog} WHERE ${d.prefix}schema = $1 AND ${d.prefix}name = $2`,
);

const LAST_REFRESH = statement<number | null>(
  (d) => `SELECT coalesce(${epochMs('last_refresh_at')}::text, 'null') AS pgstream
FROM ${d.catalog} WHERE ${d.prefix}schema = $1 AND ${d.prefix}name = $2`,
);

const STALENESS = statement<number | null>(
  (d) => `SELECT coalesce(${epochMs('clock_timestamp() - data_timestamp')}::text, 'null') AS pgstream
FROM ${d.catalog} WHERE ${d.prefix}schema = $1 AND ${d.prefix}name = $2`,
);

/** See {@link StreamTable.isStale}. */
export async function isStale(
  context: Context,
  name: QualifiedName,
  { maxAgeMs }: IsStaleOptions = {},
): Promise<boolean | null> {
  if (maxAgeMs === undefined) return only(await askAbout(context, name, VERDICT), name);
  if (!Number.isFinite(maxAgeMs) || maxAgeMs < 0) {
    throw new PgStreamError('INVALID_ARGUMENT', 'maxAgeMs must be a number of milliseconds, 0 or more.');
  }
  return only(await askAbout(context, name, OLDER_THAN, [String(maxAgeMs)]), name);
}

/** See {@link StreamTable.lastRefreshAt}. */
export async function lastRefreshAt(context: Context, name: QualifiedName): Promise<Date | null> {
  const ms = only(await askAbout(context, name, LAST_REFRESH), name);
  return ms === null ? null : new Date(ms);
}

/** See {@link StreamTable.stalenessMs}. */
export async function stalenessMs(context: Context, name: QualifiedName): Promise<number | null> {
  return only(await askAbout(context, name, STALENESS), name);
}

function askAbout<Wire>(
  context: Context,
  name: QualifiedName,
  asked: Parameters<typeof run<Wire>>[1],
  more: readonly string[] = [],
): Promise<Wire[]> {
  return run(context, asked, [name.schema, name.name, ...more], { operation: 'read', name });
}

/** A name that is not in the catalog gives no row. */
function only<Wire>(rows: readonly Wire[], name: QualifiedName): Wire {
  const [row] = rows;
  if (row === undefined) throw new StreamTableNotFoundError(name, { operation: 'read' });
  return row;
}
