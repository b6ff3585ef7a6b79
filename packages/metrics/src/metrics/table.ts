import type { Rows, Scrape } from '../reader/index.ts';

/** What a metric is of: there is a value for each of them. */
type Subject = keyof Rows;
type Row<S extends Subject> = Rows[S][number];

/** A label: how it is read from a row, and from a column of the SELECT. */
interface Label<S extends Subject> {
  readonly name: string;
  readonly value: (row: Row<S>) => string;
  readonly column: string;
}

/** One metric. All that has metrics in it is made of these: the collectors, the files of postgres_exporter, the README. */
export interface Metric<S extends Subject = Subject> {
  /** Without `pgstream_`. */
  readonly name: string;
  readonly kind: 'counter' | 'gauge';
  readonly help: string;
  readonly of: S;
  readonly labels: readonly Label<S>[];
  /** Null where there is none: then the metric has no such series. */
  readonly value: (row: Row<S>) => number | null;
  /** Its name and unit in the convention of OpenTelemetry; null for what is there in another unit. */
  readonly otel: { readonly name: string; readonly unit: string } | null;
  /** The same for a program that reads columns. */
  readonly sql: {
    readonly from: 'streamTables' | 'refreshes' | 'sources' | 'server';
    /** Of the SELECT's columns, as `r`. */
    readonly value: string;
    /** postgres_exporter calls a metric by its query and column: how much of the name is the query's. */
    readonly query: string;
    /** Which rows have a value; all, if left out. */
    readonly where?: string;
  };
  /** Where the number comes from, for the README. */
  readonly source: string;
}

const DATABASE = { name: 'database', value: ({ database }: { database: string }) => database, column: 'r.database' };

const OF_STREAM_TABLE: readonly Label<'streamTable'>[] = [
  DATABASE,
  { name: 'schema', value: ({ schema }) => schema, column: 'r.schema' },
  { name: 'name', value: ({ name }) => name, column: 'r.name' },
];

const OF_SOURCE: readonly Label<'source'>[] = [
  DATABASE,
  { name: 'source_schema', value: ({ sourceSchema }) => sourceSchema, column: 'r.source_schema' },
  { name: 'source_name', value: ({ sourceName }) => sourceName, column: 'r.source_name' },
];

const MODE: Label<'source'> = { name: 'cdc_mode', value: ({ cdcMode }) => cdcMode, column: 'r.cdc_mode' };

/** What the table below leaves out: every metric of stream tables has the same labels. */
type Short<S extends Subject> = Omit<Metric<S>, 'of' | 'labels'> & { readonly labels?: readonly Label<S>[] };

const ofStreamTables: readonly Short<'streamTable'>[] = [
  {
    name: 'refreshes_total',
    kind: 'counter',
    help: 'Recorded refreshes of the stream table',
    value: ({ counts }) => counts.refreshes,
    otel: { name: 'pgstream.refreshes', unit: '{refresh}' },
    sql: { from: 'refreshes', query: 'refreshes', value: 'r.refreshes' },
    source: 'refresh history',
  },
  {
    name: 'refreshes_successful_total',
    kind: 'counter',
    help: 'Recorded refreshes that were completed',
    value: ({ counts }) => counts.successful,
    otel: { name: 'pgstream.refreshes.successful', unit: '{refresh}' },
    sql: { from: 'refreshes', query: 'refreshes', value: 'r.successful' },
    source: 'refresh history',
  },
  {
    name: 'refreshes_failed_total',
    kind: 'counter',
    help: 'Recorded refreshes that failed',
    value: ({ counts }) => counts.failed,
    otel: { name: 'pgstream.refreshes.failed', unit: '{refresh}' },
    sql: { from: 'refreshes', query: 'refreshes', value: 'r.failed' },
    source: 'refresh history',
  },
  {
    name: 'rows_inserted_total',
    kind: 'counter',
    help: 'Rows that recorded refreshes inserted, as the extension counts them',
    value: ({ counts }) => counts.rowsInserted,
    otel: { name: 'pgstream.rows.inserted', unit: '{row}' },
    sql: { from: 'refreshes', query: 'rows', value: 'r.rows_inserted' },
    source: 'refresh history',
  },
  {
    name: 'rows_deleted_total',
    kind: 'counter',
    help: 'Rows that recorded refreshes deleted, as the extension counts them',
    value: ({ counts }) => counts.rowsDeleted,
    otel: { name: 'pgstream.rows.deleted', unit: '{row}' },
    sql: { from: 'refreshes', query: 'rows', value: 'r.rows_deleted' },
    source: 'refresh history',
  },
  {
    name: 'avg_refresh_duration_ms',
    kind: 'gauge',
    help: 'Average time from start to end of recorded refreshes, in milliseconds',
    value: ({ counts: { timed, durationSeconds } }) => (timed > 0 ? (durationSeconds / timed) * 1000 : null),
    otel: null,
    sql: {
      from: 'refreshes',
      query: 'avg_refresh_duration',
      value: 'r.duration_seconds / r.timed * 1000',
      where: 'r.timed > 0',
    },
    source: 'refresh history',
  },
  {
    name: 'avg_refresh_duration_seconds',
    kind: 'gauge',
    help: 'Average time from start to end of recorded refreshes, in seconds',
    value: ({ counts: { timed, durationSeconds } }) => (timed > 0 ? durationSeconds / timed : null),
    otel: { name: 'pgstream.avg_refresh_duration', unit: 's' },
    sql: {
      from: 'refreshes',
      query: 'avg_refresh_duration',
      value: 'r.duration_seconds / r.timed',
      where: 'r.timed > 0',
    },
    source: 'refresh history',
  },
  {
    name: 'staleness_seconds',
    kind: 'gauge',
    help: 'Age of the data: since the data timestamp, by the clock of the database',
    value: ({ stalenessSeconds }) => stalenessSeconds,
    otel: { name: 'pgstream.staleness', unit: 's' },
    sql: {
      from: 'streamTables',
      query: 'staleness',
      value: 'r.staleness_seconds',
      where: 'r.staleness_seconds IS NOT NULL',
    },
    source: 'catalog',
  },
  {
    name: 'stale',
    kind: 'gauge',
    help: 'Whether it is older than its schedule allows, or was never filled; absent where the schedule is no bound',
    value: ({ stale }) => (stale === null ? null : Number(stale)),
    otel: { name: 'pgstream.stale', unit: '' },
    sql: { from: 'streamTables', query: '', value: 'r.stale', where: 'r.stale IS NOT NULL' },
    source: 'catalog',
  },
  {
    name: 'schedule_seconds',
    kind: 'gauge',
    help: 'The age that it may reach by its schedule; absent where that is no bound (cron, calculated)',
    value: ({ scheduleSeconds }) => scheduleSeconds,
    otel: { name: 'pgstream.schedule', unit: 's' },
    sql: {
      from: 'streamTables',
      query: 'schedule',
      value: 'r.schedule_seconds',
      where: 'r.schedule_seconds IS NOT NULL',
    },
    source: 'catalog',
  },
  {
    name: 'last_refresh_timestamp_seconds',
    kind: 'gauge',
    help: 'When its last refresh began, by hand or by the scheduler; absent if there was none',
    value: ({ lastRefreshTimestampSeconds }) => lastRefreshTimestampSeconds,
    otel: { name: 'pgstream.last_refresh_timestamp', unit: 's' },
    sql: {
      from: 'streamTables',
      query: 'last_refresh_timestamp',
      value: 'r.last_refresh_timestamp_seconds',
      where: 'r.last_refresh_timestamp_seconds IS NOT NULL',
    },
    source: 'catalog',
  },
  {
    name: 'consecutive_errors',
    kind: 'gauge',
    help: 'Failed refreshes since the last good one, as far as the extension counts them',
    value: ({ consecutiveErrors }) => consecutiveErrors,
    otel: { name: 'pgstream.consecutive_errors', unit: '{error}' },
    sql: { from: 'streamTables', query: 'consecutive', value: 'r.consecutive_errors' },
    source: 'catalog',
  },
  {
    name: 'is_populated',
    kind: 'gauge',
    help: 'Whether it was ever filled',
    value: ({ isPopulated }) => Number(isPopulated),
    otel: { name: 'pgstream.is_populated', unit: '' },
    sql: { from: 'streamTables', query: 'is', value: 'r.is_populated' },
    source: 'catalog',
  },
  {
    name: 'table_info',
    kind: 'gauge',
    help: 'Status, refresh mode and schedule of the stream table, as labels; always 1',
    labels: [
      { name: 'status', value: ({ status }) => status, column: 'r.status' },
      { name: 'refresh_mode', value: ({ refreshMode }) => refreshMode, column: 'r.refresh_mode' },
      { name: 'schedule', value: ({ schedule }) => schedule, column: 'r.schedule' },
    ],
    value: () => 1,
    otel: { name: 'pgstream.table_info', unit: '' },
    sql: { from: 'streamTables', query: 'table', value: '1' },
    source: 'catalog',
  },
];

const ofSources: readonly Short<'source'>[] = [
  {
    name: 'cdc_mode',
    kind: 'gauge',
    help: 'How the changes of the source are captured, as a label (TRIGGER, TRANSITIONING, WAL); always 1',
    labels: [MODE],
    value: () => 1,
    otel: { name: 'pgstream.cdc_mode', unit: '' },
    sql: { from: 'sources', query: 'cdc', value: '1' },
    source: '`check_cdc_health()`',
  },
  {
    name: 'cdc_alert',
    kind: 'gauge',
    help: 'Whether the extension reports something wrong with how the changes of the source are captured',
    labels: [MODE],
    value: ({ alert }) => Number(alert !== null),
    otel: { name: 'pgstream.cdc_alert', unit: '' },
    sql: { from: 'sources', query: 'cdc', value: `(r.alert <> '')::int` },
    source: '`check_cdc_health()`',
  },
  {
    name: 'cdc_alert_info',
    kind: 'gauge',
    help: 'What it reports, as a label; 1, and absent where nothing is wrong',
    labels: [MODE, { name: 'alert', value: ({ alert }) => alert ?? '', column: 'r.alert' }],
    value: ({ alert }) => (alert === null ? null : 1),
    otel: { name: 'pgstream.cdc_alert_info', unit: '' },
    sql: { from: 'sources', query: 'cdc_alert', value: '1', where: `r.alert <> ''` },
    source: '`check_cdc_health()`',
  },
  {
    name: 'cdc_lag_bytes',
    kind: 'gauge',
    help: 'How far the capture of the source is behind the log; absent while triggers capture',
    value: ({ lagBytes }) => lagBytes,
    otel: { name: 'pgstream.cdc_lag', unit: 'By' },
    sql: { from: 'sources', query: 'cdc_lag', value: 'r.lag_bytes', where: 'r.lag_bytes IS NOT NULL' },
    source: '`check_cdc_health()`',
  },
];

const ofServer: readonly Short<'server'>[] = [
  {
    name: 'scheduler_running',
    kind: 'gauge',
    help: "Whether the extension's scheduler works for this database; absent where that is not to be seen",
    value: ({ schedulerRunning }) => (schedulerRunning === null ? null : Number(schedulerRunning)),
    otel: { name: 'pgstream.scheduler_running', unit: '' },
    sql: {
      from: 'server',
      query: 'scheduler',
      value: 'r.scheduler_running',
      where: 'r.scheduler_running IS NOT NULL',
    },
    source: '`pg_stat_activity`',
  },
  {
    name: 'extension_info',
    kind: 'gauge',
    help: 'The extension and its version, as labels; always 1',
    labels: [
      { name: 'extension', value: ({ extension }) => extension.name, column: 'r.extension' },
      { name: 'version', value: ({ extension }) => extension.version, column: 'r.version' },
    ],
    value: () => 1,
    otel: { name: 'pgstream.extension_info', unit: '' },
    sql: { from: 'server', query: 'extension', value: '1' },
    source: '`pg_extension`',
  },
];

/** Every metric of the database. */
export const METRICS: readonly Metric[] = [
  ...complete('streamTable', OF_STREAM_TABLE, ofStreamTables),
  ...complete('source', OF_SOURCE, ofSources),
  ...complete('server', [DATABASE], ofServer),
];

function complete<S extends Subject>(of: S, common: readonly Label<S>[], metrics: readonly Short<S>[]): Metric[] {
  return metrics.map((metric) => {
    const completed: Metric<S> = { ...metric, of, labels: [...common, ...(metric.labels ?? [])] };
    // Rows are only ever given to the metrics of their own subject: see seriesOf().
    return completed as unknown as Metric;
  });
}

/** One number of a metric, and what it is of. */
interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The series that a metric has by the rows that were read. */
function seriesOf(metric: Metric, rows: Rows): Series[] {
  const labelled: readonly Rows[Subject][number][] = rows[metric.of];
  const read = metric as unknown as Metric<'streamTable'>;
  return (labelled as Rows['streamTable']).flatMap((row) => {
    const value = read.value(row);
    if (value === null) return [];
    return [{ labels: Object.fromEntries(read.labels.map((label) => [label.name, label.value(row)])), value }];
  });
}

/** A metric of the scrape itself, and not of the database. */
export interface ScrapeMetric extends Pick<Metric, 'name' | 'kind' | 'help' | 'otel'> {
  readonly labels: readonly { readonly name: string }[];
  readonly series: (scrape: Scrape) => Series[];
}

export const SCRAPE_METRICS: readonly ScrapeMetric[] = [
  {
    name: 'up',
    kind: 'gauge',
    help: 'Whether the database could be read',
    labels: [],
    series: ({ error }) => [{ labels: {}, value: error === null ? 1 : 0 }],
    otel: { name: 'pgstream.up', unit: '' },
  },
  {
    name: 'scrape_errors_total',
    kind: 'counter',
    help: 'Times that it could not be read, by the code of the error',
    labels: [{ name: 'code' }],
    series: ({ failures }) => [...failures].map(([code, value]) => ({ labels: { code }, value })),
    otel: { name: 'pgstream.scrape_errors', unit: '{error}' },
  },
  {
    name: 'scrape_duration_seconds',
    kind: 'gauge',
    help: 'How long the last reading took',
    labels: [],
    series: ({ durationSeconds }) => [{ labels: {}, value: durationSeconds }],
    otel: { name: 'pgstream.scrape_duration', unit: 's' },
  },
];

/** All that a collector has, by what a scrape found. */
export const COLLECTED: readonly ScrapeMetric[] = [
  ...METRICS.map((metric): ScrapeMetric => ({ ...metric, series: ({ rows }) => seriesOf(metric, rows) })),
  ...SCRAPE_METRICS,
];

/** Begins the name of every metric. */
export const PREFIX = 'pgstream_';
