import { stringify } from 'yaml';

interface Alert {
  readonly name: string;
  /** PromQL. */
  readonly expr: string;
  readonly for: string;
  readonly severity: 'warning' | 'critical';
  readonly summary: string;
  readonly description: string;
  /** In words, for the README. */
  readonly when: string;
}

/** What tells two scraped stream tables apart, whichever way they came: the exporter adds `server`. */
const TARGET = 'job, instance, server, database';
export const TABLE = `${TARGET}, schema, name`;

/** Only where the extension is to refresh it. */
const ACTIVE = `and on (${TABLE}) pgstream_table_info{status="ACTIVE"}`;
const AGE = 'time() - pgstream_last_refresh_timestamp_seconds';

const IT = '{{ $labels.schema }}.{{ $labels.name }} of {{ $labels.database }}';

/**
 * Thresholds from the schedule where there is one. All expressions are on gauges of the catalog: counters of postgres_exporter
 * go down when a history is pruned.
 */
export const ALERTS: readonly Alert[] = [
  {
    name: 'PgStreamDown',
    expr: 'pgstream_up == 0 or pg_up == 0 or up{job=~"pgstream.*"} == 0',
    for: '2m',
    severity: 'critical',
    summary: 'The metrics of stream tables cannot be read ({{ $labels.instance }})',
    description:
      'The exporter or the application does not answer, or cannot read the database. All other alerts are blind meanwhile.',
    when: 'the target does not answer, or says `pgstream_up` 0 (collectors) or `pg_up` 0 (postgres_exporter)',
  },
  {
    name: 'PgStreamStale',
    expr: `(${AGE}) > 2 * pgstream_schedule_seconds + 60 ${ACTIVE}`,
    for: '1m',
    severity: 'warning',
    summary: `Stream table ${IT} is stale`,
    description:
      'Its last refresh is {{ $value | humanizeDuration }} ago, more than twice its schedule. Is the scheduler running, does its refresh fail?',
    when: 'the last refresh is longer ago than twice the schedule and a minute',
  },
  {
    name: 'PgStreamStaleWithoutBound',
    expr: `(${AGE}) > 90000 and on (${TABLE}) pgstream_table_info{status="ACTIVE",schedule=~"@.*|.* .*"}`,
    for: '5m',
    severity: 'warning',
    summary: `Stream table ${IT} was not refreshed for a day`,
    description:
      'Its last refresh is {{ $value | humanizeDuration }} ago. A cron pattern is no bound to judge by: 25 hours are meant for patterns that are due each day.',
    when: 'the schedule is a cron pattern, and the last refresh longer ago than 25 hours: change this for weekly ones',
  },
  {
    name: 'PgStreamNotPopulated',
    expr: 'pgstream_is_populated == 0',
    for: '15m',
    severity: 'warning',
    summary: `Stream table ${IT} was never filled`,
    description: 'Whoever reads it finds no rows, and the scheduler leaves it alone until it is refreshed once.',
    when: 'never filled for 15 minutes',
  },
  {
    name: 'PgStreamFailing',
    expr: 'pgstream_consecutive_errors > 0',
    for: '5m',
    severity: 'warning',
    summary: `Refreshes of ${IT} fail`,
    description:
      'The last {{ $value }} have failed. `pgstream history` shows the errors; after some more the extension suspends it.',
    when: 'the last refreshes have failed, for 5 minutes',
  },
  {
    name: 'PgStreamNotRefreshed',
    expr: 'pgstream_table_info{status=~"SUSPENDED|ERROR"}',
    for: '5m',
    severity: 'critical',
    summary: `Stream table ${IT} is {{ $labels.status }}`,
    description:
      'Nothing refreshes it. SUSPENDED: by somebody, or after too many errors; mend the cause and resume it. ERROR: what it reads was dropped, or its refreshes cannot succeed.',
    when: 'the status is SUSPENDED or ERROR for 5 minutes',
  },
  {
    name: 'PgStreamSchedulerMissing',
    expr: `pgstream_scheduler_running == 0 and on (${TARGET}) count by (${TARGET}) (pgstream_table_info{status="ACTIVE",schedule!=""}) > 0`,
    for: '5m',
    severity: 'critical',
    summary: 'No scheduler refreshes the stream tables of {{ $labels.database }}',
    description:
      'shared_preload_libraries must name the extension, and max_worker_processes be enough for a scheduler in each database.',
    when: 'there are schedules, and no scheduler for 5 minutes',
  },
  {
    name: 'PgStreamSchedulerStandsStill',
    expr: `time() - max by (${TARGET}) (pgstream_last_refresh_timestamp_seconds) > 2 * min by (${TARGET}) (pgstream_schedule_seconds ${ACTIVE}) + 300`,
    for: '1m',
    severity: 'critical',
    summary: 'Nothing refreshes the stream tables of {{ $labels.database }}',
    description:
      'The last refresh of any is {{ $value | humanizeDuration }} ago. On pg_stream 0.1.1 one whose refresh ends with an error of PostgreSQL stops all, and records nothing: `pgstream doctor --try` finds it.',
    when: 'no stream table of the database was refreshed for twice the shortest schedule and 5 minutes',
  },
  {
    name: 'PgStreamCdcLag',
    expr: 'pgstream_cdc_lag_bytes > 536870912',
    for: '5m',
    severity: 'warning',
    summary:
      'The capture of {{ $labels.source_schema }}.{{ $labels.source_name }} is {{ $value | humanize1024 }}B behind',
    description: 'The slot retains that much of the log. At 1 GiB the extension itself gives alarm.',
    when: 'a slot is 512 MiB behind for 5 minutes',
  },
  {
    name: 'PgStreamCdcAlert',
    expr: 'pgstream_cdc_alert_info{alert!="replication_slot_missing"}',
    for: '1m',
    severity: 'warning',
    summary: 'Capture of {{ $labels.source_schema }}.{{ $labels.source_name }}: {{ $labels.alert }}',
    description: 'The extension reports this of how the changes of the source are captured.',
    when: 'the extension reports something wrong with the capture of a source, for a minute',
  },
  {
    name: 'PgStreamCdcSlotMissing',
    expr: 'pgstream_cdc_alert_info{alert="replication_slot_missing"}',
    for: '0m',
    severity: 'critical',
    summary: 'The replication slot of {{ $labels.source_schema }}.{{ $labels.source_name }} is gone',
    description: 'What was written since is missing in the stream tables that read it: have them computed anew.',
    when: 'the extension reports `replication_slot_missing`',
  },
];

export function alertsFile(): string {
  const rules = ALERTS.map(({ name, expr, for: time, severity, summary, description }) => ({
    alert: name,
    expr,
    for: time,
    labels: { severity },
    annotations: { summary, description },
  }));
  const text = stringify({ groups: [{ name: 'pgstream', rules }] }, { lineWidth: 0 });
  return `# Alerts on stream tables, for metrics of @pgstream/metrics and of postgres_exporter alike.
# Thresholds are twice the schedule where there is one. Change what does not fit: it is your file.
${text}`;
}

/** The table of alerts. */
export function alertsTable(): string {
  return [
    '| alert | severity | when |',
    '| --- | --- | --- |',
    ...ALERTS.map(({ name, severity, when }) => `| \`${name}\` | ${severity} | ${when} |`),
  ].join('\n');
}
