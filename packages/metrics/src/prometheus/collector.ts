import { PgStreamError, type SqlExecutor } from '@pgstream/core';
import { Counter, Gauge, register as globalRegister, type Registry } from 'prom-client';
import { COLLECTED, PREFIX } from '../metrics/index.ts';
import { Reader, type ReaderOptions } from '../reader/index.ts';

/** Where metrics are registered, and how the database is asked. Every option may be left out. */
export interface RegisterOptions extends ReaderOptions {
  /** The registry; prom-client's global one by default. One registry has the metrics of one database. */
  readonly register?: Registry | undefined;
}

/** Metrics that are registered; disposed of, they are no more. */
export interface RegisteredMetrics extends Disposable {
  /** Takes them out of the registry: the same as disposing of it. The executor stays yours. */
  unregister(): void;
}

/**
 * Registers the metrics of stream tables with prom-client. Each scrape is one statement over the executor, at most one at a
 * time and no sooner than `cacheMs` after another, and ends within `timeoutMs` whatever the database does: then `pgstream_up`
 * is 0, `pgstream_scrape_errors_total` has gone up, and there is nothing of stream tables. A scrape never fails.
 *
 * The executor is that of a pool, and its role needs what `metricsRoleSql()` of `@pgstream/core/metrics` prints.
 * Throws INVALID_ARGUMENT, also where the registry has such metrics already.
 *
 * @example
 * registerMetrics(fromPg(pool));
 * app.get('/metrics', async (_, response) => response.type(register.contentType).send(await register.metrics()));
 */
export function registerMetrics(executor: SqlExecutor, options: RegisterOptions = {}): RegisteredMetrics {
  const { register = globalRegister, ...asked } = options;
  const taken = COLLECTED.find(({ name }) => register.getSingleMetric(PREFIX + name) !== undefined);
  if (taken !== undefined) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      `The registry has a metric ${PREFIX}${taken.name} already: give each database a registry of its own (register), or unregister() the first.`,
    );
  }
  const reader = new Reader(executor, asked);
  for (const each of COLLECTED) add(each, reader, register);
  const unregister = (): void => {
    for (const { name } of COLLECTED) register.removeSingleMetric(PREFIX + name);
  };
  return { unregister, [Symbol.dispose]: unregister };
}

type Collected = (typeof COLLECTED)[number];

function add({ name, help, kind, labels: own, series }: Collected, reader: Reader, register: Registry): void {
  const about = { name: PREFIX + name, help, labelNames: own.map((label) => label.name), registers: [register] };
  if (kind === 'gauge') {
    const gauge = new Gauge({
      ...about,
      async collect() {
        const found = series(await reader.scrape());
        gauge.reset();
        for (const { labels, value } of found) gauge.set(labels, value);
      },
    });
    return;
  }
  const counter = new Counter({
    ...about,
    async collect() {
      const found = series(await reader.scrape());
      // It has no set(): what is counted is counted elsewhere.
      counter.reset();
      for (const { labels, value } of found) counter.inc(labels, value);
    },
  });
}
