import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compare } from './check.ts';
import { asksScheduler } from './recording.ts';
import { asked, probedServer, type ProbedServer } from './server.ts';

describe.for(asked)('$extension $extversion, recorded', (recording) => {
  let server: ProbedServer;

  beforeAll(async () => {
    server = await probedServer(recording, { scheduler: false });
  });

  afterAll(() => server[Symbol.asyncDispose]());

  const probes = recording.probes.filter((probe) => !asksScheduler(probe));
  test.for(probes.map((probe) => [probe.id, probe.what, probe] as const))(
    '%s: %s',
    { timeout: 30_000 },
    async ([, , probe]) => {
      const { expected, observed, listedInVain } = await compare(probe, recording, server.url);
      expect(observed).toEqual(expected);
      expect(listedInVain, 'answered as recorded: take these off the list of differences').toEqual([]);
    },
  );
});
