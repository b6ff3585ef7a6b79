import { metrics, type BatchObservableCallback, type Meter, type Observable } from '@opentelemetry/api';
import type { SqlExecutor } from '@pgstream/core';
import { COLLECTED } from '../metrics/index.ts';
import { Reader, type ReaderOptions } from '../reader/index.ts';

/** Whose meter it is, and how the database is asked. Every option may be left out. */
export interface ObserveOptions extends ReaderOptions {
  /** Default: `metrics.getMeter('@pgstream/metrics')` of the provider that is registered. */
  readonly meter?: Meter | undefined;
}

/** Metrics that are observed; disposed of, they are no more. */
export interface ObservedMetrics extends Disposable {
  /** Ends the observation: the same as disposing of it. The executor stays yours. */
  stop(): void;
}

/**
 * Has an OpenTelemetry meter observe the metrics of stream tables: one statement over the executor for each collection, under
 * the rules of `registerMetrics()`. Names are those of Prometheus in the convention of OpenTelemetry, `pgstream.staleness` with
 * the unit `s` for `pgstream_staleness_seconds`, so that an exporter for Prometheus makes the same ones of them.
 *
 * The executor is that of a pool, and its role needs what `metricsRoleSql()` of `@pgstream/core/metrics` prints.
 * Throws INVALID_ARGUMENT.
 *
 * @example
 * metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
 * observeMetrics(fromPg(pool));
 */
export function observeMetrics(executor: SqlExecutor, options: ObserveOptions = {}): ObservedMetrics {
  const { meter = metrics.getMeter('@pgstream/metrics'), ...asked } = options;
  const reader = new Reader(executor, asked);
  const observed = COLLECTED.flatMap(({ otel, series, ...about }) =>
    otel === null ? [] : [{ instrument: create(meter, about, otel), series }],
  );
  const instruments = observed.map(({ instrument }) => instrument);
  const observe: BatchObservableCallback = async (result) => {
    const scrape = await reader.scrape();
    for (const { instrument, series } of observed) {
      for (const { labels, value } of series(scrape)) result.observe(instrument, value, labels);
    }
  };
  meter.addBatchObservableCallback(observe, instruments);
  const stop = (): void => meter.removeBatchObservableCallback(observe, instruments);
  return { stop, [Symbol.dispose]: stop };
}

type Collected = (typeof COLLECTED)[number];

function create(
  meter: Meter,
  { kind, help: description }: Pick<Collected, 'kind' | 'help'>,
  { name, unit }: NonNullable<Collected['otel']>,
): Observable {
  return kind === 'counter'
    ? meter.createObservableCounter(name, { description, unit })
    : meter.createObservableGauge(name, { description, unit });
}
