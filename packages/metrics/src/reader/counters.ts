import type { HistoryRange, MetricsReading, RefreshCounts, StreamTableReading } from '@pgstream/core/metrics';

/** Where counters begin when a process starts. */
export type CountFrom = 'history' | 'start';

/** What was counted of one stream table. */
interface Tally {
  readonly id: string;
  /** Of records that are not counted again. */
  readonly settled: RefreshCounts;
  /** What was shown last: nothing less is shown after it. */
  readonly shown: RefreshCounts;
}

const FIELDS = [
  'refreshes',
  'successful',
  'failed',
  'rowsInserted',
  'rowsDeleted',
  'timed',
  'durationSeconds',
] as const satisfies readonly (keyof RefreshCounts)[];

const NOTHING = combine((): number => 0);

/** A record may appear behind later ones, when the transaction that wrote it ends; not so long after. */
const SETTLES_AFTER_MS = 600_000;

/**
 * Counters of a history that loses its oldest records. What records add up to is kept here once they are old enough for no
 * other to appear before them; only the later ones are counted each time. So a counter does not go down when the history is
 * pruned, nor when a stream table is dropped and created again.
 */
export class Counters {
  readonly #from: CountFrom;
  #after = '0';
  #upTo = '0';
  #newest: { readonly record: string; readonly sinceMs: number } | undefined;
  #installation: string | undefined;
  #tallies = new Map<string, Tally>();

  constructor(from: CountFrom) {
    this.#from = from;
  }

  /** Which records the next reading has to count. */
  range(nowMs: number): HistoryRange {
    if (this.#newest !== undefined && nowMs - this.#newest.sinceMs >= SETTLES_AFTER_MS) {
      // Older than those that are settled where the newest ones went with their stream table.
      if (BigInt(this.#newest.record) > BigInt(this.#after)) this.#upTo = this.#newest.record;
      this.#newest = undefined;
    }
    return { after: this.#after, upTo: this.#upTo };
  }

  /** Whether the reading is of another history than those before: the extension was created again. */
  isOfAnother({ installation }: MetricsReading): boolean {
    return this.#installation !== undefined && this.#installation !== installation;
  }

  /** Begins again, as a new process would. */
  forget(): void {
    this.#after = '0';
    this.#upTo = '0';
    this.#newest = undefined;
    this.#installation = undefined;
    this.#tallies.clear();
  }

  /** Takes in a reading of {@link range}; gives the counters of its stream tables, in their order. */
  take({ streamTables, lastRecord, installation }: MetricsReading, nowMs: number): readonly RefreshCounts[] {
    const tallies = new Map<string, Tally>();
    for (const table of streamTables) tallies.set(keyOf(table), this.#tally(table));
    // Of those that are gone nothing is kept: one of that name begins anew.
    this.#tallies = tallies;
    this.#after = this.#upTo;
    if (lastRecord !== null) this.#newest ??= { record: lastRecord, sinceMs: nowMs };
    this.#installation = installation;
    return [...tallies.values()].map(({ shown }) => shown);
  }

  #tally(table: StreamTableReading): Tally {
    const known = this.#tallies.get(keyOf(table));
    const before = known === undefined ? this.#beginning(table) : known.id === table.id ? known.settled : known.shown;
    const settled = plus(before, table.settled);
    const sum = plus(settled, table.recent);
    // Records that were to be counted again have gone.
    const lost = combine((field) => Math.max(0, (known?.shown[field] ?? 0) - sum[field]));
    return { id: table.id, settled: plus(settled, lost), shown: plus(sum, lost) };
  }

  /** What a stream table that was not known starts with. One that was created meanwhile has had all its refreshes since. */
  #beginning({ settled, recent }: StreamTableReading): RefreshCounts {
    if (this.#from === 'history' || this.#installation !== undefined) return NOTHING;
    return combine((field) => -settled[field] - recent[field]);
  }
}

function keyOf({ schema, name }: StreamTableReading): string {
  return JSON.stringify([schema, name]);
}

function plus(one: RefreshCounts, other: RefreshCounts): RefreshCounts {
  return combine((field) => one[field] + other[field]);
}

function combine(value: (field: keyof RefreshCounts) => number): RefreshCounts {
  return Object.fromEntries(FIELDS.map((field) => [field, value(field)])) as unknown as RefreshCounts;
}
