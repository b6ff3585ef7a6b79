import { createContext, run } from '../context/index.ts';
import { EQUALS, statement, type Dialect, type DialectName } from '../dialect/index.ts';
import { PgStreamError } from '../errors/index.ts';
import type { SqlExecutor } from '../executor/index.ts';
import * as relations from './relations.ts';

/** What records of refreshes add up to. */
export interface RefreshCounts {
  readonly refreshes: number;
  readonly successful: number;
  readonly failed: number;
  /** As the extension counts, which is not reliable (contract A.2). */
  readonly rowsInserted: number;
  readonly rowsDeleted: number;
  /** How many of them have an end, and how long these took together. */
  readonly timed: number;
  readonly durationSeconds: number;
}

/** How it is with one stream table. */
export interface StreamTableReading {
  readonly schema: string;
  readonly name: string;
  /** The extension's number for it; one that is dropped and created again has another. */
  readonly id: string;
  readonly status: string;
  readonly refreshMode: string;
  /** The extension's text; empty for a calculated one. */
  readonly schedule: string;
  /** The age that it may reach; null where its schedule gives no bound (cron, calculated). */
  readonly scheduleSeconds: number | null;
  /** As isStale(): null where there is no bound. */
  readonly stale: boolean | null;
  /** Since the data timestamp, by the server's clock; null if it was never filled. */
  readonly stalenessSeconds: number | null;
  /** When its last refresh began, in seconds of the epoch; null if there was none. Refreshes by hand are in, everywhere. */
  readonly lastRefreshTimestampSeconds: number | null;
  readonly consecutiveErrors: number;
  readonly isPopulated: boolean;
  /** Of the records after {@link HistoryRange.after} and up to {@link HistoryRange.upTo}. */
  readonly settled: RefreshCounts;
  /** Of the later ones. */
  readonly recent: RefreshCounts;
}

/** How the changes of one source are captured. */
export interface SourceReading {
  /** Empty if it is gone; its name is `oid:` and its number then. */
  readonly sourceSchema: string;
  readonly sourceName: string;
  readonly cdcMode: string;
  /** Null while triggers capture. */
  readonly lagBytes: number | null;
  /** The kind of what is wrong, say `replication_slot_missing`; null if nothing is. */
  readonly alert: string | null;
}

/** All that one statement saw. */
export interface MetricsReading {
  readonly database: string;
  readonly extension: { readonly name: string; readonly version: string };
  /** Another one once the extension was dropped and created again: numbers of records begin anew then. */
  readonly installation: string;
  /** Whether the extension's scheduler works for this database; null where the role, or a replica, does not see it. */
  readonly schedulerRunning: boolean | null;
  /**
   * The newest record of the history, by the extension's ascending number; null where there is none. An older one than before
   * where pg_trickle has deleted those of a stream table that was dropped.
   */
  readonly lastRecord: string | null;
  readonly streamTables: readonly StreamTableReading[];
  readonly sources: readonly SourceReading[];
}

/**
 * Which records of the refresh history to count. The extension prunes it at its old end, so whoever keeps what was counted
 * need not count it again. Numbers of records, as text.
 */
export interface HistoryRange {
  /** Nothing up to this one. Default: `0`, all. */
  readonly after?: string | undefined;
  /** Those up to this one are `settled`, and what is later `recent`. Default: that of `after`. */
  readonly upTo?: string | undefined;
}

/** What is asked, and of which extension. */
export interface ReadMetricsOptions {
  /** As that of createPgStream(). */
  readonly dialect?: DialectName | undefined;
  readonly history?: HistoryRange | undefined;
}

type Counts = readonly [
  refreshes: number,
  successful: number,
  failed: number,
  rowsInserted: number,
  rowsDeleted: number,
  timed: number,
  durationSeconds: number,
];

type StreamTableWire = Omit<StreamTableReading, 'stale' | 'isPopulated' | 'settled' | 'recent'> & {
  readonly stale: 0 | 1 | null;
  readonly isPopulated: 0 | 1;
  readonly settled: Counts | null;
  readonly recent: Counts | null;
};

type Wire = Omit<MetricsReading, 'schedulerRunning' | 'streamTables' | 'sources'> & {
  readonly schedulerRunning: 0 | 1 | null;
  readonly streamTables: readonly StreamTableWire[];
  readonly sources: readonly (Omit<SourceReading, 'alert'> & { readonly alert: string })[];
};

const [AFTER, UP_TO] = ['$1::pg_catalog.text::bigint', '$2::pg_catalog.text::bigint'];

const counts = (of: string): string =>
  `CASE WHEN ${of}.id IS NOT NULL THEN pg_catalog.json_build_array(${relations.COUNTS.map((name) => `${of}.${name}`).join(', ')}) END`;

/** The primary key of the history finds the records of a range. */
const between = (d: Dialect, from: string, to?: string): string =>
  relations.refreshes(
    d,
    ` WHERE h.refresh_id OPERATOR(pg_catalog.>) ${from}${to === undefined ? '' : ` AND h.refresh_id OPERATOR(pg_catalog.<=) ${to}`}`,
  );

const READING = statement<Wire>(
  (d, now) => `SELECT pg_catalog.json_build_object('database', v.database,
'extension', pg_catalog.json_build_object('name', v.extension, 'version', v.version),
'installation', v.installation::pg_catalog.text, 'schedulerRunning', v.scheduler_running,
'lastRecord', (SELECT pg_catalog.max(h.refresh_id)::pg_catalog.text FROM ${d.schema}.${d.prefix}refresh_history h),
'streamTables', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('schema', t.schema, 'name', t.name,
'id', t.id::pg_catalog.text, 'status', t.status, 'refreshMode', t.refresh_mode, 'schedule', t.schedule,
'scheduleSeconds', t.schedule_seconds, 'stale', t.stale, 'stalenessSeconds', t.staleness_seconds,
'lastRefreshTimestampSeconds', t.last_refresh_timestamp_seconds, 'consecutiveErrors', t.consecutive_errors,
'isPopulated', t.is_populated, 'settled', ${counts('settled')}, 'recent', ${counts('recent')}) ORDER BY t.schema, t.name), '[]')
FROM (${relations.streamTables(d, now)}) t
LEFT JOIN (${between(d, AFTER, UP_TO)}) settled ON settled.id ${EQUALS} t.id
LEFT JOIN (${between(d, UP_TO)}) recent ON recent.id ${EQUALS} t.id),
'sources', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('sourceSchema', c.source_schema,
'sourceName', c.source_name, 'cdcMode', c.cdc_mode, 'lagBytes', c.lag_bytes, 'alert', c.alert)
ORDER BY c.source_schema, c.source_name), '[]') FROM (${relations.sources(d)}) c))::pg_catalog.text AS pgstream
FROM (${relations.server(d)}) v`,
);

/**
 * All that metrics are made of, by one statement: how it is with each stream table, what its recorded refreshes add up to,
 * how the changes of sources are captured, and whether the extension's scheduler works. (Which extension there is has been
 * asked once before, for each pool.)
 *
 * It needs what {@link metricsRoleSql} grants. Throws EXTENSION_MISSING, PERMISSION_DENIED, CONNECTION, and INVALID_ARGUMENT
 * for a range that is none.
 */
export async function readMetrics(executor: SqlExecutor, options: ReadMetricsOptions = {}): Promise<MetricsReading> {
  const { dialect, history: { after = '0', upTo = after } = {} } = options;
  for (const record of [after, upTo]) {
    if (/^\d{1,19}$/.test(record)) continue;
    throw new PgStreamError('INVALID_ARGUMENT', 'Records of the history are numbers as text: lastRecord gives one.');
  }
  const [wire] = await run(createContext(executor, 'public', dialect), READING, [after, upTo], {
    operation: 'read',
    reads: 'all',
  });
  if (wire === undefined) throw new PgStreamError('EXTENSION_MISSING', 'The extension was dropped meanwhile.');
  return {
    ...wire,
    schedulerRunning: truth(wire.schedulerRunning),
    streamTables: wire.streamTables.map((table) => ({
      ...table,
      stale: truth(table.stale),
      isPopulated: table.isPopulated === 1,
      settled: decode(table.settled),
      recent: decode(table.recent),
    })),
    sources: wire.sources.map((source) => ({ ...source, alert: source.alert === '' ? null : source.alert })),
  };
}

function truth(bit: 0 | 1 | null): boolean | null {
  return bit === null ? null : bit === 1;
}

function decode(wire: Counts | null): RefreshCounts {
  const [refreshes, successful, failed, rowsInserted, rowsDeleted, timed, durationSeconds] = wire ?? [
    0, 0, 0, 0, 0, 0, 0,
  ];
  return { refreshes, successful, failed, rowsInserted, rowsDeleted, timed, durationSeconds };
}
