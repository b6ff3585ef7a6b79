import { ask, run, type Context } from '../context/index.ts';
import { EQUALS, epochMs, floatBits, fromNamed, statement, type Dialect } from '../dialect/index.ts';
import { readSchedule, type RefreshMode, type Schedule } from '../definition/index.ts';
import { float, instant } from '../executor/index.ts';
import { dataAgeMs, targetMs, verdict, verdictColumns, type VerdictWire } from '../freshness/index.ts';
import type { QualifiedName } from '../name/index.ts';

/**
 * `INITIALIZING`: never filled, and not refreshed automatically until it was refreshed once. `ACTIVE`. `SUSPENDED`: by
 * somebody, or after too many errors; not refreshed at all. `ERROR`: a source was dropped. Another release may have more
 * of them: whatever the catalog says is given as it is.
 */
export type StreamTableState = 'INITIALIZING' | 'ACTIVE' | 'SUSPENDED' | 'ERROR' | (string & {});

/** How fresh a stream table is meant to be (contract F.7). */
export interface TargetFreshness {
  /** `INTERVAL`: no older than `everyMs`. `ON_COMMIT`: changed with its sources. `MANUAL`: only by a call. */
  readonly mode: 'INTERVAL' | 'ON_COMMIT' | 'MANUAL' | (string & {});
  /** In milliseconds; null where the mode has none. */
  readonly everyMs: number | null;
}

/** A refresh that failed (contract B.3, F.6). */
export interface StreamTableFailure {
  /** As the extension wrote it. */
  readonly message: string;
  /** The extension's word for the kind, say `LOCK_TIMEOUT`; null if unknown. */
  readonly code: string | null;
  /** Whether trying again may help; null if unknown. */
  readonly retryable: boolean | null;
  /** Null if unknown. */
  readonly at: Date | null;
}

/** Everything the extension's catalog knows about a stream table, at one moment (contract A.2). */
export interface StreamTableStatus {
  readonly schema: string;
  readonly name: string;
  /**
   * The extension's own number for it, as text: a bigint, which JSON has not. A stream table that is dropped and created
   * again has another one.
   */
  readonly id: string;
  /** The oid of its storage table. */
  readonly relationOid: number;
  /** The query as the extension runs it. */
  readonly definingQuery: string;
  /** The query as it was written, where the extension has rewritten it; else null. */
  readonly originalQuery: string | null;
  readonly schedule: Schedule;
  /** How it is refreshed. `IMMEDIATE` exists in pg_trickle only; another release may have more. */
  readonly refreshMode: Exclude<RefreshMode, 'AUTO'> | (string & {});
  /** What was asked for where that may be another mode, say `AUTO`; null where the extension does not keep it. */
  readonly requestedRefreshMode: RefreshMode | (string & {}) | null;
  /** What the last refresh really did, as the extension names it, say `NO_DATA`; null if unknown. */
  readonly effectiveRefreshMode: string | null;
  /** The freshness that was asked for instead of a schedule; null if none was, and where the extension has none. */
  readonly targetFreshness: TargetFreshness | null;
  /**
   * Who refreshes it: `MANAGED` the extension and whoever calls refresh(), `EXTERNAL` a program of your own that keeps the
   * whole graph, and then refresh() is refused. Null where the extension has only the first.
   */
  readonly orchestration: 'MANAGED' | 'EXTERNAL' | (string & {}) | null;
  readonly status: StreamTableState;
  /** Whether it was ever filled. */
  readonly isPopulated: boolean;
  /** Whether a source has changed its columns since; on pg_stream a manual refresh only clears the mark. */
  readonly needsReinit: boolean;
  /** Failed refreshes since the last good one, as far as the extension counts them. */
  readonly consecutiveErrors: number;
  /** What went wrong last, if the extension keeps it; null if nothing did, or if it keeps none of it. */
  readonly lastError: StreamTableFailure | null;
  /**
   * The moment whose data it holds; null if it was never filled. On pg_stream every refresh sets it and lastRefreshAt to
   * the same instant (contract A.5); on pg_trickle it stays where it was when a refresh finds nothing to do (B.3).
   */
  readonly dataTimestamp: Date | null;
  /** When the transaction of the last refresh began; null if there was none. */
  readonly lastRefreshAt: Date | null;
  /** The same as `stalenessMs()`, at this moment. */
  readonly stalenessMs: number | null;
  /** The same as `isStale()`, at this moment: null where the schedule gives no bound. */
  readonly isStale: boolean | null;
  /** The share of changed rows above which an incremental refresh computes everything; null for the server's setting. */
  readonly autoThreshold: number | null;
  /** How long the last full computation took, in milliseconds; null if unknown. */
  readonly lastFullMs: number | null;
  /** Names of the functions in the query; null if unknown. */
  readonly functionsUsed: readonly string[] | null;
  /** Up to where changes of each source were taken in, as the extension writes it; null before the first real refresh. */
  readonly frontier: Readonly<Record<string, unknown>> | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Which stream tables to list; what is left out does not matter. */
export interface StreamTableFilter {
  readonly schema?: string | undefined;
  readonly status?: StreamTableState | undefined;
}

/** The JSON of a status: it holds no Date, and floats as their bits. */
type Wire = Omit<
  StreamTableStatus,
  | 'schedule'
  | 'targetFreshness'
  | 'isStale'
  | 'lastError'
  | 'dataTimestamp'
  | 'lastRefreshAt'
  | 'autoThreshold'
  | 'lastFullMs'
  | 'createdAt'
  | 'updatedAt'
> & {
  readonly schedule: string | null;
  readonly isStale: VerdictWire;
  readonly lastError: (Omit<StreamTableFailure, 'at'> & { readonly at: number | null }) | null;
  readonly autoThreshold: string | null;
  readonly lastFullMs: string | null;
  readonly dataTimestamp: number | null;
  readonly lastRefreshAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
};

/** The table whose columns are selected, as a dialect names it. */
const S = 'stream_tables';

const lastError = (d: Dialect): string =>
  d.ifColumn(
    S,
    'last_error_message',
    `CASE WHEN last_error_message IS NOT NULL THEN pg_catalog.json_build_object('message', last_error_message,
'code', ${d.ifColumn(S, 'last_error_code')}, 'retryable', ${d.ifColumn(S, 'last_error_retryable')},
'at', ${d.ifColumn(S, 'last_error_at', epochMs('last_error_at'))}) END`,
  );

const row = (
  d: Dialect,
  now: string,
): string => `pg_catalog.json_build_object('schema', ${d.prefix}schema, 'name', ${d.prefix}name,
'id', ${d.prefix}id::pg_catalog.text, 'relationOid', ${d.prefix}relid::bigint, 'definingQuery', defining_query,
'originalQuery', original_query, 'schedule', schedule, 'refreshMode', refresh_mode, 'status', status,
'requestedRefreshMode', ${d.ifColumn(S, 'requested_refresh_mode')},
'effectiveRefreshMode', ${d.ifColumn(S, 'effective_refresh_mode')},
'orchestration', ${d.ifColumn(S, 'orchestration_mode')}, 'lastError', ${lastError(d)}, 'isPopulated', is_populated, 'needsReinit', needs_reinit, 'consecutiveErrors', consecutive_errors,
'dataTimestamp', ${epochMs('data_timestamp')}, 'lastRefreshAt', ${epochMs('last_refresh_at')},
'stalenessMs', ${dataAgeMs}, 'isStale', ${verdictColumns(d, now)}, 
'autoThreshold', ${floatBits('auto_threshold')}, 'lastFullMs', ${floatBits('last_full_ms')},
'functionsUsed', functions_used, 'frontier', frontier,
'createdAt', ${epochMs('created_at')}, 'updatedAt', ${epochMs('updated_at')})::pg_catalog.text AS pgstream`;

const STATUS = statement<Wire>((d, now) => `SELECT ${row(d, now)} ${fromNamed(d)}`);

const LIST = statement<Wire>(
  (d, now) => `SELECT ${row(d, now)} FROM ${d.catalog}
WHERE ($1::pg_catalog.text IS NULL OR ${d.prefix}schema ${EQUALS} $1)
AND ($2::pg_catalog.text IS NULL OR status ${EQUALS} $2)
ORDER BY ${d.prefix}schema, ${d.prefix}name`,
);

const EXISTS = statement<boolean>((d) => `SELECT EXISTS (SELECT ${fromNamed(d)})::pg_catalog.text AS pgstream`);

/** See {@link StreamTable.status}. */
export async function status(context: Context, name: QualifiedName): Promise<StreamTableStatus> {
  return decode(await ask(context, STATUS, name));
}

/** See {@link PgStream.list}. */
export async function list(context: Context, filter: StreamTableFilter = {}): Promise<StreamTableStatus[]> {
  const rows = await run(context, LIST, [filter.schema ?? null, filter.status ?? null], { operation: 'read' });
  return rows.map(decode);
}

/** See {@link StreamTable.exists}. */
export function exists(context: Context, name: QualifiedName): Promise<boolean> {
  return ask(context, EXISTS, name);
}

function decode(wire: Wire): StreamTableStatus {
  const [, , , ...target] = wire.isStale;
  const [mode = null] = target;
  return {
    ...wire,
    schedule: readSchedule(wire.schedule),
    targetFreshness: mode === null ? null : { mode, everyMs: targetMs(target) },
    isStale: verdict(wire.isStale),
    lastError: wire.lastError && { ...wire.lastError, at: instant(wire.lastError.at) },
    autoThreshold: float(wire.autoThreshold),
    lastFullMs: float(wire.lastFullMs),
    dataTimestamp: instant(wire.dataTimestamp),
    lastRefreshAt: instant(wire.lastRefreshAt),
    createdAt: instant(wire.createdAt),
    updatedAt: instant(wire.updatedAt),
  };
}
