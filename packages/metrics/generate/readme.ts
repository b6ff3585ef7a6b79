import { METRICS, PREFIX, SCRAPE_METRICS } from '../src/metrics/index.ts';

const code = (text: string): string => `\`${text}\``;

/** The table of metrics. */
export function metricsTable(): string {
  const rows = [
    ...METRICS.map((metric) => ({ ...metric, own: metric.labels.map(({ name }) => name) })),
    ...SCRAPE_METRICS.map((metric) => ({
      ...metric,
      own: metric.labels.map(({ name }) => name),
      source: 'the collector; not of postgres_exporter',
    })),
  ].map(({ name, kind, help, own, otel, source }) =>
    [code(PREFIX + name), kind, own.map(code).join(', '), help, source, otel === null ? '' : code(otel.name)].join(
      ' | ',
    ),
  );
  return [
    '| metric | kind | labels | what it is | from | OpenTelemetry |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}
