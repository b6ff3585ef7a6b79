// The metrics of stream tables by both ways, seen by real programs: Debian's Prometheus scrapes an application with
// registerMetrics() and Debian's postgres_exporter with our queries, on each release that the emulator has. They have to agree
// value by value, the rules and the dashboard to work on either, and each alert to fire and to end. It needs Debian 12 (or
// what has its packages), and Go for docker-compose.yml and the dashboard's schema; so it is no part of the test command:
//   pnpm exec turbo run build && node test/integrations/prometheus/run.mjs [--pictures]
// --pictures draws those of the README anew, from what Prometheus has seen in four minutes.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { fromPg } from '@pgstream/core/pg';
import { startEmulator } from '@pgstream/emulator';
import { registerMetrics } from '@pgstream/metrics';
import pg from 'pg';
import { testsOf } from './alerts.mjs';
import { checkWithGo } from './schemas.mjs';
import { picture } from './pictures.mjs';

const PACKAGE = join(import.meta.dirname, '../../../packages/metrics');
const FILES = join(PACKAGE, 'integrations');
const require = createRequire(join(PACKAGE, 'package.json'));
const { parse, stringify } = require('yaml');
const { Registry } = require('prom-client');

const run = promisify(execFile);
const withPictures = process.argv.includes('--pictures');
const folder = await mkdtemp(join(tmpdir(), 'pgstream-prometheus-'));
try {
  const bin = await programs();
  await alerts(bin);
  await checkWithGo(FILES, join(folder, 'go'));
  console.log('docker-compose.yml and the dashboard fit the schemas of compose-go and of the Grafana foundation SDK.');
  for (const release of [
    { extension: 'pg_stream' },
    { extension: 'pg_trickle' },
    { extension: 'pg_trickle', version: '0.67' },
  ]) {
    await bothWays(bin, release);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** The programs of Debian, out of their packages: nothing is installed, and no service started. */
async function programs() {
  const cwd = join(folder, 'debian');
  await mkdir(cwd);
  await run('apt-get', ['download', 'prometheus', 'prometheus-postgres-exporter'], { cwd });
  for (const file of await readdir(cwd)) await run('dpkg', ['-x', file, 'root'], { cwd });
  return join(cwd, 'root/usr/bin');
}

async function alerts(bin) {
  const file = join(FILES, 'prometheus/alerts.yml');
  console.log((await run(join(bin, 'promtool'), ['check', 'rules', file])).stdout.trim());
  const { groups } = parse(await readFile(file, 'utf8'));
  const tests = testsOf(
    groups.flatMap(({ rules }) => rules),
    file,
  );
  const missing = groups
    .flatMap(({ rules }) => rules)
    .filter(({ alert }) => !JSON.stringify(tests).includes(`"${alert}"`));
  assert.deepEqual(missing, []);
  await writeFile(join(folder, 'alerts.test.yml'), stringify(tests, { lineWidth: 0 }));
  await run(join(bin, 'promtool'), ['test', 'rules', join(folder, 'alerts.test.yml')]);
  console.log(`${tests.tests.length} cases: each alert is quiet, fires and ends.`);
}

async function bothWays(bin, { extension, version }) {
  const name = version === undefined ? extension : `${extension} ${version}`;
  const emulator = await startEmulator({ extension, ...(version === undefined ? {} : { version }) });
  const pool = new pg.Pool({ connectionString: emulator.url });
  const started = [];
  const server = createServer();
  let orders;
  try {
    await shop(pool, extension);
    orders = setInterval(
      () =>
        void pool
          .query('INSERT INTO public.orders (customer_id, amount) VALUES (random() * 20, random() * 1000)')
          .catch(() => {}),
      500,
    );
    const register = new Registry();
    registerMetrics(fromPg(pool), { register, cacheMs: 0 });
    server.on('request', (request, response) => {
      void register
        .metrics()
        .then((text) => response.writeHead(200, { 'content-type': register.contentType }).end(text));
    });
    const exporterPort = await freePort();
    started.push(
      program(
        join(bin, 'prometheus-postgres-exporter'),
        [
          `--web.listen-address=127.0.0.1:${exporterPort}`,
          `--extend.query-path=${join(FILES, `prometheus/queries.${extension}.yml`)}`,
          '--disable-default-metrics',
          '--disable-settings-metrics',
        ],
        { DATA_SOURCE_NAME: `${emulator.url}?sslmode=disable` },
      ),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const prometheusPort = await freePort();
    const config = await configuration(exporterPort, server.address().port);
    started.push(
      program(join(bin, 'prometheus'), [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, name.replace(' ', '-'))}`,
        `--web.listen-address=127.0.0.1:${prometheusPort}`,
      ]),
    );
    const ask = asking(`http://127.0.0.1:${prometheusPort}`);
    await until('Prometheus has scraped both', async () => {
      const { result } = await ask('query', { query: 'up == 1' });
      return result.length === 2;
    });
    await until('the exporter has read the database', async () => {
      const { result } = await ask('query', {
        query: 'pg_exporter_user_queries_load_error == 0 and on (instance) pg_exporter_last_scrape_error == 0',
      });
      return result.length === 1;
    });
    // Enough for rates; and for the README some refreshes by the scheduler.
    const isPictured = withPictures && name === 'pg_stream';
    await sleep(isPictured ? 240_000 : 60_000);
    const agreed = await agree(ask);
    const rules = await ask('rules', {});
    const broken = rules.groups.flatMap(({ rules: each }) => each).filter(({ health }) => health !== 'ok');
    assert.deepEqual(broken, []);
    const panels = await dashboard(ask, isPictured);
    console.log(`${name}: ${agreed} series agree, and ${panels} expressions of the dashboard give data by either way.`);
    started[0].kill();
    await until('the alert of an exporter that is gone', async () => {
      const { alerts: pending } = await ask('alerts', {});
      return pending.some(({ labels }) => labels.alertname === 'PgStreamDown' && labels.job === 'pgstream-exporter');
    });
    console.log(`${name}: PgStreamDown is pending once the exporter is gone.`);
  } finally {
    clearInterval(orders);
    for (const child of started) {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    server.closeAllConnections();
    server.close();
    await pool.end();
    await emulator.stop();
  }
}

/** The demonstration of docker-compose.yml, with a failure, a slot and an alert, which the emulator does not have. */
async function shop(pool, extension) {
  const inItsNames = (sql) =>
    extension === 'pg_stream'
      ? sql
      : sql.replaceAll('pgstream.', 'pgtrickle.').replaceAll('pg_stream', 'pg_trickle').replaceAll('pgs_', 'pgt_');
  const demo = (await readFile(join(FILES, 'demo.sql'), 'utf8'))
    .replaceAll(/^\\set .*$/gm, '')
    .replace('\n\\watch 1', ';');
  await pool.query(inItsNames(demo));
  await pool.query(
    inItsNames(`
    INSERT INTO pgstream.pgs_refresh_history (pgs_id, data_timestamp, start_time, end_time, action, rows_inserted, rows_deleted, status, initiated_by)
    SELECT pgs_id, now(), now() - interval '0.3 s', now(), 'DIFFERENTIAL', 3, 1, CASE WHEN n = 2 THEN 'FAILED' ELSE 'COMPLETED' END, 'SCHEDULER'
    FROM pgstream.pgs_stream_tables, generate_series(1, 5) n WHERE pgs_name = 'order_totals';
    UPDATE pgstream.pgs_stream_tables SET consecutive_errors = 2 WHERE pgs_name = 'large_orders'`),
  );
  const { rows } = await pool.query(
    inItsNames(`SELECT pg_get_functiondef('pgstream.check_cdc_health()'::regprocedure) AS definition`),
  );
  const alarming = rows[0].definition
    .replace('d.cdc_mode, d.slot_name, NULL::bigint', `'WAL', d.slot_name, 600000000::bigint`)
    .replace(
      'd.decoder_confirmed_lsn::text, NULL::text',
      `d.decoder_confirmed_lsn::text, 'slot_lag_exceeds_threshold: 600000000 bytes'`,
    );
  assert.notEqual(alarming, rows[0].definition);
  await pool.query(alarming);
}

/** prometheus.yml with the job that is a comment there, scraping every five seconds. */
async function configuration(exporterPort, applicationPort) {
  const text = (await readFile(join(FILES, 'prometheus/prometheus.yml'), 'utf8')).replaceAll(
    /^ {2}# (?=- job_name| )/gm,
    '  ',
  );
  const config = parse(text);
  assert.deepEqual(
    config.scrape_configs.map(({ job_name: job }) => job),
    ['pgstream-exporter', 'pgstream-application'],
  );
  config.global = { scrape_interval: '5s', scrape_timeout: '5s', evaluation_interval: '5s' };
  config.rule_files = [join(FILES, 'prometheus/alerts.yml')];
  for (const [at, port] of [exporterPort, applicationPort].entries()) {
    config.scrape_configs[at].static_configs = [{ targets: [`127.0.0.1:${port}`] }];
  }
  const file = join(folder, `prometheus-${applicationPort}.yml`);
  await writeFile(file, stringify(config));
  return file;
}

/** Compares all series; what the scheduler did between two scrapes is over at the next. Gives how many there are. */
async function agree(ask) {
  let different = ['nothing was asked'];
  for (let attempt = 1; attempt <= 40; attempt += 1) {
    await sleep(500);
    const [exporter, application] = await Promise.all(
      ['pgstream-exporter', 'pgstream-application'].map((job) => seriesOf(ask, job)),
    );
    const keys = new Set([...exporter.keys(), ...application.keys()]);
    different = [...keys].filter((key) => !isSame(key, exporter.get(key), application.get(key)));
    if (exporter.size > 30 && different.length === 0) return keys.size;
  }
  throw new assert.AssertionError({ message: `The two ways differ in: ${different.join('\n')}` });
}

async function seriesOf(ask, job) {
  const { result } = await ask('query', { query: `{__name__=~"pgstream_.*",job="${job}"}` });
  const ofDatabase = result
    .map(({ metric: { __name__: name, ...labels }, value: [, value] }) => ({ name, labels, value: Number(value) }))
    .filter(({ name }) => !/^pgstream_(?:up|scrape_)/.test(name));
  const ofTarget = new Set(['job', 'instance', 'server']);
  return new Map(
    ofDatabase.map(({ name, labels, value }) => {
      const own = Object.keys(labels).filter((label) => !ofTarget.has(label));
      return [`${name} ${own.toSorted().map((label) => `${label}=${labels[label]}`)}`, value];
    }),
  );
}

/** Ages are those of the moment of the scrape, and the two are not scraped at once. */
function isSame(key, one = NaN, other = NaN) {
  const tolerance = key.includes('pgstream_staleness_seconds') ? 11 : Math.abs(one) * 1e-9 + 1e-9;
  return Math.abs(one - other) <= tolerance;
}

/** Every expression of the dashboard, as Grafana would ask it, by each way alone. Gives how many there are. */
async function dashboard(ask, isPictured) {
  const { panels } = JSON.parse(await readFile(join(FILES, 'grafana/dashboards/pgstream.json'), 'utf8'));
  let count = 0;
  const rows = [];
  for (const panel of panels) {
    if (panel.type === 'row') {
      rows.push({ title: panel.title.replace('$schema.$table', 'public.order_totals'), panels: [] });
      continue;
    }
    const found = [];
    for (const { expr, legendFormat: legend } of panel.targets) {
      for (const job of ['pgstream-exporter', 'pgstream-application']) {
        const query = expr
          .replaceAll('$job', job)
          .replaceAll('$database', '.*')
          .replaceAll('$schema', 'public')
          .replaceAll('$table', 'order_totals')
          .replaceAll('$__rate_interval', isPictured ? '2m' : '40s');
        const { result } = await ask('query', { query });
        assert.ok(result.length > 0, `${panel.title}: no data for ${query}`);
        if (isPictured && job === 'pgstream-application') {
          const end = Date.now() / 1000;
          const range = await ask('query_range', { query, start: String(end - 220), end: String(end), step: '4' });
          found.push({ legend, instant: result, range: range.result });
        }
      }
      count += 1;
    }
    rows.at(-1).panels.push({ panel, found });
  }
  if (isPictured) {
    for (const [at, row] of rows.entries()) {
      const file = join(PACKAGE, 'docs', `${['overview', 'refreshes', 'staleness', 'cdc', 'one-table'][at]}.svg`);
      await writeFile(file, picture(row));
    }
  }
  return count;
}

function asking(url) {
  return async (path, parameters) => {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const { status, data, error } = await response.json();
    assert.equal(status, 'success', `${path} ${JSON.stringify(parameters)}: ${error}`);
    return data;
  };
}

function program(file, args, env = {}) {
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-4_000);
  });
  child.on('exit', (code) => {
    if (code) console.error(`${file} ended with ${code}:\n${said}`);
  });
  return child;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function until(what, is) {
  const endsAt = Date.now() + 60_000;
  for (;;) {
    try {
      if (await is()) return;
    } catch (error) {
      if (Date.now() > endsAt) throw error;
    }
    if (Date.now() > endsAt) throw new Error(`Never seen: ${what}.`);
    await sleep(250);
  }
}
