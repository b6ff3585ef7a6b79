import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compare } from './check.ts';
import { asksScheduler, probes } from './recording.ts';
import { probedServer, type ProbedServer } from './server.ts';

let server: ProbedServer;

beforeAll(async () => {
  server = await probedServer({ scheduler: true });
});

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
