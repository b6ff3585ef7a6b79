import { metricsRoleSql, metricsSql } from '@pgstream/core/metrics';
import type { DialectName } from '@pgstream/core';
import { stringify } from 'yaml';
import { METRICS, PREFIX, type Metric } from '../src/metrics/index.ts';

/** The name of the exporter's query; its metrics are called by it and their columns. */
function queryOf({ sql: { query } }: Metric): string {
  return query === '' ? PREFIX.slice(0, -1) : PREFIX + query;
}

function columnOf(metric: Metric): string {
  return (PREFIX + metric.name).slice(queryOf(metric).length + 1);
}

/** The queries of postgres_exporter for one extension: `--extend.query-path`. */
export function queriesFile(dialect: DialectName): string {
  const names = [...new Set(METRICS.map(queryOf))];
  const queries = names.map((name) => [
    name,
    ofMetrics(
      METRICS.filter((metric) => queryOf(metric) === name),
      dialect,
    ),
  ]);
  const text = stringify(Object.fromEntries(queries), { lineWidth: 0, blockQuote: 'literal' });
  return `# The metrics of ${dialect}'s stream tables, for postgres_exporter: --extend.query-path=queries.${dialect}.yml
# Its role needs what role.${dialect}.sql grants, and it connects to the database that has the extension.
# Made of the table of metrics in @pgstream/metrics: the same names, labels and numbers as its collectors have.
${text}`;
}

function ofMetrics(metrics: readonly Metric[], dialect: DialectName): object {
  const [first] = metrics;
  if (first === undefined) throw new Error('A query has metrics.');
  const { labels, sql } = first;
  const columns = [
    ...labels.map(({ name, column }) => (column === `r.${name}` ? column : `${column} AS ${name}`)),
    ...metrics.map((metric) => `${metric.sql.value} AS ${columnOf(metric)}`),
  ];
  const where = sql.where === undefined ? '' : `\nWHERE ${sql.where}`;
  const relation = metricsSql(dialect)[sql.from].replaceAll(/^/gm, '  ');
  return {
    query: `SELECT ${columns.join(', ')}\nFROM (\n${relation}\n) r${where}\n`,
    metrics: [
      ...labels.map(({ name }) => ({ [name]: { usage: 'LABEL', description: name } })),
      ...metrics.map((metric) => ({
        [columnOf(metric)]: { usage: metric.kind.toUpperCase(), description: metric.help },
      })),
    ],
  };
}

/** What the exporter's role, or the application's, needs. */
export function roleFile(dialect: DialectName): string {
  return `-- A role that reads the metrics of ${dialect}'s stream tables, and nothing else. Run in the database that has the extension:
--   psql --variable=password=… --file=role.${dialect}.sql
CREATE ROLE pgstream_metrics LOGIN PASSWORD :'password';
${metricsRoleSql('pgstream_metrics', dialect)}`;
}
