import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Knowledge } from '../../src/watch/knowledge.ts';
import type { TableSnapshot } from '../../src/watch/snapshot.ts';

const table = { schema: 'public', name: 'totals' };
const BOUND_MS = 1_000;

/** The server's clock is ahead of the client's by as much, which the client does not know. */
const OFFSET_MS = 1_764_000_000_000;

interface Refresh {
  /** When its transaction began, and when it was committed, by the client's clock. */
  readonly beganAt: number;
  readonly committedAt: number;
}

/** What the server shows at an instant of the client's clock. */
function shownAt(refreshes: readonly Refresh[], at: number): TableSnapshot {
  const began = refreshes.findLast(({ committedAt }) => committedAt <= at)?.beganAt ?? 0;
  const lastRefreshMs = OFFSET_MS + began;
  return {
    table,
    id: '1',
    status: 'ACTIVE',
    schedule: '1s',
    boundMs: BOUND_MS,
    isPopulated: true,
    lastRefreshMs,
    dataMs: lastRefreshMs,
    staleFromMs: lastRefreshMs,
  };
}

/** Refreshes of which each begins after the one before was committed. */
const histories = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 1_500 }), fc.integer({ min: 0, max: 200 })), { maxLength: 12 })
  .map((steps) => {
    let at = 0;
    return steps.map(([pause, length]): Refresh => {
      const beganAt = at + pause;
      at = beganAt + length;
      return { beganAt, committedAt: at };
    });
  });

it('what it calls fresh is fresh, and what it calls stale was not refreshed but in the last maxErrorMs', () => {
  fc.assert(
    fc.property(
      histories,
      fc.record({
        sentAt: fc.integer({ min: 0, max: 6_000 }),
        there: fc.integer({ min: 0, max: 100 }),
        back: fc.integer({ min: 0, max: 100 }),
        later: fc.integer({ min: 0, max: 3_000 }),
        maxAgeMs: fc.option(fc.constant(BOUND_MS), { nil: undefined }),
      }),
      (refreshes, { sentAt, there, back, later, maxAgeMs }) => {
        const seenAt = sentAt + there;
        const receivedAt = seenAt + back;
        const now = receivedAt + later;
        const knowledge = new Knowledge({
          clock: { serverMs: OFFSET_MS + seenAt, sentAt, receivedAt },
          tables: [shownAt(refreshes, seenAt)],
        });
        const errorMs = knowledge.clockErrorMs;
        expect(errorMs).toBe((there + back) / 2);
        expect(knowledge.maxErrorMs(now)).toBe(now - sentAt);

        const trueAge = now + OFFSET_MS - shownAt(refreshes, now).lastRefreshMs!;
        const isRecent = refreshes.some(
          ({ committedAt }) => committedAt > now - knowledge.maxErrorMs(now) && committedAt <= now,
        );
        const isStale = knowledge.isStale(table, { maxAgeMs }, now);
        const leastAge = isStale && !isRecent ? BOUND_MS - errorMs : -Infinity;
        const mostAge = isStale ? Infinity : BOUND_MS + errorMs;
        expect(trueAge).toBeGreaterThan(leastAge);
        expect(trueAge).toBeLessThanOrEqual(mostAge);
      },
    ),
    { numRuns: 1_000 },
  );
});
