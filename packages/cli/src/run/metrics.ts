import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { QualifiedName } from '@pgstream/core';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What `run` counts. Nothing of it is of the extension: other programs refresh, too. */
export interface Metrics {
  readonly refreshed: (table: QualifiedName, status: string, durationMs: number) => void;
  /** Failures in a row, none after a success. */
  readonly failures: (table: QualifiedName, count: number) => void;
  /** Whether the last look at the database could be taken, and nothing else stands in the way. */
  readonly looked: (isUp: boolean) => void;
  readonly text: () => Promise<string>;
  readonly contentType: string;
}

const LABELS = ['schema', 'name'] as const;

export function createMetrics(): Metrics {
  const registers = [new Registry()];
  const refreshes = new Counter({
    name: 'pgstream_run_refreshes_total',
    help: 'Refreshes by this process, by what came of them',
    labelNames: [...LABELS, 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'pgstream_run_refresh_duration_seconds',
    help: 'How long refreshes by this process took, with all waiting',
    labelNames: LABELS,
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300],
    registers,
  });
  const failures = new Gauge({
    name: 'pgstream_run_consecutive_failures',
    help: 'Refreshes by this process that failed since the last that did not',
    labelNames: LABELS,
    registers,
  });
  const last = new Gauge({
    name: 'pgstream_run_last_look_timestamp_seconds',
    help: 'When this process last looked for what is due',
    registers,
  });
  const up = new Gauge({ name: 'pgstream_run_up', help: 'Whether it could look', registers });
  return {
    refreshed({ schema, name }, status, durationMs) {
      refreshes.inc({ schema, name, status });
      if (status === 'refreshed') durations.observe({ schema, name }, durationMs / 1000);
    },
    failures: ({ schema, name }, count) => failures.set({ schema, name }, count),
    looked(isUp) {
      up.set(isUp ? 1 : 0);
      if (isUp) last.setToCurrentTime();
    },
    text: () => registers[0]?.metrics() ?? Promise.resolve(''),
    contentType: registers[0]?.contentType ?? 'text/plain',
  };
}

/** Serves `/metrics` and `/healthz`; gives where. */
export async function serve(
  metrics: Metrics,
  { port, host, isHealthy }: { readonly port: number; readonly host: string; readonly isHealthy: () => boolean },
): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/healthz') {
      const healthy = isHealthy();
      response.writeHead(healthy ? 200 : 503, { 'content-type': 'text/plain' }).end(healthy ? 'ok\n' : 'not looking\n');
    } else if (pathname === '/metrics') {
      metrics.text().then(
        (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
        () => response.writeHead(500).end(),
      );
    } else {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('There are /metrics and /healthz.\n');
    }
  });
  server.listen(port, host);
  await once(server, 'listening');
  const { address, port: chosen, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${chosen}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
