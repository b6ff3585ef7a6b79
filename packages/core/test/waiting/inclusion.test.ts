import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Facts, FactsByName, ReadsByName } from '../../src/waiting/facts.ts';
import { Inclusion, type Mark } from '../../src/waiting/inclusion.ts';

/** Of each stream table of the world: its sources, and the stream tables below it, which come before it. */
interface Shape {
  readonly sources: readonly number[];
  readonly streamTables: readonly number[];
}

/** What a refresh leaves: what it has in of each source, by the position of the last write, and of those below it. */
interface Content {
  readonly began: number;
  readonly frontier: number;
  /** For each source of the world: all writes up to this position are in, itself or through others. */
  readonly upTo: readonly number[];
}

interface StreamTable extends Shape {
  content: Content | undefined;
  /** A refresh that is under way, and what it will leave. */
  running: Content | undefined;
}

const SOURCES = 2;

/**
 * A server with nothing but time, a log and stream tables, whose refreshes lose nothing. Each step takes a microsecond, and
 * moves the log on if something is written.
 */
class World {
  now = 1;
  position = 1;
  /** The position of the last write to each source. */
  readonly written: number[] = Array.from({ length: SOURCES }, () => 0);
  readonly tables: readonly StreamTable[];
  readonly #holdsBack: boolean;

  constructor(shapes: readonly Shape[], holdsBack: boolean) {
    this.tables = shapes.map((shape) => ({ ...shape, content: undefined, running: undefined }));
    this.#holdsBack = holdsBack;
  }

  write(source: number): void {
    this.now += 1;
    this.position += 1;
    this.written[source] = this.position;
  }

  /** One of a scheduler that holds back leaves out what lies behind the position that it holds. */
  begin(table: StreamTable, heldBackBy: number): void {
    this.now += 1;
    if (table.running) return;
    const before = table.content;
    const held = this.#holdsBack ? this.position - heldBackBy : this.position;
    const frontier = Math.max(held, before?.frontier ?? 0);
    const seen = table.streamTables.map((below) => this.tables[below]?.content);
    const upTo = this.written.map((_, source) => {
      const own = table.sources.includes(source) ? [Math.min(frontier, this.position)] : [];
      const through = table.streamTables.flatMap((below, index) =>
        this.#reaches(below, source) ? [seen[index]?.upTo[source] ?? 0] : [],
      );
      return Math.min(...own, ...through);
    });
    table.running = { began: this.now, frontier, upTo };
  }

  commit(table: StreamTable): void {
    this.now += 1;
    // A commit is written to the log, too.
    if (table.running) this.position += 1;
    table.content = table.running ?? table.content;
    table.running = undefined;
  }

  #reaches(table: number, source: number): boolean {
    const { sources = [], streamTables = [] } = this.tables[table] ?? {};
    return sources.includes(source) || streamTables.some((below) => this.#reaches(below, source));
  }

  get facts(): FactsByName {
    return new Map(this.tables.map((table, index) => [String(index), this.#factsOf(table, index)]));
  }

  #factsOf({ content, sources }: StreamTable, index: number): Facts {
    return {
      name: { schema: '', name: String(index) },
      isPopulated: content !== undefined,
      isStale: null,
      refreshMode: 'DIFFERENTIAL',
      lastRefreshUs: content?.began ?? null,
      frontier: content ? new Map(sources.map((source) => [source, BigInt(content.frontier)])) : null,
      us: this.now,
      position: BigInt(this.position),
      keepsSnapshot: false,
      hasWritten: false,
    };
  }

  get reads(): ReadsByName {
    return new Map(
      this.tables.map(({ sources, streamTables }, index) => [
        String(index),
        { sources, streamTables: streamTables.map(String) },
      ]),
    );
  }

  /** Whether a stream table has in all that was written up to a position, of the sources that it comes from. */
  hasIn(table: number, position: number): boolean {
    return this.written.every((_, source) => {
      if (!this.#reaches(table, source)) return true;
      return (this.tables[table]?.content?.upTo[source] ?? 0) >= position;
    });
  }
}

type Step =
  | { readonly kind: 'write'; readonly source: number }
  | { readonly kind: 'begin' | 'commit'; readonly table: number; readonly heldBackBy: number }
  | { readonly kind: 'look' };

const TABLES = 4;
const shapes: fc.Arbitrary<Shape[]> = fc
  .array(fc.tuple(fc.subarray([0, 1]), fc.subarray([0, 1, 2])), { minLength: TABLES, maxLength: TABLES })
  .map((drawn) =>
    drawn.map(([sources, below], index) => {
      const streamTables = below.filter((each) => each < index);
      // Every query reads something.
      return { streamTables, sources: streamTables.length === 0 && sources.length === 0 ? [0] : sources };
    }),
  );

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('write' as const), source: fc.nat(SOURCES - 1) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('begin' as const, 'commit' as const),
      table: fc.nat(TABLES - 1),
      heldBackBy: fc.constantFrom(0, 0, 1, 3),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'look' as const }) },
);
const steps = fc.array(step, { maxLength: 60 });

function take(world: World, next: Step): void {
  if (next.kind === 'write') world.write(next.source);
  else if (next.kind !== 'look') {
    const table = world.tables[next.table];
    if (table) world[next.kind](table, next.heldBackBy);
  } else world.now += 1;
}

/** What a caller means by the three kinds of `since`, at the moment that he has committed. */
const KINDS = ['instant', 'position', 'now'] as const;

/** The mark that the first look makes, of a commit at that time and position. */
function markOf(kind: (typeof KINDS)[number], world: World, committed: { us: number; position: number }): Mark {
  const here = { us: world.now, position: BigInt(world.position) };
  if (kind === 'instant') return { us: committed.us + 1, position: here.position, by: 'instant' };
  if (kind === 'position') return { ...here, position: BigInt(committed.position), by: 'position' };
  return { ...here, by: 'position' };
}

describe.each([false, true])('inclusion, where the scheduler holds back: %s', (holdsBack) => {
  it.each(KINDS)('since %s: is not told before it is true', (kind) => {
    fc.assert(
      fc.property(shapes, fc.nat(TABLES - 1), steps, steps, steps, (shape, table, before, between, after) => {
        const world = new World(shape, holdsBack);
        for (const each of before) take(world, each);
        for (let source = 0; source < SOURCES; source += 1) world.write(source);
        const committed = { us: world.now, position: world.position };
        for (const each of between) take(world, each);
        const inclusion = new Inclusion(String(table), world.reads, holdsBack, markOf(kind, world, committed));
        for (const each of [...after, { kind: 'look' } as const]) {
          take(world, each);
          const isTold = each.kind === 'look' && inclusion.look(world.facts);
          expect(!isTold || world.hasIn(table, committed.position)).toBe(true);
        }
      }),
      { numRuns: 1_500 },
    );
  });

  it.each(KINDS)('since %s: is told once all were refreshed in order, and what was written is in the log', (kind) => {
    fc.assert(
      fc.property(shapes, fc.nat(TABLES - 1), steps, steps, (shape, table, before, between) => {
        const world = new World(shape, holdsBack);
        for (const each of before) take(world, each);
        world.write(0);
        const committed = { us: world.now, position: world.position };
        for (const each of between) take(world, each);
        const inclusion = new Inclusion(String(table), world.reads, holdsBack, markOf(kind, world, committed));
        let isIn = inclusion.look(world.facts);
        for (const each of world.tables) {
          world.commit(each);
          world.begin(each, 0);
          world.commit(each);
          isIn = inclusion.look(world.facts);
          world.now += 1;
        }
        expect(isIn).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
