import type { Facts, FactsByName, Reads, ReadsByName } from './facts.ts';

/** From when on a refresh has something in. */
export interface Mark {
  /** The refresh's transaction began then or later, in microseconds of the server's clock. */
  readonly us: number;
  /** The log position that its sources were taken in up to. */
  readonly position: bigint;
  /** Whether the one or the other is what was asked for: an instant is no position. */
  readonly by: 'instant' | 'position';
}

/**
 * Whether a stream table has in what was committed before a mark.
 *
 * A refresh that loses nothing has in what was committed before its transaction began. Where the scheduler holds its
 * frontier back behind open transactions, that proves nothing of the scheduler's: there the frontier of every source has to
 * have passed the position. The frontier itself is read after everything below it was visible, so it is a proof anywhere.
 *
 * A stream table upon others has it in once those have, and it was refreshed after that was seen: when another's refresh
 * began says nothing of when it was committed.
 */
export class Inclusion {
  readonly #table: string;
  readonly #reads: ReadsByName;
  readonly #holdsBack: boolean;
  readonly mark: Mark;
  /** Of the stream tables upon others, once those have it in. */
  readonly #marks = new Map<string, Mark>();
  readonly #included = new Set<string>();

  /**
   * @param table the quoted name of the stream table
   * @param reads which stream tables it and those below it read
   * @param holdsBack whether the extension's scheduler may leave out what was committed before its refresh began
   */
  constructor(table: string, reads: ReadsByName, holdsBack: boolean, mark: Mark) {
    this.#table = table;
    this.#reads = reads;
    this.#holdsBack = holdsBack;
    this.mark = mark;
  }

  /** It and all those below it. */
  get tables(): readonly string[] {
    const found = new Set([this.#table]);
    // What is added while it goes on is visited, too.
    for (const each of found) for (const below of this.#readsOf(each).streamTables) found.add(below);
    return [...found];
  }

  /** Whether it was seen to have it in. */
  get isIn(): boolean {
    return this.#included.has(this.#table);
  }

  /** Looks at the facts of one moment; it remembers of the moments before what it needs. */
  look(facts: FactsByName): boolean {
    const found = new Map<string, boolean>();
    const isIn = (table: string, path: ReadonlySet<string>): boolean => {
      const known = this.#included.has(table) ? true : found.get(table);
      if (known !== undefined) return known;
      const within = new Set(path).add(table);
      // Those of a circle are refreshed together: none waits for itself.
      const below = this.#readsOf(table).streamTables.filter((each) => !within.has(each));
      // All of them are looked at, so that each is remembered.
      const areIn = below.map((each) => isIn(each, within)).every(Boolean);
      const result = areIn && this.#hasTakenIn(table, facts.get(table), below.length > 0);
      found.set(table, result);
      if (result) this.#included.add(table);
      return result;
    };
    return isIn(this.#table, new Set());
  }

  #hasTakenIn(table: string, seen: Facts | undefined, isUponOthers: boolean): boolean {
    if (seen === undefined) return false;
    const { sources } = this.#readsOf(table);
    if (!isUponOthers) return this.#proves(seen, sources, this.mark);
    // All that is visible now was committed before.
    const mark = this.#marks.get(table) ?? { us: seen.us, position: seen.position ?? 0n, by: 'instant' };
    this.#marks.set(table, mark);
    return this.#proves(seen, sources, mark);
  }

  #readsOf(table: string): Reads {
    return this.#reads.get(table) ?? { streamTables: [], sources: [] };
  }

  #proves(seen: Facts, sources: readonly number[], mark: Mark): boolean {
    // The writer's own transaction has changed it.
    if (seen.refreshMode === 'IMMEDIATE') return true;
    const { isPopulated, lastRefreshUs, frontier } = seen;
    if (!isPopulated || lastRefreshUs === null) return false;
    const began = lastRefreshUs >= mark.us;
    // Of what is not captured there is no position: it is read anew.
    if (sources.length === 0) return began;
    const passed = sources.every((oid) => (frontier?.get(oid) ?? 0n) >= mark.position);
    const isSought = mark.by === 'position' && passed;
    return this.#holdsBack ? isSought || (began && passed) : isSought || began;
  }
}
