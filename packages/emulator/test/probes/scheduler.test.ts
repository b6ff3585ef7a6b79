import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compare } from './check.ts';
import { asksScheduler } from './recording.ts';
import { asked, probedServer, type ProbedServer } from './server.ts';

/** One probe has an hourly stream table, which must not fall due meanwhile. */
const longestProbeMs = 40_000;
const msToTheHour = (): number => 3_600_000 - (Date.now() % 3_600_000);

beforeEach(async () => {
  if (msToTheHour() < longestProbeMs) await sleep(msToTheHour() + 2_000);
}, longestProbeMs + 10_000);

// One after the other: all but one use the database `postgres`, the only one that pg_stream's scheduler looks at.
describe.for(asked)('$extension $extversion, recorded: the scheduler', (recording) => {
  let server: ProbedServer;

  beforeAll(async () => {
    server = await probedServer(recording, { scheduler: true });
  });

  afterAll(() => server[Symbol.asyncDispose]());

  const probes = recording.probes.filter((probe) => asksScheduler(probe));
  test.for(probes.map((probe) => [probe.id, probe.what, probe] as const))(
    '%s: %s',
    { timeout: 90_000 },
    async ([, , probe]) => {
      const { expected, observed, listedInVain } = await compare(probe, recording, server.url);
      expect(observed).toEqual(expected);
      expect(listedInVain, 'answered as recorded: take these off the list of differences').toEqual([]);
    },
  );
});
