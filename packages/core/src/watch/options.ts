import { checkMs } from '../errors/index.ts';
import type { OnError, Wakeups } from '../events/index.ts';
import type { Listener } from '../listener/index.ts';

/** How to watch. Every option may be left out. */
export interface WatchOptions {
  /**
   * Opens a connection of its own that listens, as for `events()`: what the scheduler does is known at once then, and not
   * only at the next poll.
   */
  readonly listener?: Listener | undefined;
  /** The same, by what `events()` has given: it is not closed with the watcher. */
  readonly events?: Wakeups | undefined;
  /**
   * How often the server is asked, in milliseconds, from the beginning of one question to that of the next; 5,000 by default.
   * An answer is at most that and one round trip old.
   */
  readonly pollMs?: number | undefined;
  /** How long the server may take to answer, in milliseconds; 10,000 by default. Then it is asked again. */
  readonly timeoutMs?: number | undefined;
  /** Ends it, as close() does; before the first answer, with ABORTED. */
  readonly signal?: AbortSignal | undefined;
  /** Told of the errors of your handlers, thrown or by their promises. By default they are warnings of the process. */
  readonly onError?: OnError | undefined;
}

/** What the options say, with their defaults. */
export interface WatchPlan {
  readonly pollMs: number;
  readonly timeoutMs: number;
}

/** Throws INVALID_ARGUMENT. */
export function watchPlan({ pollMs = 5_000, timeoutMs = 10_000 }: WatchOptions): WatchPlan {
  checkMs('pollMs', pollMs, { least: 1, operation: 'watch' });
  checkMs('timeoutMs', timeoutMs, { least: 1, operation: 'watch' });
  return { pollMs, timeoutMs };
}
