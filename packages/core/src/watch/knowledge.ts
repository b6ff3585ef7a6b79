import type { StreamTableState } from '../catalog/index.ts';
import { PgStreamError, StreamTableNotFoundError } from '../errors/index.ts';
import { checkMaxAge, isOverdue, type IsStaleOptions } from '../freshness/index.ts';
import type { QualifiedName } from '../name/index.ts';
import { clockErrorMs, serverNow } from './clock.ts';
import type { Snapshot, TableSnapshot } from './snapshot.ts';

/** What is known of a stream table at one moment. */
export interface WatchedStreamTable {
  readonly status: StreamTableState;
  readonly isPopulated: boolean;
  /** As `lastRefreshAt()`. */
  readonly lastRefreshAt: Date | null;
  /** As `status().dataTimestamp`. */
  readonly dataTimestamp: Date | null;
}

/** A stream table is not what it was at the poll before. */
export interface StreamTableChange {
  readonly table: QualifiedName;
  /** Null if it was not there. */
  readonly before: WatchedStreamTable | null;
  /** Null if it is not there any more. */
  readonly after: WatchedStreamTable | null;
}

/** What one snapshot tells at any time after it. Nothing in here asks a server, or a clock: `now` is the caller's, as in the snapshot. */
export class Knowledge {
  readonly #snapshot: Snapshot;
  /** By name, by schema: no text has to be made to find one. */
  readonly #schemas = new Map<string, Map<string, TableSnapshot>>();
  readonly #names: readonly QualifiedName[] | undefined;

  /** @param names those that it is of; undefined for all */
  constructor(snapshot: Snapshot, names?: readonly QualifiedName[]) {
    this.#snapshot = snapshot;
    this.#names = names;
    for (const each of snapshot.tables) {
      const { schema, name } = each.table;
      const tables = this.#schemas.get(schema) ?? new Map<string, TableSnapshot>();
      this.#schemas.set(schema, tables.set(name, each));
    }
  }

  isStale(name: QualifiedName, { maxAgeMs }: IsStaleOptions, now: number): boolean | null {
    const table = this.#find(name);
    const serverMs = serverNow(this.#snapshot.clock, now);
    if (maxAgeMs === undefined) return isOverdue(table, age(serverMs, table.staleFromMs));
    checkMaxAge(maxAgeMs, name);
    const ageMs = table.isPopulated ? age(serverMs, table.lastRefreshMs) : null;
    return ageMs === null || ageMs > maxAgeMs;
  }

  lastRefreshAt(name: QualifiedName): Date | null {
    return instant(this.#find(name).lastRefreshMs);
  }

  stalenessMs(name: QualifiedName, now: number): number | null {
    const ageMs = age(serverNow(this.#snapshot.clock, now), this.#find(name).dataMs);
    return ageMs === null ? null : Math.floor(ageMs);
  }

  /** The server's instant as of which it is: everything that was committed before is in. */
  get asOf(): Date {
    return new Date(Math.floor(this.#snapshot.clock.serverMs));
  }

  /** What was committed longer ago than that is in. */
  maxErrorMs(now: number): number {
    return now - this.#snapshot.clock.sentAt;
  }

  get clockErrorMs(): number {
    return clockErrorMs(this.#snapshot.clock);
  }

  /** What has become of what was known before. */
  changesSince(before: Knowledge): StreamTableChange[] {
    const changes: StreamTableChange[] = [];
    for (const now of this.#snapshot.tables) {
      const then = before.#get(now.table);
      if (!then || !isEqual(then, now)) changes.push(changeOf(now.table, then, now));
    }
    for (const then of before.#snapshot.tables) {
      if (!this.#get(then.table)) changes.push(changeOf(then.table, then, undefined));
    }
    return changes;
  }

  #get({ schema, name }: QualifiedName): TableSnapshot | undefined {
    return this.#schemas.get(schema)?.get(name);
  }

  #find(name: QualifiedName): TableSnapshot {
    const table = this.#get(name);
    if (table) return table;
    const isWatched = this.#names?.some((each) => each.schema === name.schema && each.name === name.name) ?? true;
    if (isWatched) throw new StreamTableNotFoundError(name, { operation: 'watch' });
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      `"${name.schema}"."${name.name}" is not among the stream tables that watch() was given.`,
      { operation: 'watch', schema: name.schema, table: name.name },
    );
  }
}

function age(serverMs: number, sinceMs: number | null): number | null {
  return sinceMs === null ? null : serverMs - sinceMs;
}

/** Rounded down, as `lastRefreshAt()` is. */
function instant(ms: number | null): Date | null {
  return ms === null ? null : new Date(Math.floor(ms));
}

/** What may change without a refresh is part of the answers, too. */
const COMPARED = ['id', 'status', 'schedule', 'boundMs', 'isPopulated', 'lastRefreshMs', 'dataMs'] as const;

function isEqual(one: TableSnapshot, other: TableSnapshot): boolean {
  return COMPARED.every((key) => one[key] === other[key]);
}

function changeOf(
  table: QualifiedName,
  before: TableSnapshot | undefined,
  after: TableSnapshot | undefined,
): StreamTableChange {
  return { table, before: watched(before), after: watched(after) };
}

function watched(table: TableSnapshot | undefined): WatchedStreamTable | null {
  if (!table) return null;
  const { status, isPopulated, lastRefreshMs, dataMs } = table;
  return { status, isPopulated, lastRefreshAt: instant(lastRefreshMs), dataTimestamp: instant(dataMs) };
}
