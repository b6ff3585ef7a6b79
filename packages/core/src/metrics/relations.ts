import { EQUALS, type Dialect } from '../dialect/index.ts';

/**
 * What metrics are made of, as plain SQL: the same text is asked by readMetrics() and by programs that read columns. No
 * column is an interval or a float: numerics are written alike in every session, and exact.
 */

/** A column that not every release has. Where no server was asked, the row itself is, by the name. */
function column(d: Dialect, name: string, type: 'text' | 'numeric'): string {
  const ofRow = `(pg_catalog.to_jsonb(s) OPERATOR(pg_catalog.->>) '${name}')::pg_catalog.${type}`;
  return d.version === null ? ofRow : d.ifColumn('stream_tables', name, `s.${name}::pg_catalog.${type}`);
}

const DATABASE = 'pg_catalog.current_database()::pg_catalog.text AS database';

const seconds = (instant: string): string => `extract(epoch FROM ${instant})`;

/**
 * A row for each stream table. `stale` is isStale(), as 1, 0 or NULL; `schedule_seconds` the age that it may reach, NULL
 * where it has no such bound; `staleness_seconds` counts from the data timestamp (contract A.1, get_staleness).
 */
export function streamTables(d: Dialect, now: string): string {
  return `SELECT s.${d.prefix}id AS id, ${DATABASE}, s.${d.prefix}schema AS schema, s.${d.prefix}name AS name, s.status, s.refresh_mode,
  coalesce(s.schedule, '') AS schedule, bound.schedule_seconds,
  CASE WHEN NOT s.is_populated THEN 1
    WHEN ${seconds(`${now} OPERATOR(pg_catalog.-) s.${d.staleFrom}`)} OPERATOR(pg_catalog.>) bound.schedule_seconds THEN 1
    WHEN s.${d.staleFrom} IS NOT NULL AND bound.schedule_seconds IS NOT NULL THEN 0 END AS stale,
  ${seconds(`(${now} OPERATOR(pg_catalog.-) s.data_timestamp)`)} AS staleness_seconds,
  ${seconds('s.last_refresh_at')} AS last_refresh_timestamp_seconds,
  s.consecutive_errors, s.is_populated::pg_catalog.int4 AS is_populated
FROM ${d.catalog} s
CROSS JOIN LATERAL (SELECT CASE
  WHEN s.schedule OPERATOR(pg_catalog.!~) '[[:space:]@]' THEN ${d.schema}.parse_duration_seconds(s.schedule)::pg_catalog.numeric
  WHEN ${column(d, 'target_freshness_mode', 'text')} ${EQUALS} 'INTERVAL'
    THEN ${column(d, 'freshness_deadline_ms', 'numeric')} OPERATOR(pg_catalog./) 1000 END AS schedule_seconds) bound`;
}

const count = (status: string): string => `pg_catalog.count(*) FILTER (WHERE h.status ${EQUALS} '${status}')`;

/** What records of refreshes add up to, by the number of the stream table (contract A.1, st_refresh_stats). */
export function refreshes(d: Dialect, where = ''): string {
  const took = seconds('h.end_time OPERATOR(pg_catalog.-) h.start_time');
  return `SELECT h.${d.prefix}id AS id, pg_catalog.count(*) AS refreshes, ${count('COMPLETED')} AS successful, ${count('FAILED')} AS failed,
  coalesce(pg_catalog.sum(h.rows_inserted), 0) AS rows_inserted, coalesce(pg_catalog.sum(h.rows_deleted), 0) AS rows_deleted,
  pg_catalog.count(h.end_time) AS timed, coalesce(pg_catalog.sum(${took}), 0) AS duration_seconds
FROM ${d.schema}.${d.prefix}refresh_history h${where} GROUP BY h.${d.prefix}id`;
}

/** The columns of it that are counted. */
export const COUNTS: readonly string[] = [
  'refreshes',
  'successful',
  'failed',
  'rows_inserted',
  'rows_deleted',
  'timed',
  'duration_seconds',
];

/** The same with the names of the stream tables, and a row for those that have no record. */
export function refreshesByName(d: Dialect): string {
  return `SELECT ${DATABASE}, s.${d.prefix}schema AS schema, s.${d.prefix}name AS name,
  ${COUNTS.map((name) => `coalesce(h.${name}, 0) AS ${name}`).join(', ')}
FROM ${d.catalog} s LEFT JOIN (${refreshes(d)}) h ON h.id ${EQUALS} s.${d.prefix}id`;
}

/**
 * A row for each source whose changes are captured (contract A.1, check_cdc_health). What is wrong with it by the kind
 * alone, '' where nothing is: the extension's text has a number in it. One that is gone is called by its oid.
 */
export function sources(d: Dialect): string {
  return `SELECT DISTINCT ON (h.source_relid) ${DATABASE}, coalesce(n.nspname::pg_catalog.text, '') AS source_schema,
  coalesce(c.relname::pg_catalog.text, 'oid:' OPERATOR(pg_catalog.||) h.source_relid::pg_catalog.text) AS source_name,
  h.cdc_mode, h.lag_bytes, coalesce(pg_catalog.split_part(h.alert, ':', 1), '') AS alert
FROM ${d.schema}.check_cdc_health() h
LEFT JOIN pg_catalog.pg_class c ON c.oid ${EQUALS} h.source_relid::pg_catalog.oid
LEFT JOIN pg_catalog.pg_namespace n ON n.oid ${EQUALS} c.relnamespace
ORDER BY h.source_relid, h.alert, h.lag_bytes DESC NULLS LAST`;
}

/**
 * One row: the extension, and whether its scheduler works for this database, as 1, 0, or NULL where that is not to be seen:
 * on a replica, or by a role without pg_read_all_stats.
 */
export function server(d: Dialect): string {
  return `SELECT ${DATABASE}, e.oid AS installation, e.extname::pg_catalog.text AS extension, e.extversion AS version,
  CASE WHEN pg_catalog.pg_is_in_recovery() THEN NULL WHEN seen.here THEN 1
    WHEN pg_catalog.current_setting('${d.settings}enabled', true) ${EQUALS} 'off' OR seen.elsewhere
      OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') THEN 0 END AS scheduler_running
FROM pg_catalog.pg_extension e CROSS JOIN (SELECT
  coalesce(pg_catalog.bool_or(a.datname ${EQUALS} pg_catalog.current_database()), false) AS here,
  coalesce(pg_catalog.bool_or(a.datname OPERATOR(pg_catalog.<>) pg_catalog.current_database()), false) AS elsewhere
  FROM pg_catalog.pg_stat_activity a WHERE a.backend_type ${EQUALS} '${d.name} scheduler' OR a.application_name ${EQUALS} '${d.name} scheduler') seen
WHERE e.extname ${EQUALS} '${d.name}'`;
}
