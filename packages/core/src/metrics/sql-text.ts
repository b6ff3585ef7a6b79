import { DIALECTS, type DialectName } from '../dialect/index.ts';
import { PgStreamError } from '../errors/index.ts';
import { isRole, quoteIdentifier } from '../name/index.ts';
import * as relations from './relations.ts';

/**
 * What {@link readMetrics} asks, as SELECTs for a program that reads columns, such as postgres_exporter. A row each for
 * stream tables, their records, sources, and one for the server.
 */
export interface MetricsSql {
  /**
   * `database`, `schema`, `name`, `id`, `status`, `refresh_mode`, `schedule`, `schedule_seconds`, `stale`, `staleness_seconds`,
   * `last_refresh_timestamp_seconds`, `consecutive_errors`, `is_populated`.
   */
  readonly streamTables: string;
  /**
   * `database`, `schema`, `name`, `refreshes`, `successful`, `failed`, `rows_inserted`, `rows_deleted`, `timed`,
   * `duration_seconds`: of all records that the history has. It may be pruned, and then they become less.
   */
  readonly refreshes: string;
  /** `database`, `source_schema`, `source_name`, `cdc_mode`, `lag_bytes`, `alert`. */
  readonly sources: string;
  /** `database`, `installation`, `extension`, `version`, `scheduler_running`. */
  readonly server: string;
}

/** The SELECTs for the extension of that name. They fit each of its releases. */
export function metricsSql(dialect: DialectName): MetricsSql {
  const d = DIALECTS[dialect];
  return {
    streamTables: relations.streamTables(d, 'pg_catalog.statement_timestamp()'),
    refreshes: relations.refreshesByName(d),
    sources: relations.sources(d),
    server: relations.server(d),
  };
}

/**
 * SQL text that lets a role read metrics, and nothing else: no stream table, no source. Whoever owns the extension runs it, or
 * a superuser. `pg_read_all_stats` is there to see the scheduler, which is another role's session.
 *
 * Throws INVALID_ARGUMENT for a name that no role has.
 */
export function metricsRoleSql(role: string, dialect: DialectName): string {
  if (!isRole(role)) {
    throw new PgStreamError('INVALID_ARGUMENT', 'Name the role that reads metrics: not empty, public or none.');
  }
  const { schema, prefix, catalog } = DIALECTS[dialect];
  const grantee = quoteIdentifier(role);
  return `GRANT USAGE ON SCHEMA ${schema} TO ${grantee};
GRANT SELECT ON TABLE ${catalog}, ${schema}.${prefix}refresh_history, ${schema}.${prefix}dependencies TO ${grantee};
GRANT pg_read_all_stats TO ${grantee};
`;
}
