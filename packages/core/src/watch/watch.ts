import { classify } from '../classification/index.ts';
import type { Context } from '../context/index.ts';
import { isPgStreamError, PgStreamError } from '../errors/index.ts';
import { listenForEvents, Subscribers, type PgStreamEvents } from '../events/index.ts';
import type { IsStaleOptions } from '../freshness/index.ts';
import { resolveName, type QualifiedName, type StreamTableName } from '../name/index.ts';
import { Knowledge, type StreamTableChange } from './knowledge.ts';
import { watchPlan, type WatchOptions, type WatchPlan } from './options.ts';
import { Poller } from './poller.ts';
import { takeSnapshot } from './snapshot.ts';

/**
 * How fresh stream tables are, kept in memory: its answers cost no query, and need no await.
 *
 * The server is asked every `pollMs`, and at once when the scheduler tells of something (with a `listener`). What it was told
 * is `maxErrorMs` old, which is `pollMs` and one round trip at most while the server answers; ages are counted from then on to
 * the present, by the server's clock, whose time is known but for `clockErrorMs`. So what is called fresh is fresh, and what is
 * called stale may have been refreshed in the last `maxErrorMs`; and a schedule that was altered in that time is not known yet,
 * nor a drop.
 *
 * While the server does not answer, `maxErrorMs` grows, `error` says why, and the answers go on from what was known last: what
 * has a bound becomes stale in time. It keeps the process running until it is closed.
 *
 * The questions throw NOT_FOUND for what is not in the catalog, INVALID_ARGUMENT for what is not watched, and INVALID_NAME.
 */
export interface StreamTableWatcher extends AsyncDisposable {
  /** As `isStale()` of the stream table, without `maxAgeMs` and with it. */
  isStale(table: StreamTableName, options: { readonly maxAgeMs: number }): boolean;
  isStale(table: StreamTableName, options?: IsStaleOptions): boolean | null;

  /** As `lastRefreshAt()` of the stream table. */
  lastRefreshAt(table: StreamTableName): Date | null;

  /** As `stalenessMs()` of the stream table: whole milliseconds, null if it was never filled. */
  stalenessMs(table: StreamTableName): number | null;

  /** The instant of the server's as of which the answers are: everything that was committed before it is in. */
  readonly asOf: Date;

  /** How long ago the server was asked for what is known now, in milliseconds. What was committed since may not be in. */
  readonly maxErrorMs: number;

  /** By how much the server's clock may be ahead or behind of what is made of it, in milliseconds: half a round trip. */
  readonly clockErrorMs: number;

  /** Why the server could not be asked the last time; null if it could. */
  readonly error: PgStreamError | null;

  /**
   * Calls a function when a poll finds that a stream table was refreshed (by whomever), suspended, resumed, altered, created or
   * dropped. Not when one becomes stale by its age. Its errors are for `onError`.
   *
   * @returns ends it: afterwards the function is not called any more
   */
  onChange(handler: (change: StreamTableChange) => unknown): () => void;

  /**
   * Asks the server now, and is fulfilled when what was committed before the call is known: after a refresh of your own, say.
   * Rejected with the error of the question (TIMEOUT, CONNECTION and others), and with ABORTED if it is closed.
   */
  update(): Promise<void>;

  /** Ends it. Fulfilled when nothing of it is left: neither a question that is on its way, nor a connection. */
  close(): Promise<void>;
}

/** However much happens, there are no more questions than one in that time. */
const LEAST_MS = 100;

/** See {@link PgStream.watch}. */
export async function watchStreamTables(
  context: Context,
  tables: readonly StreamTableName[] | undefined,
  options: WatchOptions,
): Promise<StreamTableWatcher> {
  const plan = watchPlan(options);
  const names = tables?.map((table) => resolveName(table, context.defaultSchema));
  const { signal, listener, onError } = options;
  if (context.executor.transaction === 'open') {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      'watch() goes on asking after your transaction has ended: call it outside of one.',
      { operation: 'watch' },
    );
  }
  if (signal?.aborted) throw aborted(signal.reason);
  const own = listener && (await listenForEvents(context, { listener, signal, onError }));
  const watcher = new Watcher(context, names, plan, options, own);
  try {
    await watcher.start();
    return watcher;
  } catch (error) {
    await watcher.close();
    throw error;
  }
}

function aborted(cause?: unknown): PgStreamError {
  return new PgStreamError('ABORTED', 'watch() was ended before the server had answered.', {
    operation: 'watch',
    cause,
  });
}

/** Somebody who waits for an answer to a question that was asked after `since`. */
interface Waiting {
  readonly since: number;
  resolve(this: void): void;
  reject(this: void, error: PgStreamError): void;
}

class Watcher implements StreamTableWatcher {
  error: PgStreamError | null = null;
  readonly #context: Context;
  readonly #names: readonly QualifiedName[] | undefined;
  readonly #plan: WatchPlan;
  readonly #own: PgStreamEvents | undefined;
  readonly #subscribers: Subscribers<StreamTableChange>;
  readonly #waiting = new Set<Waiting>();
  readonly #unsubscribe: (() => void)[] = [];
  /** There from the first answer on, before which nobody has the watcher. */
  #knowledge!: Knowledge;
  #poller: Poller | undefined;
  #isClosed = false;

  constructor(
    context: Context,
    names: readonly QualifiedName[] | undefined,
    plan: WatchPlan,
    { events, signal, onError }: WatchOptions,
    own: PgStreamEvents | undefined,
  ) {
    this.#context = context;
    this.#names = names;
    this.#plan = plan;
    this.#own = own;
    this.#subscribers = new Subscribers(onError);
    for (const wakeups of [events, own]) {
      for (const name of wakeups ? (names ?? [null]) : []) {
        this.#unsubscribe.push(wakeups!.onWakeup(name, () => this.#poller?.wake()));
      }
    }
    if (signal) {
      const abort = (): void => void this.close(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      this.#unsubscribe.push(() => signal.removeEventListener('abort', abort));
    }
  }

  /** Rejected when the first question fails, and with NOT_FOUND if one of the stream tables is not there. */
  async start(): Promise<void> {
    const answered = this.#answered();
    const times = { pollMs: this.#plan.pollMs, leastMs: Math.min(LEAST_MS, this.#plan.pollMs) };
    this.#poller = new Poller(() => this.#poll(), times);
    await answered;
    for (const name of this.#names ?? []) this.#knowledge.lastRefreshAt(name);
  }

  isStale(table: StreamTableName, options: { readonly maxAgeMs: number }): boolean;
  isStale(table: StreamTableName, options?: IsStaleOptions): boolean | null;
  isStale(table: StreamTableName, options: IsStaleOptions = {}): boolean | null {
    return this.#knowledge.isStale(this.#resolve(table), options, performance.now());
  }

  lastRefreshAt(table: StreamTableName): Date | null {
    return this.#knowledge.lastRefreshAt(this.#resolve(table));
  }

  stalenessMs(table: StreamTableName): number | null {
    return this.#knowledge.stalenessMs(this.#resolve(table), performance.now());
  }

  get asOf(): Date {
    return this.#knowledge.asOf;
  }

  get maxErrorMs(): number {
    return this.#knowledge.maxErrorMs(performance.now());
  }

  get clockErrorMs(): number {
    return this.#knowledge.clockErrorMs;
  }

  onChange(handler: (change: StreamTableChange) => unknown): () => void {
    return this.#subscribers.add(handler);
  }

  async update(): Promise<void> {
    if (this.#isClosed) throw aborted();
    const answered = this.#answered();
    this.#poller?.wake();
    await answered;
  }

  async close(reason?: unknown): Promise<void> {
    this.#isClosed = true;
    for (const end of this.#unsubscribe.splice(0)) end();
    this.#subscribers.clear();
    for (const { reject } of this.#waiting) reject(aborted(reason));
    this.#waiting.clear();
    await Promise.all([this.#poller?.close(), this.#own?.close()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #resolve(table: StreamTableName): QualifiedName {
    return resolveName(table, this.#context.defaultSchema);
  }

  /** The next question from now on has been answered. */
  #answered(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.add({ since: performance.now(), resolve, reject });
    });
  }

  async #poll(): Promise<void> {
    const startedAt = performance.now();
    try {
      const snapshot = await this.#inTime(takeSnapshot(this.#context, this.#names));
      if (this.#isClosed) return;
      this.error = null;
      this.#learn(new Knowledge(snapshot, this.#names));
    } catch (error) {
      this.error = isPgStreamError(error) ? error : classify(error, { operation: 'watch' });
    }
    for (const waiting of this.#waiting) {
      if (waiting.since > startedAt) continue;
      this.#waiting.delete(waiting);
      if (this.error) waiting.reject(this.error);
      else waiting.resolve();
    }
  }

  #learn(knowledge: Knowledge): void {
    const before = this.#knowledge as Knowledge | undefined;
    this.#knowledge = knowledge;
    if (!before) return;
    for (const change of knowledge.changesSince(before)) this.#subscribers.tell(change);
  }

  /** What does not answer in time is asked again, over another connection; what it answers then is too old. */
  async #inTime<T>(answer: Promise<T>): Promise<T> {
    const { timeoutMs } = this.#plan;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () =>
          reject(
            new PgStreamError('TIMEOUT', `The server did not answer for ${timeoutMs} ms.`, { operation: 'watch' }),
          ),
        timeoutMs,
      );
    });
    return await Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }
}
