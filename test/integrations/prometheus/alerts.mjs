// What sets each alert off, and what ends it: the input of `promtool test rules`. A series is a value for each minute.

const table = {
  job: 'pgstream-exporter',
  instance: 'db:9187',
  server: 'db:5432',
  database: 'shop',
  schema: 'public',
  name: 'totals',
};
const source = {
  job: 'pgstream-application',
  instance: 'app:3000',
  database: 'shop',
  source_schema: 'public',
  source_name: 'orders',
  cdc_mode: 'WAL',
};
const { job, instance, server, database: named } = table;
const database = { job, instance, server, database: named };
const application = { job: 'pgstream-application', instance: 'app:3000' };

const ACTIVE = ['pgstream_table_info', { ...table, status: 'ACTIVE', refresh_mode: 'FULL', schedule: '5m' }, '1x60'];
const EVERY_FIVE_MINUTES = ['pgstream_schedule_seconds', table, '300x60'];
/** Refreshed at the beginning and at the 30th minute, and from then on each minute. */
const STANDS_STILL = ['pgstream_last_refresh_timestamp_seconds', table, '0x29 1800+60x30'];

/** `value` is how the alert's text says it. */
export const CASES = [
  {
    alert: 'PgStreamDown',
    series: [['up', { job: 'pgstream-exporter', instance: 'db:9187' }, '1x4 0x10 1x40']],
    quietAt: '4m',
    firesAt: '8m',
    labels: { job: 'pgstream-exporter', instance: 'db:9187' },
    endsAt: '20m',
  },
  {
    alert: 'PgStreamDown',
    series: [
      ['up', application, '1x60'],
      ['pgstream_up', application, '1x4 0x10 1x40'],
    ],
    quietAt: '4m',
    firesAt: '8m',
    labels: application,
    endsAt: '20m',
  },
  {
    alert: 'PgStreamDown',
    series: [
      ['up', database, '1x60'],
      ['pg_up', database, '1x4 0x10 1x40'],
    ],
    quietAt: '4m',
    firesAt: '8m',
    labels: database,
    endsAt: '20m',
  },
  {
    alert: 'PgStreamStale',
    series: [ACTIVE, EVERY_FIVE_MINUTES, STANDS_STILL],
    // After 11 minutes, and one more.
    quietAt: '11m',
    firesAt: '14m',
    labels: table,
    value: '14m 0s',
    endsAt: '35m',
  },
  {
    alert: 'PgStreamStaleWithoutBound',
    series: [
      ['pgstream_table_info', { ...table, status: 'ACTIVE', refresh_mode: 'FULL', schedule: '@daily' }, '1x1900'],
      ['pgstream_last_refresh_timestamp_seconds', table, '0x1799 108000x100'],
    ],
    quietAt: '25h',
    firesAt: '27h',
    labels: table,
    value: '1d 3h 0m 0s',
    endsAt: '31h',
  },
  {
    alert: 'PgStreamNotPopulated',
    series: [['pgstream_is_populated', table, '0x29 1x30']],
    quietAt: '14m',
    firesAt: '16m',
    labels: table,
    endsAt: '31m',
  },
  {
    alert: 'PgStreamFailing',
    series: [['pgstream_consecutive_errors', table, '2x29 0x30']],
    quietAt: '4m',
    firesAt: '6m',
    labels: table,
    value: '2',
    endsAt: '31m',
  },
  {
    alert: 'PgStreamNotRefreshed',
    series: [
      ['pgstream_table_info', { ...table, status: 'SUSPENDED', refresh_mode: 'FULL', schedule: '5m' }, '1x29 stale'],
      ['pgstream_table_info', { ...table, status: 'ACTIVE', refresh_mode: 'FULL', schedule: '5m' }, '_x29 1x30'],
    ],
    quietAt: '4m',
    firesAt: '6m',
    labels: { ...table, status: 'SUSPENDED', refresh_mode: 'FULL', schedule: '5m' },
    endsAt: '31m',
  },
  {
    alert: 'PgStreamSchedulerMissing',
    series: [ACTIVE, ['pgstream_scheduler_running', database, '0x29 1x30']],
    quietAt: '4m',
    firesAt: '6m',
    labels: database,
    endsAt: '31m',
  },
  {
    alert: 'PgStreamSchedulerStandsStill',
    series: [ACTIVE, EVERY_FIVE_MINUTES, STANDS_STILL, ['pgstream_consecutive_errors', table, '0x60']],
    // After 15 minutes, and one more.
    quietAt: '15m',
    firesAt: '18m',
    labels: database,
    value: '18m 0s',
    endsAt: '35m',
  },
  {
    alert: 'PgStreamCdcLag',
    series: [['pgstream_cdc_lag_bytes', source, '1073741824x29 0x30']],
    quietAt: '4m',
    firesAt: '6m',
    labels: source,
    value: '1Gi',
    endsAt: '31m',
  },
  {
    alert: 'PgStreamCdcAlert',
    series: [['pgstream_cdc_alert_info', { ...source, alert: 'slot_lag_exceeds_threshold' }, '1x29 stale']],
    quietAt: '0m',
    firesAt: '2m',
    labels: { ...source, alert: 'slot_lag_exceeds_threshold' },
    endsAt: '31m',
  },
  {
    alert: 'PgStreamCdcSlotMissing',
    series: [['pgstream_cdc_alert_info', { ...source, alert: 'replication_slot_missing' }, '_ 1x29 stale']],
    quietAt: '0m',
    firesAt: '1m',
    labels: { ...source, alert: 'replication_slot_missing' },
    endsAt: '32m',
  },
];

function inputSeries(name, labels, values) {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
  return { series: `${name}{${pairs.join(',')}}`, values };
}

/** A file for promtool, for these rules. */
export function testsOf(rules, file) {
  const tests = CASES.map(({ alert, series, quietAt, firesAt, labels, value, endsAt }) => {
    const { labels: own, annotations } = rules.find((rule) => rule.alert === alert);
    const said = (text) =>
      text
        .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (whole, name) => labels[name] ?? '')
        .replaceAll(/\{\{ \$value[^}]*\}\}/g, value);
    const exp_annotations = Object.fromEntries(Object.entries(annotations).map(([key, text]) => [key, said(text)]));
    const fired = [{ exp_labels: { ...own, ...labels }, exp_annotations }];
    const expected = [
      [quietAt, []],
      [firesAt, fired],
      [endsAt, []],
    ];
    return {
      interval: '1m',
      input_series: series.map((each) => inputSeries(...each)),
      alert_rule_test: expected.map(([eval_time, exp_alerts]) => ({ eval_time, alertname: alert, exp_alerts })),
    };
  });
  return { rule_files: [file], evaluation_interval: '1m', tests };
}
