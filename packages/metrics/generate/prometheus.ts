import { stringify } from 'yaml';

const jobOf = (name: string, target: string): object => ({
  job_name: name,
  static_configs: [{ targets: [target] }],
});

/** Scrapes one of the two ways; the other is there as a comment. */
export function prometheusFile(): string {
  const text = stringify({
    global: { scrape_interval: '15s', evaluation_interval: '15s' },
    rule_files: ['alerts.yml'],
    scrape_configs: [jobOf('pgstream-exporter', '127.0.0.1:9187')],
  });
  const other = stringify([jobOf('pgstream-application', '127.0.0.1:3000')]).trimEnd();
  return `# Two ways to the same metrics: scrape one of them. The alert PgStreamDown is about jobs whose names begin with pgstream.
${text}  # postgres_exporter, with queries.pg_stream.yml or queries.pg_trickle.yml. Or your application, with registerMetrics():
${other.replaceAll(/^/gm, '  # ')}
`;
}
