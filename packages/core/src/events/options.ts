import { checkMs, PgStreamError } from '../errors/index.ts';
import type { Listener } from '../listener/index.ts';
import type { OnError } from './subscribers.ts';

/** How to listen. All but the listener may be left out. */
export interface EventsOptions {
  /**
   * Opens the connection that listens: `listenWithPg` of `@pgstream/core/pg`, `listenWithPostgresJs` of
   * `@pgstream/core/postgres-js`, `listenWithPGlite` of `@pgstream/core/pglite`, or one of your own.
   */
  readonly listener: Listener;
  /** Ends it, as close() does; before it listens, with ABORTED. */
  readonly signal?: AbortSignal | undefined;
  /** How many events are kept for one who iterates and does not take them; 1,000 by default. What is beyond is dropped. */
  readonly highWaterMark?: number | undefined;
  /**
   * How often the connection is asked for a sign of life, in milliseconds; 15,000 by default. It has as long to answer: a
   * connection that is lost without a word is noticed after twice this time at the latest.
   */
  readonly keepAliveMs?: number | undefined;
  /** How long a connection may take until it listens, in milliseconds; 10,000 by default. */
  readonly connectTimeoutMs?: number | undefined;
  /** The first pause before a lost connection is opened again, in milliseconds; 100 by default. Each further one is longer. */
  readonly retryDelayMs?: number | undefined;
  /** The longest pause, in milliseconds; 30,000 by default. */
  readonly maxRetryDelayMs?: number | undefined;
  /**
   * Told of the errors of your handlers, thrown or by their promises; they harm nobody else. By default they are warnings of
   * the process.
   */
  readonly onError?: OnError | undefined;
}

/** What the options say, with their defaults. */
export interface EventsPlan {
  readonly highWaterMark: number;
  readonly keepAliveMs: number;
  readonly connectTimeoutMs: number;
  readonly retryDelayMs: number;
  readonly maxRetryDelayMs: number;
}

/** Throws INVALID_ARGUMENT. */
export function eventsPlan(options: EventsOptions): EventsPlan {
  const given = options as Partial<EventsOptions> | undefined;
  if (typeof given?.listener?.listen !== 'function') {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      'It takes what opens a connection to listen with: { listener: listenWithPg(() => new Client(…)) }, of @pgstream/core/pg.',
      ABOUT,
    );
  }
  const {
    highWaterMark = 1_000,
    keepAliveMs = 15_000,
    connectTimeoutMs = 10_000,
    retryDelayMs = 100,
    maxRetryDelayMs = 30_000,
  } = options;
  if (!Number.isSafeInteger(highWaterMark) || highWaterMark < 1) {
    throw new PgStreamError('INVALID_ARGUMENT', 'highWaterMark must be a number of events, 1 or more.', ABOUT);
  }
  for (const [option, ms] of Object.entries({ keepAliveMs, connectTimeoutMs, retryDelayMs, maxRetryDelayMs })) {
    checkMs(option, ms, { least: 1, ...ABOUT });
  }
  return { highWaterMark, keepAliveMs, connectTimeoutMs, retryDelayMs, maxRetryDelayMs };
}

const ABOUT = { operation: 'listen' };
