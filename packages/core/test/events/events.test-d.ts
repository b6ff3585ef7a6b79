import { describe, expectTypeOf, it } from 'vitest';
import type {
  PgStreamEvent,
  PgStreamEvents,
  QualifiedName,
  RefreshEvent,
  StreamTableWatcher,
  Wakeups,
} from '../../src/index.ts';

declare const event: PgStreamEvent;
declare const events: PgStreamEvents;
declare const watcher: StreamTableWatcher;

describe('an event', () => {
  it('is told apart by its kind', () => {
    if (event.kind === 'refresh_completed') {
      expectTypeOf(event.table).toEqualTypeOf<QualifiedName>();
      expectTypeOf(event.rowsInserted).toEqualTypeOf<number | null>();
    }
    if (event.kind === 'other') expectTypeOf(event.table).toEqualTypeOf<QualifiedName | null>();
    if (event.kind === 'reconnected') expectTypeOf(event.since).toEqualTypeOf<Date>();
    expectTypeOf(event.at).toEqualTypeOf<Date>();
    // @ts-expect-error -- only some are about a stream table
    void event.table;
    // @ts-expect-error -- there is no such kind
    void (event.kind === 'refreshed');
  });

  it('is of the kind that a function is given for', () => {
    events.on('refresh_failed', ({ error }) => expectTypeOf(error).toEqualTypeOf<string | null>());
    events.onRefresh('totals', (refresh) => expectTypeOf(refresh).toEqualTypeOf<RefreshEvent>());
    // @ts-expect-error -- who is called at once is never too slow
    events.on('overflow', () => {});
    // @ts-expect-error -- there is no such kind
    events.on('refreshed', () => {});
  });
});

it('events() can be iterated over, and wake', () => {
  expectTypeOf(events).toExtend<AsyncIterable<PgStreamEvent>>();
  expectTypeOf(events).toExtend<Wakeups>();
});

describe('a watcher', () => {
  it('says null only without a bound of yours, and needs no await', () => {
    expectTypeOf(watcher.isStale('totals')).toEqualTypeOf<boolean | null>();
    expectTypeOf(watcher.isStale('totals', { maxAgeMs: 1 })).toEqualTypeOf<boolean>();
    expectTypeOf(watcher.stalenessMs({ schema: 'live', name: 'totals' })).toEqualTypeOf<number | null>();
    expectTypeOf(watcher.lastRefreshAt('totals')).toEqualTypeOf<Date | null>();
  });
});
