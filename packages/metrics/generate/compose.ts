import { stringify } from 'yaml';

/** The versions that the demonstration names; nothing else here depends on them. */
export const IMAGES = {
  database: 'node:22-bookworm-slim',
  client: 'postgres:18',
  exporter: 'quay.io/prometheuscommunity/postgres-exporter:v0.15.0',
  prometheus: 'prom/prometheus:v2.53.4',
  grafana: 'grafana/grafana:11.6.0',
} as const;

const DATABASE = 'postgres://postgres@127.0.0.1:5432/postgres';

/** An order every second, and stream tables over them; the last one waits for its first refresh. */
export function demoFile(): string {
  return `-- What the demonstration has to show: orders that keep coming in, and stream tables over them.
\\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS pg_stream;
CREATE TABLE public.orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id int NOT NULL, amount numeric NOT NULL);
INSERT INTO public.orders (customer_id, amount) SELECT n % 20, n FROM generate_series(1, 1000) n;
SELECT pgstream.create_stream_table(name => 'public.order_totals', schedule => '1m',
  query => 'SELECT customer_id, sum(amount) AS total FROM public.orders GROUP BY customer_id');
SELECT pgstream.create_stream_table(name => 'public.large_orders', schedule => '2m',
  query => 'SELECT id, amount FROM public.orders WHERE amount > 900');
SELECT pgstream.create_stream_table(name => 'public.hourly_report', schedule => '@hourly', refresh_mode => 'FULL',
  query => 'SELECT count(*) AS orders, sum(amount) AS total FROM public.orders');
SELECT pgstream.create_stream_table(name => 'public.not_yet_filled', schedule => '5m', initialize => false,
  query => 'SELECT customer_id, count(*) AS orders FROM public.orders GROUP BY customer_id');
INSERT INTO public.orders (customer_id, amount) SELECT random() * 20, random() * 1000
\\watch 1
`;
}

/**
 * The emulator listens on 127.0.0.1 alone, so the others share its network: what they publish, it publishes.
 */
export function composeFile(): string {
  const shared = 'service:database';
  const text = stringify(
    {
      services: {
        database: {
          image: IMAGES.database,
          command: ['npx', '--yes', '@pgstream/emulator', '--port', '5432'],
          ports: ['127.0.0.1:9090:9090', '127.0.0.1:3001:3001'],
          healthcheck: {
            test: [
              'CMD',
              'node',
              '-e',
              "require('net').connect(5432, '127.0.0.1').on('error', () => process.exit(1)).on('connect', () => process.exit())",
            ],
            interval: '2s',
            timeout: '5s',
            retries: 60,
          },
        },
        shop: {
          image: IMAGES.client,
          network_mode: shared,
          depends_on: { database: { condition: 'service_healthy' } },
          command: ['psql', '--quiet', '--file=/demo.sql', DATABASE],
          volumes: ['./demo.sql:/demo.sql:ro'],
        },
        exporter: {
          image: IMAGES.exporter,
          network_mode: shared,
          depends_on: { database: { condition: 'service_healthy' } },
          environment: { DATA_SOURCE_NAME: `${DATABASE}?sslmode=disable` },
          command: ['--extend.query-path=/etc/pgstream/queries.pg_stream.yml', '--disable-default-metrics'],
          volumes: ['./prometheus:/etc/pgstream:ro'],
        },
        prometheus: {
          image: IMAGES.prometheus,
          network_mode: shared,
          depends_on: { database: { condition: 'service_healthy' } },
          volumes: ['./prometheus:/etc/prometheus:ro'],
        },
        grafana: {
          image: IMAGES.grafana,
          network_mode: shared,
          depends_on: { database: { condition: 'service_healthy' } },
          environment: {
            GF_SERVER_HTTP_PORT: '3001',
            GF_AUTH_ANONYMOUS_ENABLED: 'true',
            GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
            GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: '/var/lib/grafana/dashboards/pgstream.json',
          },
          volumes: [
            './grafana/provisioning:/etc/grafana/provisioning:ro',
            './grafana/dashboards:/var/lib/grafana/dashboards:ro',
          ],
        },
      },
    },
    { lineWidth: 0 },
  );
  return `# All of it on one machine, to look at: docker compose up, then http://127.0.0.1:3001 (Grafana) and :9090 (Prometheus).
# The database is the emulator of @pgstream/emulator, for a demonstration and nothing else. Images: ${Object.values(IMAGES).join(', ')}.
${text}`;
}
