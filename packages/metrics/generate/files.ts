import { alertsFile, alertsTable } from './alerts.ts';
import { composeFile, demoFile } from './compose.ts';
import { dashboardFile, provisioningFiles } from './dashboard.ts';
import { prometheusFile } from './prometheus.ts';
import { queriesFile, roleFile } from './queries.ts';
import { metricsTable } from './readme.ts';

/** The files of `integrations`, by their paths there. */
export function integrations(): Readonly<Record<string, string>> {
  return {
    'prometheus/queries.pg_stream.yml': queriesFile('pg_stream'),
    'prometheus/queries.pg_trickle.yml': queriesFile('pg_trickle'),
    'prometheus/role.pg_stream.sql': roleFile('pg_stream'),
    'prometheus/role.pg_trickle.sql': roleFile('pg_trickle'),
    'prometheus/alerts.yml': alertsFile(),
    'prometheus/prometheus.yml': prometheusFile(),
    'grafana/dashboards/pgstream.json': dashboardFile(),
    ...provisioningFiles(),
    'docker-compose.yml': composeFile(),
    'demo.sql': demoFile(),
  };
}

/** The parts of the README that are made of the tables, by the name in the comments around them. */
export function partsOfReadme(): Readonly<Record<string, string>> {
  return { metrics: metricsTable(), alerts: alertsTable() };
}

/** The README with these parts as they are now. */
export function withParts(readme: string): string {
  return Object.entries(partsOfReadme()).reduce((text, [name, part]) => {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`README.md has no ${begin} … ${end}.`);
    return `${text.slice(0, from + begin.length)}\n\n${part}\n\n${text.slice(to)}`;
  }, readme);
}
