import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { metrics as api } from '@opentelemetry/api';
import { testDatabase } from '@pgstream/harness';
import { fromPg } from '@pgstream/core/pg';
import { Pool, type Client } from 'pg';
import { Registry } from 'prom-client';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { registerMetrics } from '../src/index.ts';
import { COLLECTED } from '../src/metrics/index.ts';
import { observeMetrics } from '../src/otel.ts';
import { createShop, samplesOf } from './shop.ts';

const db = testDatabase();
let admin: Client;

beforeAll(async () => {
  admin = await db.connect();
  await createShop(admin);
});

/** A reader that collects when it is told to. */
class WhenTold extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

function pooled(url = db.url): Pool {
  const pool = new Pool({ connectionString: url, max: 2 });
  onTestFinished(() => pool.end());
  return pool;
}

/** With the unit at its end, as the specification of OpenTelemetry has it and this exporter does not. */
function withUnit(sample: string): string {
  const inSeconds = COLLECTED.filter(({ otel }) => otel?.unit === 's').map(({ name }) => name.replace(/_seconds$/, ''));
  return sample.replace(new RegExp(`^(pgstream_(?:${inSeconds.join('|')}))\\{`), '$1_seconds{');
}

function provided(): { provider: MeterProvider; collect: () => Promise<Map<string, number>> } {
  const reader = new WhenTold();
  const provider = new MeterProvider({ readers: [reader] });
  onTestFinished(() => provider.shutdown());
  const collect = async () => {
    const { resourceMetrics, errors } = await reader.collect();
    expect(errors).toEqual([]);
    const text = new PrometheusSerializer('', false, undefined, true, true).serialize(resourceMetrics);
    const samples = samplesOf(text.replaceAll(/,?otel_scope_\w+="[^"]*",?/g, ''));
    return new Map([...samples].map(([name, value]) => [withUnit(name), value]));
  };
  return { provider, collect };
}

const steady = (samples: Map<string, number>): unknown =>
  Object.fromEntries(
    [...samples]
      .filter(([name]) => name.startsWith('pgstream_'))
      // In OpenTelemetry there is the one in seconds.
      .filter(([name]) => !name.startsWith('pgstream_avg_refresh_duration_ms'))
      .map(([name, value]) => [name, /staleness_|scrape_duration/.test(name) ? expect.any(Number) : value]),
  );

it('an exporter for Prometheus makes of them what registerMetrics() has', async () => {
  const { provider, collect } = provided();
  const executor = fromPg(pooled());
  observeMetrics(executor, { meter: provider.getMeter('test') });
  const register = new Registry();
  registerMetrics(executor, { register });
  const ofPrometheus = samplesOf(await register.metrics());
  const ofOpenTelemetry = await collect();
  expect(ofOpenTelemetry.size).toBeGreaterThan(30);
  expect(steady(ofOpenTelemetry)).toEqual(steady(ofPrometheus));
});

it('where the database cannot be read, there is that and nothing else', async () => {
  const { provider, collect } = provided();
  observeMetrics(fromPg(pooled('postgres://nobody@127.0.0.1:1/none')), { meter: provider.getMeter('test') });
  const samples = await collect();
  expect([...samples].filter(([name]) => /^pgstream_(?!scrape_duration)/.test(name))).toEqual([
    ['pgstream_up{}', 0],
    ['pgstream_scrape_errors_total{code="CONNECTION"}', 1],
  ]);
});

it('are of the global provider unless a meter is given, until they are stopped', async () => {
  const { provider, collect } = provided();
  api.setGlobalMeterProvider(provider);
  onTestFinished(() => api.disable());
  const executor = fromPg(pooled());
  let sent = 0;
  const query: typeof executor.query = (...statement) => {
    sent += 1;
    return executor.query(...statement);
  };
  const observed = observeMetrics({ scope: executor.scope, transaction: 'none', query }, { cacheMs: 0 });
  expect((await collect()).get('pgstream_up{}')).toBe(1);
  await collect();
  expect(sent).toBe(3); // The extension, and twice the metrics.
  observed.stop();
  await collect();
  expect(sent).toBe(3);
});
