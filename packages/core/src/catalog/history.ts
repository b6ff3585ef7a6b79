import { ask, type Context } from '../context/index.ts';
import { EQUALS, epochMs, fromNamed, statement } from '../dialect/index.ts';
import { PgStreamError } from '../errors/index.ts';
import { instant } from '../executor/index.ts';
import type { QualifiedName } from '../name/index.ts';

/**
 * One refresh that the extension has recorded. pg_stream records those of its scheduler only: neither the first fill
 * nor a refresh() appears (contract A.2, "Who writes history"); pg_trickle records these, too (B.4).
 */
export interface RefreshRecord {
  /** As text: a bigint, which JSON has not. */
  readonly id: string;
  /** Other releases may have other words for what was done, and for how it went. */
  readonly action: 'NO_DATA' | 'FULL' | 'DIFFERENTIAL' | 'REINITIALIZE' | 'SKIP' | (string & {});
  readonly status: 'RUNNING' | 'COMPLETED' | 'FAILED' | 'SKIPPED' | (string & {});
  /** `SCHEDULER`, `MANUAL` or `INITIAL`, and whatever else another release writes. Null where the extension does not say. */
  readonly initiatedBy: string | null;
  /** Why it was done in this way, by the extension's word; null where it does not say. */
  readonly reason: string | null;
  readonly dataTimestamp: Date;
  readonly startedAt: Date;
  /** Null while it runs. Equal to startedAt for most, because the extension takes both from one transaction. */
  readonly endedAt: Date | null;
  /** As the extension counts, which is not reliable; deletions it does not count at all. Null if unknown. */
  readonly rowsInserted: number | null;
  readonly rowsDeleted: number | null;
  /** Null where the extension does not count them. */
  readonly rowsUpdated: number | null;
  /** What went wrong; null if nothing did. */
  readonly errorMessage: string | null;
}

/** How much of the history. */
export interface HistoryOptions {
  /** At most so many, the newest. Default: 20. */
  readonly limit?: number | undefined;
}

type Wire = Omit<RefreshRecord, 'dataTimestamp' | 'startedAt' | 'endedAt'> & {
  readonly dataTimestamp: number;
  readonly startedAt: number;
  readonly endedAt: number | null;
};

/** How many records of one data timestamp come in the order of their ids, whatever the history's length. */
const EQUAL_TIMESTAMPS = 1000;

/**
 * From the table and not from get_refresh_history(), which gives no rows for an unknown name and no initiator.
 *
 * The index is on the timestamp alone. Sorted by the id as well, a history whose timestamps are equal, or not analyzed
 * yet, is read and sorted to its end: so the newest are taken by the index, a few more than asked for, and then sorted.
 */
const HISTORY = statement<readonly Wire[]>(
  (d) => `SELECT (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
'id', h.refresh_id::pg_catalog.text, 'action', h.action, 'status', h.status, 'initiatedBy', h.initiated_by,
'dataTimestamp', ${epochMs('h.data_timestamp')}, 'startedAt', ${epochMs('h.start_time')}, 'endedAt', ${epochMs('h.end_time')},
'rowsInserted', h.rows_inserted, 'rowsDeleted', h.rows_deleted, 'rowsUpdated', h.rows_updated,
'reason', h.refresh_reason, 'errorMessage', h.error_message)
ORDER BY h.data_timestamp DESC, h.refresh_id DESC), '[]')
FROM (SELECT newest.* FROM (SELECT r.refresh_id, r.action, r.status, r.initiated_by, r.data_timestamp, r.start_time,
r.end_time, r.rows_inserted, r.rows_deleted, r.error_message, ${d.ifColumn('refresh_history', 'rows_updated', 'r.rows_updated')} AS rows_updated,
${d.ifColumn('refresh_history', 'refresh_reason', 'r.refresh_reason')} AS refresh_reason FROM ${d.schema}.${d.prefix}refresh_history r
WHERE r.${d.prefix}id ${EQUALS} s.${d.prefix}id ORDER BY r.data_timestamp DESC
LIMIT $3::pg_catalog.text::bigint OPERATOR(pg_catalog.+) ${EQUAL_TIMESTAMPS}) newest
ORDER BY newest.data_timestamp DESC, newest.refresh_id DESC LIMIT $3::pg_catalog.text::bigint) h)::pg_catalog.text AS pgstream
${fromNamed(d)}`,
);

/** See {@link StreamTable.history}. */
export async function history(
  context: Context,
  name: QualifiedName,
  { limit = 20 }: HistoryOptions = {},
): Promise<RefreshRecord[]> {
  if (!Number.isSafeInteger(limit) || limit < 0) {
    throw new PgStreamError('INVALID_ARGUMENT', 'limit must be a whole number, 0 or more.', {
      schema: name.schema,
      table: name.name,
      operation: 'read',
    });
  }
  const records = await ask(context, HISTORY, name, { params: [String(limit)], reads: ['refresh_history'] });
  return records.map(decode);
}

function decode(wire: Wire): RefreshRecord {
  return {
    ...wire,
    dataTimestamp: instant(wire.dataTimestamp),
    startedAt: instant(wire.startedAt),
    endedAt: instant(wire.endedAt),
  };
}
