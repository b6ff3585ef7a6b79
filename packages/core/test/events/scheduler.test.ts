import { cleanUpLater, connect, extension, onEmulator, quietEmulator } from '@pgstream/harness';
import { Client } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { createPgStream, type PgStream, type PgStreamEvent, type PgStreamEvents } from '../../src/index.ts';
import { fromPg, listenWithPg } from '../../src/pg.ts';

const soon = { timeout: 60_000, interval: 20 };

/** The scheduler that the run's server has is off, or belongs to all files. */
describe.runIf(onEmulator)('of a scheduler (of an emulator of its own)', () => {
  let admin: Client;
  let pgstream: PgStream;
  let events: PgStreamEvents;
  const heard: PgStreamEvent[] = [];

  beforeAll(async () => {
    const emulator = await quietEmulator({});
    cleanUpLater(() => emulator.stop());
    const url = await emulator.createDatabase();
    admin = await connect(url);
    await admin.query(`
      SET pg_stream.min_schedule_seconds = 1;
      CREATE TABLE public.numbers (id int PRIMARY KEY, n int);
      INSERT INTO public.numbers VALUES (1, 1)`);
    pgstream = createPgStream(fromPg(admin));
    events = await pgstream.events({ listener: listenWithPg(() => new Client({ connectionString: url })) });
    cleanUpLater(() => events.close());
    for (const kind of ['refresh_completed', 'refresh_failed', 'auto_suspended'] as const) {
      events.on(kind, (event) => heard.push(event));
    }
  });

  it('every refresh is heard of; onRefresh() of those that may have changed rows, and a watcher knows at once', async () => {
    const sum = await pgstream.create({
      name: 'sum',
      query: 'SELECT sum(n)::int AS sum FROM public.numbers',
      schedule: '1s',
    });
    await using watcher = await pgstream.watch(['sum'], { events, pollMs: 600_000 });
    const before = watcher.lastRefreshAt('sum');
    const refreshes: PgStreamEvent[] = [];
    events.onRefresh('sum', (event) => refreshes.push(event));
    await expect.poll(() => heard, soon).toContainEqual(expect.objectContaining({ action: 'NO_DATA' }));
    await expect.poll(() => watcher.lastRefreshAt('sum'), soon).not.toStrictEqual(before);

    await admin.query('INSERT INTO public.numbers VALUES (2, 2)');
    await expect.poll(() => refreshes, soon).not.toHaveLength(0);
    expect(refreshes[0]).toMatchObject({
      kind: 'refresh_completed',
      table: sum.name,
      action: expect.stringMatching(/^(?:DIFFERENTIAL|FULL)$/),
      durationMs: expect.any(Number),
    });
    await expect.poll(() => watcher.isStale('sum', { maxAgeMs: 30_000 }), soon).toBe(false);
    // Woken by the events; by itself it looks more and more seldom.
    const { lastRefreshAt: earlier } = await sum.status();
    const since = await pgstream.currentLsn();
    await admin.query('INSERT INTO public.numbers VALUES (4, 4)');
    const waited = await sum.waitUntilFresh({ since, events, pollMs: 600_000, timeoutMs: 60_000 });
    expect(waited.lastRefreshAt?.getTime()).toBeGreaterThan(earlier!.getTime());
    await sum.drop();
  });

  it.runIf(extension.tellsLastingFailures)(
    'what fails is told of with its error (not by pg_trickle 0.67, where it lasts)',
    async () => {
      await pgstream.create({
        name: 'risky',
        query: 'SELECT id, 10 / n AS tenth FROM public.numbers',
        schedule: '1s',
        refreshMode: 'FULL',
      });
      await admin.query('INSERT INTO public.numbers VALUES (3, 0)');
      await expect
        .poll(() => heard, soon)
        .toContainEqual(
          expect.objectContaining({
            kind: 'refresh_failed',
            table: { schema: 'public', name: 'risky' },
            error: expect.stringContaining('division by zero'),
          }),
        );
    },
  );
});
