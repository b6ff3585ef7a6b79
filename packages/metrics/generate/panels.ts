import { TABLE } from './alerts.ts';

/** What a panel shows, and how. */
export interface Shown {
  readonly title: string;
  readonly kind: 'stat' | 'timeseries' | 'table';
  /** PromQL, and what its series are called. */
  readonly queries: readonly { readonly expr: string; readonly legend: string }[];
  /** As Grafana calls it. */
  readonly unit: string;
  readonly description: string;
  /** From which value on it is yellow, and red. */
  readonly thresholds?: { readonly warning?: number; readonly critical?: number };
  /** Words for values. */
  readonly words?: Readonly<Record<string, string>>;
  /** Of 24. */
  readonly width: number;
  /** Labels that are no columns of a table. */
  readonly without?: readonly string[];
}

/** A row of panels. */
export interface Shelf {
  readonly title: string;
  readonly panels: readonly Shown[];
}

const ALL = 'job=~"$job",database=~"$database"';
const ONE = `${ALL},schema="$schema",name="$table"`;
const NAME = '{{schema}}.{{name}}';
const OF_TARGET = ['Time', '__name__', 'job', 'instance', 'server', 'database', 'Value'];

const AGE = `time() - pgstream_last_refresh_timestamp_seconds{${ALL}}`;

/** The five rows. Metrics are the same whichever way they came, so is the dashboard. */
export const SHELVES: readonly Shelf[] = [
  {
    title: 'Overview',
    panels: [
      {
        title: 'Metrics',
        kind: 'stat',
        queries: [{ expr: 'min(pgstream_up{job=~"$job"} or pg_up{job=~"$job"})', legend: 'read' }],
        unit: 'none',
        words: { '0': 'cannot be read', '1': 'are read' },
        thresholds: { warning: 1 },
        description: 'Whether the databases can be read: by a collector (pgstream_up) or postgres_exporter (pg_up).',
        width: 4,
      },
      {
        title: 'Scheduler',
        kind: 'stat',
        queries: [{ expr: `min(pgstream_scheduler_running{${ALL}})`, legend: 'scheduler' }],
        unit: 'none',
        words: { '0': 'missing', '1': 'running' },
        thresholds: { warning: 1 },
        description: "Whether the extension's scheduler works for each of the databases.",
        width: 4,
      },
      {
        title: 'Stream tables',
        kind: 'stat',
        queries: [{ expr: `count(pgstream_table_info{${ALL}})`, legend: 'stream tables' }],
        unit: 'none',
        description: 'How many there are.',
        width: 4,
      },
      {
        title: 'Stale',
        kind: 'stat',
        queries: [{ expr: `count(pgstream_stale{${ALL}} == 1) or vector(0)`, legend: 'stale' }],
        unit: 'none',
        thresholds: { warning: 1 },
        description: 'How many are older than their schedule allows, or were never filled.',
        width: 4,
      },
      {
        title: 'Failing',
        kind: 'stat',
        queries: [{ expr: `count(pgstream_consecutive_errors{${ALL}} > 0) or vector(0)`, legend: 'failing' }],
        unit: 'none',
        thresholds: { warning: 1 },
        description: 'How many have failed since they were refreshed last.',
        width: 4,
      },
      {
        title: 'Not active',
        kind: 'stat',
        queries: [{ expr: `count(pgstream_table_info{${ALL},status!="ACTIVE"}) or vector(0)`, legend: 'not active' }],
        unit: 'none',
        thresholds: { warning: 1, critical: 1 },
        description: 'How many are suspended, in error, or wait for their first refresh.',
        width: 4,
      },
      {
        title: 'All stream tables, by the age of their last refresh',
        kind: 'table',
        queries: [
          {
            expr: `sort_desc((${AGE}) * on (${TABLE}) group_left (status, refresh_mode, schedule) pgstream_table_info{${ALL}})`,
            legend: NAME,
          },
        ],
        unit: 's',
        description: 'Those that were never refreshed are not in it.',
        width: 24,
        without: ['Time', 'instance', 'job', 'server'],
      },
    ],
  },
  {
    title: 'Refresh performance',
    panels: [
      {
        title: 'Recorded refreshes',
        kind: 'timeseries',
        queries: [{ expr: `rate(pgstream_refreshes_total{${ALL}}[$__rate_interval]) * 60`, legend: NAME }],
        unit: 'cpm',
        description: 'In a minute. On pg_stream these are those of the scheduler alone.',
        width: 12,
      },
      {
        title: 'Failed refreshes',
        kind: 'timeseries',
        queries: [{ expr: `increase(pgstream_refreshes_failed_total{${ALL}}[$__rate_interval])`, legend: NAME }],
        unit: 'short',
        thresholds: { critical: 1 },
        description: 'As far as they are recorded: on pg_stream those that PostgreSQL ends with an error are not.',
        width: 12,
      },
      {
        title: 'Rows inserted and deleted',
        kind: 'timeseries',
        queries: [
          { expr: `rate(pgstream_rows_inserted_total{${ALL}}[$__rate_interval])`, legend: `${NAME} inserted` },
          { expr: `-rate(pgstream_rows_deleted_total{${ALL}}[$__rate_interval])`, legend: `${NAME} deleted` },
        ],
        unit: 'rowsps',
        description: 'As the extension counts them, which is not reliable.',
        width: 12,
      },
      {
        title: 'Average duration of a refresh',
        kind: 'timeseries',
        queries: [{ expr: `pgstream_avg_refresh_duration_seconds{${ALL}}`, legend: NAME }],
        unit: 's',
        description:
          'Of all that are recorded. The extension takes start and end from one transaction, so that it is 0 for many.',
        width: 12,
      },
    ],
  },
  {
    title: 'Staleness',
    panels: [
      {
        title: 'Age of the data',
        kind: 'timeseries',
        queries: [{ expr: `pgstream_staleness_seconds{${ALL}}`, legend: NAME }],
        unit: 's',
        description: 'Since the data timestamp. On pg_trickle it grows while a stream table has nothing to take in.',
        width: 12,
      },
      {
        title: 'Age of the last refresh, in schedules',
        kind: 'timeseries',
        queries: [{ expr: `(${AGE}) / on (${TABLE}) pgstream_schedule_seconds{${ALL}}`, legend: NAME }],
        unit: 'short',
        thresholds: { warning: 1, critical: 2 },
        description: '1 is what the schedule allows; the alert is at 2. Only of those whose schedule is a duration.',
        width: 12,
      },
      {
        title: 'Stale or not',
        kind: 'timeseries',
        queries: [{ expr: `pgstream_stale{${ALL}}`, legend: NAME }],
        unit: 'bool_yes_no',
        thresholds: { warning: 1 },
        description: "The extension's own verdict, and what was never filled.",
        width: 24,
      },
    ],
  },
  {
    title: 'CDC health',
    panels: [
      {
        title: 'Sources, by how their changes are captured',
        kind: 'timeseries',
        queries: [{ expr: `count by (cdc_mode) (pgstream_cdc_mode{${ALL}})`, legend: '{{cdc_mode}}' }],
        unit: 'short',
        description: 'TRIGGER, WAL, or between them.',
        width: 8,
      },
      {
        title: 'Log that slots retain',
        kind: 'timeseries',
        queries: [{ expr: `pgstream_cdc_lag_bytes{${ALL}}`, legend: '{{source_schema}}.{{source_name}}' }],
        unit: 'bytes',
        thresholds: { warning: 536_870_912, critical: 1_073_741_824 },
        description: 'How far the capture of a source is behind. There is none while triggers capture.',
        width: 8,
      },
      {
        title: 'Sources with an alert',
        kind: 'table',
        queries: [
          {
            expr: `pgstream_cdc_alert_info{${ALL}}`,
            legend: '{{source_schema}}.{{source_name}}',
          },
        ],
        unit: 'none',
        thresholds: { critical: 1 },
        description: 'What the extension reports of how the changes of a source are captured.',
        width: 8,
        without: OF_TARGET,
      },
    ],
  },
  {
    title: 'One stream table: $schema.$table',
    panels: [
      {
        title: 'What it is',
        kind: 'table',
        queries: [{ expr: `pgstream_table_info{${ONE}}`, legend: NAME }],
        unit: 'none',
        description: 'Status, refresh mode and schedule.',
        width: 10,
        without: OF_TARGET,
      },
      {
        title: 'Last refresh',
        kind: 'stat',
        queries: [
          { expr: `time() - pgstream_last_refresh_timestamp_seconds{${ONE}}`, legend: 'ago' },
          { expr: `pgstream_schedule_seconds{${ONE}}`, legend: 'schedule' },
        ],
        unit: 's',
        description: 'How long ago it began, by hand or by the scheduler; and what the schedule allows.',
        width: 7,
      },
      {
        title: 'Errors since the last good refresh',
        kind: 'stat',
        queries: [{ expr: `pgstream_consecutive_errors{${ONE}}`, legend: 'errors' }],
        unit: 'none',
        thresholds: { warning: 1, critical: 3 },
        description: 'As far as the extension counts them.',
        width: 7,
      },
      {
        title: 'Age, and what the schedule allows',
        kind: 'timeseries',
        queries: [
          { expr: `pgstream_staleness_seconds{${ONE}}`, legend: 'age of the data' },
          { expr: `pgstream_schedule_seconds{${ONE}}`, legend: 'schedule' },
        ],
        unit: 's',
        description: 'Since the data timestamp.',
        width: 12,
      },
      {
        title: 'Refreshes, and rows that they inserted and deleted',
        kind: 'timeseries',
        queries: [
          { expr: `increase(pgstream_refreshes_successful_total{${ONE}}[$__rate_interval])`, legend: 'good' },
          { expr: `increase(pgstream_refreshes_failed_total{${ONE}}[$__rate_interval])`, legend: 'failed' },
          { expr: `increase(pgstream_rows_inserted_total{${ONE}}[$__rate_interval])`, legend: 'rows inserted' },
          { expr: `increase(pgstream_rows_deleted_total{${ONE}}[$__rate_interval])`, legend: 'rows deleted' },
        ],
        unit: 'short',
        description: 'As far as they are recorded.',
        width: 12,
      },
    ],
  },
];
