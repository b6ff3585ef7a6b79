import type { HistoryRange, MetricsReading, RefreshCounts } from '@pgstream/core/metrics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Counters, type CountFrom } from '../src/reader/counters.ts';

const MINUTE = 60_000;

interface Record {
  readonly number: number;
  readonly table: string;
  readonly rows: number;
}

/** A history as the extension keeps one, and what a reading of it gives. */
class History {
  records: Record[] = [];
  readonly #installation: string;

  constructor(installation = '1') {
    this.#installation = installation;
  }

  /** What each stream table's refreshes truly add up to, under its name. */
  readonly truth = new Map<string, { refreshes: number; rows: number }>();
  #numbers = 0;
  #ids = new Map<string, number>();
  #nextId = 1;

  create(name: string): void {
    this.#ids.set(name, this.#nextId);
    this.#nextId += 1;
    if (!this.truth.has(name)) this.truth.set(name, { refreshes: 0, rows: 0 });
  }

  drop(name: string): void {
    this.#ids.delete(name);
    this.truth.delete(name);
  }

  /** Takes the next number; the record is there once what is given is called. */
  begin(name: string, rows: number): () => void {
    this.#numbers += 1;
    const record = { number: this.#numbers, table: String(this.#ids.get(name)), rows };
    return () => {
      this.records.push(record);
      const truth = this.truth.get(name);
      if (truth === undefined || record.table !== String(this.#ids.get(name))) return;
      truth.refreshes += 1;
      truth.rows += rows;
    };
  }

  prune(count: number): void {
    this.records = this.records.toSorted((a, b) => a.number - b.number).slice(count);
  }

  read({ after = '0', upTo = after }: HistoryRange = {}): MetricsReading {
    const counts = (id: string, from: number, to: number): RefreshCounts => {
      const found = this.records.filter(({ number, table }) => table === id && number > from && number <= to);
      return {
        refreshes: found.length,
        successful: found.length,
        failed: 0,
        rowsInserted: found.reduce((sum, { rows }) => sum + rows, 0),
        rowsDeleted: 0,
        timed: found.length,
        durationSeconds: found.length / 4,
      };
    };
    const newest = Math.max(0, ...this.records.map(({ number }) => number));
    return {
      database: 'shop',
      extension: { name: 'pg_stream', version: '0.1.1' },
      installation: this.#installation,
      schedulerRunning: true,
      lastRecord: newest === 0 ? null : String(newest),
      sources: [],
      streamTables: [...this.#ids].map(([name, id]) => ({
        schema: 'public',
        name,
        id: String(id),
        status: 'ACTIVE',
        refreshMode: 'FULL',
        schedule: '5m',
        scheduleSeconds: 300,
        stale: false,
        stalenessSeconds: 1,
        lastRefreshTimestampSeconds: 1,
        consecutiveErrors: 0,
        isPopulated: true,
        settled: counts(String(id), Number(after), Number(upTo)),
        recent: counts(String(id), Number(upTo), Infinity),
      })),
    };
  }
}

/** A process that reads a history now and then. */
function reading(history: History, from: CountFrom = 'history') {
  const counters = new Counters(from);
  return (nowMs: number): Map<string, RefreshCounts> => {
    let found = history.read(counters.range(nowMs));
    if (counters.isOfAnother(found)) {
      counters.forget();
      found = history.read(counters.range(nowMs));
    }
    const counted = counters.take(found, nowMs);
    return new Map(found.streamTables.map(({ name }, at) => [name, counted[at]!]));
  };
}

const refreshesOf = (counted: Map<string, RefreshCounts>): unknown =>
  Object.fromEntries([...counted].map(([name, { refreshes }]) => [name, refreshes]));

function withRefreshes(count: number, installation = '1'): History {
  const history = new History(installation);
  history.create('totals');
  for (let n = 0; n < count; n += 1) history.begin('totals', 1)();
  return history;
}

describe('counters of a history', () => {
  it('begin with all that is recorded, or with nothing', () => {
    const history = withRefreshes(3);
    const [all, none] = [reading(history), reading(history, 'start')];
    expect(refreshesOf(all(0))).toEqual({ totals: 3 });
    expect(refreshesOf(none(0))).toEqual({ totals: 0 });
    history.begin('totals', 1)();
    history.create('later');
    history.begin('later', 1)();
    expect(refreshesOf(all(MINUTE))).toEqual({ totals: 4, later: 1 });
    expect(refreshesOf(none(MINUTE))).toEqual({ totals: 1, later: 1 });
    expect(refreshesOf(none(30 * MINUTE))).toEqual({ totals: 1, later: 1 });
  });

  it('do not go down, and go on exactly, when records that are settled are pruned', () => {
    const history = withRefreshes(5);
    const read = reading(history);
    read(0);
    read(11 * MINUTE);
    history.prune(4);
    history.begin('totals', 1)();
    history.begin('totals', 1)();
    expect(refreshesOf(read(12 * MINUTE))).toEqual({ totals: 7 });
  });

  it('do not go down when all is deleted at once', () => {
    const history = withRefreshes(5);
    const read = reading(history);
    read(0);
    history.prune(5);
    expect(refreshesOf(read(MINUTE))).toEqual({ totals: 5 });
    history.begin('totals', 1)();
    expect(refreshesOf(read(2 * MINUTE))).toEqual({ totals: 6 });
  });

  it('count a record that appears behind later ones', () => {
    const history = withRefreshes(1);
    const read = reading(history);
    const late = history.begin('totals', 1);
    history.begin('totals', 1)();
    read(0);
    read(9 * MINUTE);
    late();
    expect(refreshesOf(read(9.5 * MINUTE))).toEqual({ totals: 3 });
    expect(refreshesOf(read(11 * MINUTE))).toEqual({ totals: 3 });
  });

  it('count again only what is not settled', () => {
    const history = withRefreshes(5);
    const counters = new Counters('history');
    counters.take(history.read(counters.range(0)), 0);
    expect(counters.range(MINUTE)).toEqual({ after: '0', upTo: '0' });
    expect(counters.range(10 * MINUTE)).toEqual({ after: '0', upTo: '5' });
    // What was asked and not answered is asked again.
    expect(counters.range(11 * MINUTE)).toEqual({ after: '0', upTo: '5' });
    counters.take(history.read({ after: '0', upTo: '5' }), 11 * MINUTE);
    expect(counters.range(12 * MINUTE)).toEqual({ after: '5', upTo: '5' });
  });

  it('go on under the name of a stream table that is created again, and begin anew after it was gone', () => {
    const history = withRefreshes(5);
    const read = reading(history);
    read(0);
    history.create('totals');
    history.begin('totals', 1)();
    expect(refreshesOf(read(MINUTE))).toEqual({ totals: 6 });
    history.drop('totals');
    expect(refreshesOf(read(2 * MINUTE))).toEqual({});
    history.create('totals');
    history.begin('totals', 1)();
    expect(refreshesOf(read(3 * MINUTE))).toEqual({ totals: 1 });
  });

  it('go on when the newest records go with their stream table', () => {
    const history = withRefreshes(3);
    history.create('last');
    history.begin('last', 1)();
    const read = reading(history);
    read(0);
    read(11 * MINUTE);
    history.prune(2);
    history.drop('last');
    history.records.pop();
    read(12 * MINUTE);
    expect(refreshesOf(read(23 * MINUTE))).toEqual({ totals: 3 });
    history.begin('totals', 1)();
    expect(refreshesOf(read(34 * MINUTE))).toEqual({ totals: 4 });
    expect(refreshesOf(read(45 * MINUTE))).toEqual({ totals: 4 });
  });

  it('begin anew with another history: the extension was created again', () => {
    const history = withRefreshes(50);
    const counters = new Counters('history');
    counters.take(history.read(counters.range(0)), 0);
    const settled = history.read(counters.range(11 * MINUTE));
    counters.take(settled, 11 * MINUTE);
    const another = withRefreshes(2, '2');
    const found = another.read(counters.range(12 * MINUTE));
    expect(counters.isOfAnother(found)).toBe(true);
    counters.forget();
    const [counted] = counters.take(another.read(counters.range(12 * MINUTE)), 12 * MINUTE);
    expect(counted?.refreshes).toBe(2);
  });

  it('are what truly was, whatever is done in between', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const rows = fc.nat(100);
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.tuple(name, rows).map((given) => (world: World) => world.refresh(...given)) },
      { weight: 2, arbitrary: fc.tuple(name, rows).map((given) => (world: World) => world.begin(...given)) },
      { weight: 2, arbitrary: fc.constant((world: World) => world.commit()) },
      { weight: 1, arbitrary: name.map((given) => (world: World) => world.createAgain(given)) },
      { weight: 2, arbitrary: fc.nat(5).map((count) => (world: World) => world.prune(count)) },
      { weight: 8, arbitrary: fc.nat(8).map((minutes) => (world: World) => world.look(minutes)) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const world = new World();
        for (const take of steps) take(world);
        expect(world.wrong).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

/** A history that is written to and pruned, and a process that looks at it every few minutes. */
class World {
  /** What was seen that was not so, or went down. */
  readonly wrong: unknown[] = [];
  readonly #history = new History();
  readonly #read = reading(this.#history);
  #nowMs = 0;
  #open: { commit: () => void; sinceMs: number }[] = [];
  #writtenAtMs = new Map<number, number>();
  #before: Map<string, RefreshCounts>;

  constructor() {
    for (const name of ['a', 'b', 'c']) this.#history.create(name);
    this.#before = this.#read(0);
  }

  refresh(name: string, rows: number): void {
    this.#history.begin(name, rows)();
    this.#note();
  }

  begin(name: string, rows: number): void {
    this.#open.push({ commit: this.#history.begin(name, rows), sinceMs: this.#nowMs });
  }

  commit(): void {
    this.#open.shift()?.commit();
    this.#note();
  }

  /** What happens between the last look and the end of a stream table is seen by nobody. */
  createAgain(name: string): void {
    while (this.#open.length > 0) this.commit();
    this.look(0);
    this.#history.create(name);
  }

  /** The extension prunes what is days old; an hour does. */
  prune(count: number): void {
    const old = this.#history.records.filter(
      ({ number }) => this.#nowMs - (this.#writtenAtMs.get(number) ?? Infinity) > 60 * MINUTE,
    );
    this.#history.prune(Math.min(count, old.length));
  }

  /** No transaction is open for longer than nine minutes. */
  look(minutes: number): void {
    this.#nowMs += minutes * MINUTE;
    while (this.#nowMs - (this.#open[0]?.sinceMs ?? this.#nowMs) > 9 * MINUTE) this.commit();
    const counted = this.#read(this.#nowMs);
    for (const [name, { refreshes, rowsInserted: rows }] of counted) {
      const truth = this.#history.truth.get(name);
      if (refreshes !== truth?.refreshes || rows !== truth.rows) this.wrong.push({ name, refreshes, rows, truth });
      if (refreshes < (this.#before.get(name)?.refreshes ?? 0)) this.wrong.push({ name, went: 'down' });
    }
    this.#before = counted;
  }

  #note(): void {
    for (const { number } of this.#history.records) {
      if (!this.#writtenAtMs.has(number)) this.#writtenAtMs.set(number, this.#nowMs);
    }
  }
}
