import { checkMs, PgStreamError } from '../errors/index.ts';
import type { Wakeups } from '../events/index.ts';
import { checkMaxAge, type IsStaleOptions } from '../freshness/index.ts';
import type { QualifiedName } from '../name/index.ts';
import type { Patience } from './agenda.ts';
import { readLsn, type Lsn } from './lsn.ts';

/** How long a call waits, and how it looks. Every option may be left out. */
export interface WaitingOptions {
  /** How long to wait, in milliseconds; 30,000 by default. Then TIMEOUT, which says how stale it still is, and why. */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait with ABORTED. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The longest pause between two looks, in milliseconds; 1,000 by default. Before that a pause is as long as the call has
   * waited already, 20 ms at first. All calls over one pool look together, by one statement, so it may be sooner.
   */
  readonly pollMs?: number | undefined;
  /**
   * What tells at once that a stream table may have changed: what `pgstream.events()` gives. It goes on looking by itself,
   * because not all refreshes are told of.
   */
  readonly events?: Wakeups | undefined;
}

/** What to wait for. Every option may be left out; then the schedule is the bound. */
export interface WaitUntilFreshOptions extends IsStaleOptions, WaitingOptions {
  /**
   * Until it has in what was committed before: an instant of the server's clock, or a position in its log (`currentLsn()`),
   * which is the surer one for your own write. With `maxAgeMs`, until both hold.
   */
  readonly since?: Date | Lsn | undefined;
}

/** How a wait ended well. */
export interface WaitUntilFreshResult {
  /** How long this call has waited, in milliseconds, with the statements that it took. */
  readonly waitedMs: number;
  /** As `lastRefreshAt()`, when it was seen to be fresh; null only where the sources' writers maintain it (`IMMEDIATE`). */
  readonly lastRefreshAt: Date | null;
}

/** Since when its data has to be in; `now` is when it is first looked at. */
export type Since =
  | { readonly kind: 'instant'; readonly us: number }
  | { readonly kind: 'position'; readonly position: bigint; readonly text: Lsn }
  | { readonly kind: 'now' };

/** What one call waits for. Neither: by the schedule. */
export interface Wanted {
  readonly maxAgeMs: number | undefined;
  readonly since: Since | undefined;
}

const TIMEOUT_MS = 30_000;
const POLL_MS = 1_000;

/** Checks the options for how long to wait, and fills in the defaults. Throws INVALID_ARGUMENT. */
export function patienceOf({ timeoutMs = TIMEOUT_MS, pollMs = POLL_MS }: WaitingOptions, operation: string): Patience {
  checkMs('timeoutMs', timeoutMs, { least: 1, operation });
  checkMs('pollMs', pollMs, { least: 1, operation });
  return { timeoutMs, pollMs };
}

/** Checks the options for what to wait for. Throws INVALID_ARGUMENT. */
export function wantedOf({ maxAgeMs, since }: WaitUntilFreshOptions, name: QualifiedName): Wanted {
  checkMaxAge(maxAgeMs, name);
  return { maxAgeMs, since: since === undefined ? undefined : readSince(since) };
}

function readSince(since: unknown): Since {
  // Not by instanceof, which fails for a Date of another realm.
  if (Object.prototype.toString.call(since) === '[object Date]') {
    const ms = Number(since);
    // A Date knows no microseconds: what it was made of may be up to one millisecond later.
    if (!Number.isNaN(ms)) return { kind: 'instant', us: (ms + 1) * 1000 };
  }
  const position = typeof since === 'string' ? readLsn(since) : undefined;
  if (position === undefined) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      "since is a Date, or a position in the server's log as currentLsn() gives it: '0/16B3748'.",
      { operation: 'waitUntilFresh' },
    );
  }
  return { kind: 'position', position, text: since as Lsn };
}
