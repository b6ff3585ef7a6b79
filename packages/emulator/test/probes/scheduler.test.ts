import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compare } from './check.ts';
import { asksScheduler, probes } from './recording.ts';
import { probedServer, type ProbedServer } from './server.ts';

let server: ProbedServer;

beforeAll(async () => {
  server = await probedServer({ scheduler: true });
});

/** One probe has an hourly stream table, which must not fall due meanwhile. */
const longestProbeMs = 40_000;
const msToTheHour = (): number => 3_600_000 - (Date.now() % 3_600_000);

beforeEach(async () => {
  if (msToTheHour() < longestProbeMs) await sleep(msToTheHour() + 2_000);
}, longestProbeMs + 10_000);

afterAll(() => server[Symbol.asyncDispose]());

// One after the other: all but one use the database `postgres`, the only one that the original's scheduler looks at.
describe('pg_stream 0.1.1, recorded: the scheduler', () => {
  const asked = probes.filter((probe) => asksScheduler(probe));
  test.for(asked.map((probe) => [probe.id, probe.what, probe] as const))(
    '%s: %s',
    { timeout: 90_000 },
    async ([, , probe]) => {
      const { expected, observed, listedInVain } = await compare(probe, server.url);
      expect(observed).toEqual(expected);
      expect(listedInVain, 'answered as recorded: take these off differences.ts').toEqual([]);
    },
  );
});
