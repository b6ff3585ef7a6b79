import { ask, epochMs, statement, type Context, type Dialect } from '../dialect/index.ts';
import { PgStreamError } from '../errors/index.ts';
import { instant } from '../executor/index.ts';
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
 * The formula of the extension's view stream_tables_info (contract A.2, B.3), for a row of the catalog table: its unique
 * index on schema and name finds that, and nothing else is read. Added to it: never populated is stale.
 */
export function verdict(d: Dialect): string {
  return `CASE WHEN NOT is_populated THEN true WHEN schedule !~ '[[:space:]@]'
THEN extract(epoch FROM now() - ${d.staleFrom}) > ${d.schema}.parse_duration_seconds(schedule) END`;
}

/** Age of the data of a row of the catalog table, in whole milliseconds, by the clock. */
export const dataAgeMs: string = epochMs('clock_timestamp() - data_timestamp');

const byName = (d: Dialect): string => `FROM ${d.catalog} WHERE ${d.prefix}schema = $1 AND ${d.prefix}name = $2`;

const VERDICT = statement<boolean | null>(
  (d) => `SELECT coalesce((${verdict(d)})::text, 'null') AS pgstream ${byName(d)}`,
);

const OLDER_THAN = statement<boolean>(
  (d) => `SELECT (NOT is_populated OR last_refresh_at IS NULL
OR extract(epoch FROM clock_timestamp() - last_refresh_at) * 1000 > $3::text::numeric)::text AS pgstream ${byName(d)}`,
);

const LAST_REFRESH = statement<number | null>(
  (d) => `SELECT coalesce(${epochMs('last_refresh_at')}::text, 'null') AS pgstream ${byName(d)}`,
);

const STALENESS = statement<number | null>(
  (d) => `SELECT coalesce(${dataAgeMs}::text, 'null') AS pgstream ${byName(d)}`,
);

/** See {@link StreamTable.isStale}. */
export function isStale(
  context: Context,
  name: QualifiedName,
  { maxAgeMs }: IsStaleOptions = {},
): Promise<boolean | null> {
  return maxAgeMs === undefined ? ask(context, VERDICT, name) : isOlderThan(context, name, maxAgeMs);
}

async function isOlderThan(context: Context, name: QualifiedName, maxAgeMs: number): Promise<boolean> {
  if (!Number.isFinite(maxAgeMs) || maxAgeMs < 0) {
    throw new PgStreamError('INVALID_ARGUMENT', 'maxAgeMs must be a number of milliseconds, 0 or more.', {
      schema: name.schema,
      table: name.name,
      operation: 'read',
    });
  }
  return await ask(context, OLDER_THAN, name, { params: [String(maxAgeMs)] });
}

/** See {@link StreamTable.lastRefreshAt}. */
export async function lastRefreshAt(context: Context, name: QualifiedName): Promise<Date | null> {
  return instant(await ask(context, LAST_REFRESH, name));
}

/** See {@link StreamTable.stalenessMs}. */
export function stalenessMs(context: Context, name: QualifiedName): Promise<number | null> {
  return ask(context, STALENESS, name);
}
