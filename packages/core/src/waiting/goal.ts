import { PgStreamError, StreamTableNotFoundError, type PgStreamErrorCode } from '../errors/index.ts';
import { instant } from '../executor/index.ts';
import { quoteName, type QualifiedName } from '../name/index.ts';
import type { Facts, Sight } from './facts.ts';
import { Inclusion, type Mark } from './inclusion.ts';
import { notThePrimary } from './lsn.ts';
import type { Since, Wanted } from './options.ts';

/** That it is fresh, and when its last refresh began. */
export interface Reached {
  readonly lastRefreshAt: Date | null;
}

/** What one call waits for, and what of it was seen so far. */
export class Goal {
  readonly name: QualifiedName;
  readonly wanted: Wanted;
  readonly #isInTransaction: boolean;
  #inclusion: Inclusion | undefined;
  #tables: readonly QualifiedName[];

  constructor(name: QualifiedName, wanted: Wanted, isInTransaction: boolean) {
    this.name = name;
    this.wanted = wanted;
    this.#isInTransaction = isInTransaction;
    this.#tables = [name];
  }

  /** Whether the next look has to be below them, too: only then it is known what has to be in. */
  get isToBegin(): boolean {
    return this.wanted.since !== undefined && this.#inclusion === undefined;
  }

  /** The stream tables to look at. */
  get tables(): readonly QualifiedName[] {
    return this.#tables;
  }

  /** Since when a refresh has to be that has not been seen yet. */
  get mark(): Mark | undefined {
    return this.#inclusion?.isIn === true ? undefined : this.#inclusion?.mark;
  }

  /**
   * Whether it is reached; undefined if not yet. Throws NOT_FOUND; INVALID_ARGUMENT where there is no bound to wait for, for
   * the position of another server, and in a transaction that would wait for itself; UNSAFE_ISOLATION; READ_ONLY_SERVER.
   */
  look(sight: Sight): Reached | undefined {
    const seen = sight.facts.get(quoteName(this.name));
    if (seen === undefined) throw new StreamTableNotFoundError(this.name, { operation: OPERATION });
    if (this.#isInTransaction) this.#refuseEndlessWait(seen);
    if (this.isToBegin) this.#begin(sight, seen);
    // Both are looked at: what was seen of the one is remembered while the other is not reached.
    const isIn = this.#inclusion?.look(sight.facts) ?? true;
    if (!this.#isYoung(seen) || !isIn) return undefined;
    return { lastRefreshAt: instant(seen.lastRefreshUs === null ? null : Math.floor(seen.lastRefreshUs / 1000)) };
  }

  #begin({ facts, reads, holdsBack }: Sight, seen: Facts): void {
    const { since } = this.wanted;
    if (since === undefined) return;
    this.#inclusion = new Inclusion(quoteName(this.name), reads, holdsBack, this.#markOf(since, seen));
    this.#tables = this.#inclusion.tables.flatMap((table) => facts.get(table)?.name ?? []);
  }

  #markOf(since: Since, { us, position }: Facts): Mark {
    if (position === null) throw notThePrimary();
    if (since.kind === 'instant') return { us: since.us, position, by: 'instant' };
    if (since.kind === 'now') return { us, position, by: 'position' };
    if (since.position <= position) return { us, position: since.position, by: 'position' };
    throw this.#refuse(
      'INVALID_ARGUMENT',
      `The server's log has not come as far as ${since.text} (since): that is a position in another server's log, or this one was restored from before it.`,
    );
  }

  #isYoung(seen: Facts): boolean {
    const { maxAgeMs, since } = this.wanted;
    if (maxAgeMs !== undefined) {
      return seen.isPopulated && seen.lastRefreshUs !== null && seen.us - seen.lastRefreshUs <= maxAgeMs * 1000;
    }
    if (since !== undefined) return true;
    if (seen.isStale !== null) return !seen.isStale;
    throw this.#refuse(
      'INVALID_ARGUMENT',
      `${quoteName(this.name)} has no bound in its schedule: say maxAgeMs, or since.`,
    );
  }

  #refuseEndlessWait({ keepsSnapshot, hasWritten }: Facts): void {
    if (keepsSnapshot) {
      throw this.#refuse(
        'UNSAFE_ISOLATION',
        'In REPEATABLE READ and SERIALIZABLE nothing of what others commit is seen, so there is nothing to wait for. Wait before the transaction begins, or after its end.',
      );
    }
    if (!hasWritten) return;
    throw this.#refuse(
      'INVALID_ARGUMENT',
      'This transaction has written: a refresh that loses nothing waits for its end, and would be waited for here. Wait after the commit, or let readYourWrites() do both.',
    );
  }

  #refuse(code: PgStreamErrorCode, message: string): PgStreamError {
    const { schema, name: table } = this.name;
    return new PgStreamError(code, message, { schema, table, operation: OPERATION });
  }
}

/** What errors of a wait are said to be of. */
export const OPERATION = 'waitUntilFresh';

/** ABORTED, if the signal has fired. */
export function abortOf(signal: AbortSignal | undefined, name?: QualifiedName): PgStreamError | undefined {
  if (signal?.aborted !== true) return undefined;
  const fields = { cause: signal.reason, operation: OPERATION, schema: name?.schema, table: name?.name };
  return new PgStreamError('ABORTED', 'The wait was aborted by its signal.', fields);
}
