import { ask, type Context } from '../context/index.ts';
import { epochMs, statement } from '../dialect/index.ts';
import { PgStreamError } from '../errors/index.ts';
import { instant, integer } from '../executor/index.ts';
import type { QualifiedName } from '../name/index.ts';

/**
 * One refresh that the extension has recorded. pg_stream records those of its scheduler only: neither the first fill
 * nor a refresh() appears (contract A.2, "Who writes history").
 */
export interface RefreshRecord {
  readonly id: bigint;
  readonly action: 'NO_DATA' | 'FULL' | 'DIFFERENTIAL' | 'REINITIALIZE' | 'SKIP';
  readonly status: 'RUNNING' | 'COMPLETED' | 'FAILED' | 'SKIPPED';
  /** Null where the extension does not say. */
  readonly initiatedBy: string | null;
  readonly dataTimestamp: Date;
  readonly startedAt: Date;
  /** Null while it runs. Equal to startedAt for most, because the extension takes both from one transaction. */
  readonly endedAt: Date | null;
  /** As the extension counts, which is not reliable; deletions it does not count at all. Null if unknown. */
  readonly rowsInserted: bigint | null;
  readonly rowsDeleted: bigint | null;
  /** What went wrong; null if nothing did. */
  readonly errorMessage: string | null;
}

/** How much of the history. */
export interface HistoryOptions {
  /** At most so many, the newest. Default: 20. */
  readonly limit?: number | undefined;
}

type Wire = Omit<RefreshRecord, 'id' | 'dataTimestamp' | 'startedAt' | 'endedAt' | 'rowsInserted' | 'rowsDeleted'> & {
  readonly id: string;
  readonly dataTimestamp: number;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly rowsInserted: string | null;
  readonly rowsDeleted: string | null;
};

/** From the table and not from get_refresh_history(), which gives no rows for an unknown name and no initiator. */
const HISTORY = statement<readonly Wire[]>(
  (d) => `SELECT (SELECT coalesce(json_agg(json_build_object('id', h.refresh_id::text, 'action', h.action,
'status', h.status, 'initiatedBy', h.initiated_by, 'dataTimestamp', ${epochMs('h.data_timestamp')},
'startedAt', ${epochMs('h.start_time')}, 'endedAt', ${epochMs('h.end_time')},
'rowsInserted', h.rows_inserted::text, 'rowsDeleted', h.rows_deleted::text, 'errorMessage', h.error_message)
ORDER BY h.data_timestamp DESC, h.refresh_id DESC), '[]')
FROM (SELECT r.refresh_id, r.action, r.status, r.initiated_by, r.data_timestamp, r.start_time, r.end_time,
r.rows_inserted, r.rows_deleted, r.error_message FROM ${d.schema}.${d.prefix}refresh_history r WHERE r.${d.prefix}id = s.${d.prefix}id
ORDER BY r.data_timestamp DESC, r.refresh_id DESC LIMIT $3::text::bigint) h)::text AS pgstream
FROM ${d.catalog} s WHERE s.${d.prefix}schema = $1 AND s.${d.prefix}name = $2`,
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
    id: integer(wire.id),
    dataTimestamp: instant(wire.dataTimestamp),
    startedAt: instant(wire.startedAt),
    endedAt: instant(wire.endedAt),
    rowsInserted: integer(wire.rowsInserted),
    rowsDeleted: integer(wire.rowsDeleted),
  };
}
