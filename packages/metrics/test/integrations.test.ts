import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fromPg } from '@pgstream/core/pg';
import { extension, testDatabase, testRole } from '@pgstream/harness';
import { Client } from 'pg';
import { Registry } from 'prom-client';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { ALERTS } from '../generate/alerts.ts';
import { IMAGES } from '../generate/compose.ts';
import { integrations, partsOfReadme } from '../generate/files.ts';
import { registerMetrics } from '../src/index.ts';
import { init } from '../src/init/index.ts';
import { COLLECTED, METRICS, PREFIX } from '../src/metrics/index.ts';
import { createShop, samplesOf } from './shop.ts';

const folder = join(import.meta.dirname, '..');
const inFolder = join(folder, 'integrations');
const files = integrations();

async function filesBelow(of: string): Promise<string[]> {
  const entries = await readdir(of, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(of.length + 1))
    .toSorted();
}

/** Without what a formatter does to a table. */
const plain = (text: string): string => text.replaceAll(/ +|-{3,}/g, ' ').replaceAll(/ *\| */g, '|');

describe('files that are made of the table of metrics', () => {
  it('are all that there are', async () => {
    expect(await filesBelow(inFolder)).toEqual(Object.keys(files).toSorted());
  });

  it.each(Object.keys(files))('%s is as `write-integrations` makes it', async (path) => {
    expect(await readFile(join(inFolder, path), 'utf8')).toBe(files[path]);
  });

  it('the tables of the README are, too', async () => {
    const readme = plain(await readFile(join(folder, 'README.md'), 'utf8'));
    for (const part of Object.values(partsOfReadme())) expect(readme).toContain(plain(part));
  });
});

/** Ages go on between the two, and the scrape itself is the collector's. */
const steady = (of: Map<string, number>): unknown =>
  Object.fromEntries(
    [...of]
      .filter(([name]) => !/^pgstream_(?:up|scrape_)/.test(name))
      .map(([name, value]) => [
        name,
        name.startsWith('pgstream_staleness') ? expect.any(Number) : expect.closeTo(value, 5),
      ]),
  );

interface Query {
  readonly query: string;
  readonly metrics: readonly Readonly<Record<string, { readonly usage: string; readonly description: string }>>[];
}

describe(`the queries of postgres_exporter for ${extension.name}`, () => {
  const db = testDatabase();
  let admin: Client;
  let reader: Client;
  const queries = parse(files[`prometheus/queries.${extension.name}.yml`] ?? '') as Record<string, Query>;

  beforeAll(async () => {
    admin = await db.connect();
    await createShop(admin);
    const role = await testRole();
    const grants = (files[`prometheus/role.${extension.name}.sql`] ?? '')
      .split('\n')
      .filter((line) => line.startsWith('GRANT'));
    await admin.query(grants.join('\n').replaceAll('"pgstream_metrics"', `"${role.name}"`));
    reader = new Client(role.url(db.url));
    await reader.connect();
    return () => reader.end();
  });

  /** As the exporter makes samples of a row: labels that are empty are none. */
  async function samples(client: Client): Promise<Map<string, number>> {
    const found: [string, number][] = [];
    for (const [name, { query, metrics }] of Object.entries(queries)) {
      const usages = metrics.flatMap((each) => Object.entries(each));
      const { rows, fields } = await client.query(query);
      expect(fields.map((field) => field.name)).toEqual(usages.map(([column]) => column));
      for (const row of rows) {
        const labels = usages
          .filter(([column, { usage }]) => usage === 'LABEL' && row[column] !== '')
          .map(([column]) => `${column}="${row[column]}"`)
          .toSorted();
        for (const [column, { usage }] of usages) {
          if (usage !== 'LABEL') found.push([`${name}_${column}{${labels.join(',')}}`, Number(row[column])]);
        }
      }
    }
    const names = found.map(([name]) => name);
    // Equal labels would fail the whole scrape.
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    return new Map(found);
  }

  async function collected(): Promise<Map<string, number>> {
    const register = new Registry();
    registerMetrics(fromPg(reader), { register, cacheMs: 0 });
    return samplesOf((await register.metrics()).replaceAll(/\w+="",?/g, ''));
  }

  it('give what the collectors give, to a role that may read that alone', async () => {
    const ofExporter = await samples(reader);
    expect(ofExporter.size).toBeGreaterThan(30);
    expect([...ofExporter.values()].some(Number.isNaN)).toBe(false);
    expect(Object.fromEntries(ofExporter)).toEqual(steady(await collected()));
    expect(Object.keys(steady(await collected()) as object)).toHaveLength(ofExporter.size);
  });

  it('keep sources apart that are gone', async () => {
    await admin.query('BEGIN');
    await admin.query(`
      INSERT INTO pgstream.pgs_dependencies (pgs_id, source_relid, source_type, cdc_mode)
      SELECT pgs_id, oid, 'TABLE', 'TRIGGER' FROM pgstream.pgs_stream_tables, unnest(ARRAY[999998, 999999]::oid[]) oid WHERE pgs_name = 'totals'`);
    const found = await samples(admin);
    await admin.query('ROLLBACK');
    const gone = [...found.keys()].filter((name) => name.startsWith('pgstream_cdc_mode{') && name.includes('oid:'));
    expect(gone).toHaveLength(2);
  });

  it('name every metric once, with what it is', () => {
    const named = Object.entries(queries).flatMap(([name, { metrics }]) =>
      metrics
        .flatMap((each) => Object.entries(each))
        .filter(([, { usage }]) => usage !== 'LABEL')
        .map(([column, { usage, description }]) => `${name}_${column} ${usage.toLowerCase()} ${description}`),
    );
    const expected = METRICS.map(({ name, kind, help }) => `${PREFIX}${name} ${kind} ${help}`);
    expect(named.toSorted()).toEqual(expected.toSorted());
  });
});

/** Metrics that an expression of PromQL names. */
const metricsIn = (expr: string): string[] => expr.match(/\bpgstream_\w+/g) ?? [];
const known = new Set(COLLECTED.map(({ name }) => PREFIX + name));

describe('alerts', () => {
  const { groups } = parse(files['prometheus/alerts.yml'] ?? '') as {
    groups: { rules: { alert: string; expr: string; annotations: { summary: string; description: string } }[] }[];
  };
  const rules = groups.flatMap((group) => group.rules);

  it('are about metrics that there are, and say what to do', () => {
    expect(rules.map(({ alert }) => alert)).toEqual(ALERTS.map(({ name }) => name));
    for (const { expr, annotations } of rules) {
      expect(metricsIn(expr).filter((name) => !known.has(name))).toEqual([]);
      expect(annotations.description.length).toBeGreaterThan(40);
    }
  });

  it('use no counter: a history that is pruned would set them off', () => {
    const counters = new Set(METRICS.filter(({ kind }) => kind === 'counter').map(({ name }) => PREFIX + name));
    for (const { expr } of rules) expect(metricsIn(expr).filter((name) => counters.has(name))).toEqual([]);
  });
});

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly id: number;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
  readonly fieldConfig?: {
    readonly defaults: { readonly unit?: string; readonly thresholds?: { readonly steps: unknown[] } };
  };
  readonly links?: readonly unknown[];
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

describe('the dashboard', () => {
  const { panels, templating, uid } = JSON.parse(files['grafana/dashboards/pgstream.json'] ?? '') as {
    panels: Panel[];
    uid: string;
    templating: { list: { name: string; type: string }[] };
  };
  const shown = panels.filter(({ type }) => type !== 'row');
  const variables = templating.list.map(({ name }) => name);

  it('has five rows, and variables for the data source and the stream table', () => {
    expect(panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual([
      'Overview',
      'Refresh performance',
      'Staleness',
      'CDC health',
      'One stream table: $schema.$table',
    ]);
    expect(variables).toEqual(['datasource', 'job', 'database', 'schema', 'table']);
    expect(uid).toBe('pgstream');
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  it.each(shown.map((panel) => [panel.title, panel] as const))(
    '%s asks the chosen data source for metrics that there are, in a unit',
    (_, { targets = [], datasource, fieldConfig, description, links }) => {
      expect(targets.length).toBeGreaterThan(0);
      for (const { expr, datasource: of } of targets) {
        expect(metricsIn(expr).length).toBeGreaterThan(0);
        expect(metricsIn(expr).filter((name) => !known.has(name))).toEqual([]);
        const asked = [...expr.matchAll(/\$(\w+)/g)].map(([, name = '']) => name);
        expect(asked.filter((name) => !variables.includes(name) && name !== '__rate_interval')).toEqual([]);
        expect(of.uid).toBe('${datasource}');
      }
      expect(datasource?.uid).toBe('${datasource}');
      expect(fieldConfig?.defaults.unit).toEqual(expect.any(String));
      expect(fieldConfig?.defaults.thresholds?.steps.length).toBeGreaterThan(0);
      expect(description).toMatch(/\.$/);
      expect(links).toHaveLength(1);
    },
  );

  it('lays no panel over another', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
  });
});

describe('docker-compose.yml', () => {
  interface Service {
    readonly image: string;
    readonly volumes?: readonly string[];
    readonly network_mode?: string;
    readonly depends_on?: Readonly<Record<string, unknown>>;
  }
  const { services } = parse(files['docker-compose.yml'] ?? '') as { services: Record<string, Service> };

  it('mounts what there is, and says which images it takes', () => {
    const images = Object.values(services).map(({ image }) => image);
    expect(images.toSorted()).toEqual(Object.values(IMAGES).toSorted());
    for (const image of images) {
      expect(image).toMatch(/:[\w.-]+$/);
      expect(files['docker-compose.yml']?.split('services:')[0]).toContain(image);
    }
    for (const { volumes = [], network_mode: network, depends_on: needed = {} } of Object.values(services)) {
      for (const volume of volumes) {
        const [source = ''] = volume.split(':');
        expect(existsSync(join(inFolder, source))).toBe(true);
      }
      expect([...Object.keys(needed), network?.split(':')[1] ?? 'database'].every((name) => name in services)).toBe(
        true,
      );
    }
  });

  it('provisions Grafana with the data source and the folder that it mounts', () => {
    const provider = parse(files['grafana/provisioning/dashboards/pgstream.yml'] ?? '');
    const { volumes = [] } = services['grafana'] ?? {};
    expect(volumes).toContain(`./grafana/dashboards:${provider.providers[0].options.path}:ro`);
    expect(parse(files['grafana/provisioning/datasources/pgstream.yml'] ?? '').datasources[0].url).toBe(
      'http://127.0.0.1:9090',
    );
  });
});

async function temporary(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'pgstream-metrics-'));
  onTestFinished(() => rm(made, { recursive: true }));
  return made;
}

describe('init()', () => {
  it('copies all of it, and again', async () => {
    const to = join(await temporary(), 'monitoring');
    const all = Object.keys(files).toSorted();
    for (let time = 1; time <= 2; time += 1) {
      const { written, kept } = await init(to, { from: inFolder });
      expect({ written: written.toSorted(), kept }).toEqual({ written: all, kept: [] });
    }
    expect(await filesBelow(to)).toEqual(all);
  });

  it('keeps what somebody has changed, unless it is forced', async () => {
    const to = await temporary();
    await init(to, { from: inFolder });
    const changed = join(to, 'prometheus/alerts.yml');
    await writeFile(changed, 'mine');
    expect((await init(to, { from: inFolder })).kept).toEqual(['prometheus/alerts.yml']);
    expect(await readFile(changed, 'utf8')).toBe('mine');
    expect((await init(to, { from: inFolder, force: true })).kept).toEqual([]);
    expect(await readFile(changed, 'utf8')).toBe(files['prometheus/alerts.yml']);
  });

  it('is a command', async () => {
    const to = await temporary();
    const command = (...args: string[]) =>
      promisify(execFile)(process.execPath, [join(folder, 'dist/cli.mjs'), ...args], { cwd: to });
    const { stdout } = await command('init');
    expect(stdout.trimEnd().split('\n')).toHaveLength(Object.keys(files).length);
    expect(await filesBelow(join(to, 'monitoring'))).toEqual(Object.keys(files).toSorted());
    await writeFile(join(to, 'monitoring/demo.sql'), 'mine');
    await expect(command('init')).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining('kept     demo.sql'),
    });
    await expect(command('start')).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('Usage:') });
    await expect(command('init', '--wrong')).rejects.toMatchObject({ code: 2 });
  });
});
