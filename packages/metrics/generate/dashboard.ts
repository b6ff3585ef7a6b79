import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  DashboardLinkBuilder,
  DatasourceVariableBuilder,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { stringify } from 'yaml';
import { SHELVES, type Shown } from './panels.ts';

const SOURCE: DataSourceRef = { type: 'prometheus', uid: '${datasource}' };
const INFO = 'pgstream_table_info';

export function dashboardFile(): string {
  const dashboard = new DashboardBuilder('Stream tables')
    .uid('pgstream')
    .description(
      'Stream tables of pg_stream and pg_trickle, by the metrics of @pgstream/metrics or of postgres_exporter',
    )
    .tags(['pgstream', 'postgresql'])
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .editable()
    .link(link('pg_trickle', 'https://github.com/trickle-labs/pg-trickle'))
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(variable('job', 'Job', `label_values(${INFO}, job)`).multi(true).includeAll(true).allValue('.*'))
    .withVariable(
      variable('database', 'Database', `label_values(${INFO}{job=~"$job"}, database)`)
        .multi(true)
        .includeAll(true)
        .allValue('.*'),
    )
    .withVariable(variable('schema', 'Schema', `label_values(${INFO}{job=~"$job",database=~"$database"}, schema)`))
    .withVariable(
      variable(
        'table',
        'Stream table',
        `label_values(${INFO}{job=~"$job",database=~"$database",schema="$schema"}, name)`,
      ),
    );
  let id = 0;
  for (const { title, panels } of SHELVES) {
    id += 1;
    dashboard.withRow(new RowBuilder(title).id(id));
    for (const shown of panels) {
      id += 1;
      dashboard.withPanel(panel(shown).id(id));
    }
  }
  return `${JSON.stringify(dashboard.build(), undefined, 2)}\n`;
}

function link(title: string, url: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).url(url).targetBlank(true);
}

function variable(name: string, label: string, query: string): QueryVariableBuilder {
  return (
    new QueryVariableBuilder(name)
      .label(label)
      .datasource(SOURCE)
      .query({ query, refId: name })
      .definition(query)
      .refresh(VariableRefresh.OnTimeRangeChanged)
      // oxlint-disable-next-line unicorn/no-array-sort -- that of a builder
      .sort(VariableSort.AlphabeticalAsc)
  );
}

const HEIGHTS = { stat: 4, timeseries: 8, table: 8 } as const;

function panel(shown: Shown): StatBuilder | TableBuilder | TimeseriesBuilder {
  const { title, kind, queries, unit, description, thresholds, words, width, without } = shown;
  const builder = start(kind)
    .title(title)
    .description(description)
    .datasource(SOURCE)
    .unit(unit)
    .span(width)
    .height(HEIGHTS[kind])
    .thresholds(steps(thresholds, words !== undefined))
    .links([link('Metrics and alerts', 'https://www.npmjs.com/package/@pgstream/metrics')]);
  if (kind === 'stat') builder.colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds));
  if (words !== undefined) builder.mappings([{ type: MappingType.ValueToText, options: mapping(words) }]);
  if (without !== undefined) {
    const excludeByName = Object.fromEntries(without.map((label) => [label, true]));
    builder.withTransformation({ id: 'organize', options: { excludeByName } });
  }
  queries.forEach(({ expr, legend }, at) => {
    const query = new DataqueryBuilder()
      .refId(String.fromCodePoint(65 + at))
      .expr(expr)
      .legendFormat(legend)
      .datasource(SOURCE);
    builder.withTarget(
      kind === 'timeseries'
        ? query.range()
        : kind === 'table'
          ? query.instant().format(PromQueryFormat.Table)
          : query.instant(),
    );
  });
  return builder;
}

function start(kind: Shown['kind']): StatBuilder | TableBuilder | TimeseriesBuilder {
  if (kind === 'stat') return new StatBuilder();
  return kind === 'table' ? new TableBuilder() : new TimeseriesBuilder();
}

/** Where 1 is good and 0 is not, it is red below. */
function steps({ warning, critical }: Shown['thresholds'] = {}, isGoodAbove: boolean): ThresholdsConfigBuilder {
  const red = { value: critical ?? 0, color: 'red' };
  const above = isGoodAbove
    ? [{ value: warning ?? 1, color: 'green' }]
    : [
        ...(warning === undefined || warning === critical ? [] : [{ value: warning, color: 'orange' }]),
        ...(critical === undefined ? [] : [red]),
      ];
  const base = { value: null, color: isGoodAbove ? 'red' : 'green' };
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([base, ...above]);
}

function mapping(words: Readonly<Record<string, string>>): Record<string, { text: string; index: number }> {
  return Object.fromEntries(Object.entries(words).map(([value, text], index) => [value, { text, index }]));
}

/** What makes Grafana find Prometheus and the dashboard. */
export function provisioningFiles(): Readonly<Record<string, string>> {
  const datasource = {
    name: 'Prometheus',
    type: 'prometheus',
    access: 'proxy',
    url: 'http://127.0.0.1:9090',
    isDefault: true,
  };
  const provider = { name: 'pgstream', type: 'file', options: { path: '/var/lib/grafana/dashboards' } };
  return {
    'grafana/provisioning/datasources/pgstream.yml': stringify({ apiVersion: 1, datasources: [datasource] }),
    'grafana/provisioning/dashboards/pgstream.yml': stringify({ apiVersion: 1, providers: [provider] }),
  };
}
