import type { Dialect } from '../../dialect/index.ts';
import { OURS } from './refusals.ts';

/** Begins the message of an attempt that did nothing yet, so as to leave the sources to writers; milliseconds follow. */
export const LEFT_TO_WRITERS = `${OURS}left to writers, for milliseconds: `;

/** Declares how long a refresh keeps writers out. */
export function declarePace(paceMs: number): string {
  return `pace_ms CONSTANT pg_catalog.numeric := ${Math.ceil(paceMs)};`;
}

/** The setting by which a refresh function is told, whose parameters are older. Unset, nothing is left to writers. */
const SETTING = 'pgstream_refresh.pace_ms';

export const declarePaceOfSetting = `pace_ms CONSTANT pg_catalog.numeric := NULLIF(pg_catalog.current_setting('${SETTING}', true), '');`;

export function setPace(paceMs: number): string {
  return `PERFORM set_config('${SETTING}', '${Math.ceil(paceMs)}', true);\n`;
}

/** What {@link leaveToWriters} declares. */
export const PACE_VARIABLES = 'rest_ms pg_catalog.numeric;';

/** Another refresh that is running is asked for again after so many milliseconds, or after as long as one takes. */
const LEAST_MS = 25;

/**
 * Who waits for a lock keeps out everybody who comes after, so refreshes that follow each other leave writers no time at
 * all. While somebody writes to any source, nobody queues behind another refresh, and the next one begins no sooner than the sources were
 * free for as long as they had been taken: the last refreshes of all that reads them count, whoever made them.
 *
 * Neither extension records how long a refresh took that somebody has called: the caller knows it of its own.
 *
 * Whether anybody writes anywhere is asked first: that is cheap, and most often enough. Where the extension locks the sources
 * itself it is not said that the role may know them.
 */
export function leaveToWriters({ catalog, schema, prefix, locksSourcesItself }: Dialect): string {
  const id = `${prefix}id`;
  const dependencies = `${schema}.${prefix}dependencies`;
  const mayKnow = locksSourcesItself ? `may_read AND has_table_privilege('${dependencies}', 'SELECT') AND ` : '';
  return `IF ${mayKnow}pace_ms IS NOT NULL AND wait_ms > 0 AND EXISTS (
  SELECT FROM pg_lock_status() l WHERE l.mode = 'RowExclusiveLock' AND l.relation >= 16384 AND l.pid <> pg_backend_pid()
) THEN
  SELECT CASE WHEN bool_or(d.source_relid = ANY (held.to_refresh)) THEN GREATEST(pace_ms, ${LEAST_MS})
    ELSE pace_ms * (1 + count(DISTINCT s.${id}) FILTER (WHERE ago.ms < 10 * pace_ms)) - min(ago.ms) END INTO rest_ms
  FROM (
    SELECT bool_or(l.mode = 'RowExclusiveLock') AS to_write, array_agg(l.relation) FILTER (WHERE l.mode <> 'RowExclusiveLock') AS to_refresh
    FROM pg_lock_status() l
    WHERE l.mode IN ('RowExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock') AND l.pid <> pg_backend_pid()
      AND l.relation IN (SELECT d.source_relid FROM ${dependencies} d)
      AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
  ) held -- Or waited for.
  CROSS JOIN ${dependencies} d
  JOIN ${dependencies} other ON other.source_relid = d.source_relid
  JOIN ${catalog} s ON s.${id} = other.${id},
  LATERAL (SELECT 1000 * extract(epoch FROM clock_timestamp() - s.last_refresh_at)) ago (ms)
  WHERE held.to_write AND d.${id} = table_id;
  IF rest_ms > 0 THEN
    RAISE EXCEPTION USING ERRCODE = '55P03', MESSAGE = '${LEFT_TO_WRITERS}' || ceil(rest_ms);
  END IF;
END IF;`;
}
