import type { Listener, ListeningConnection } from '../listener/index.ts';

/** How long a connection may take. */
export interface Patience {
  readonly connectTimeoutMs: number;
  /** How often it is asked for a sign of life; it has as long to give one. */
  readonly keepAliveMs: number;
}

/** What a session tells: `opened` or `failed` first; after `opened` the rest, and `lost` last. Nothing once it has ended. */
export interface SessionEvents {
  opened(this: void): void;
  failed(this: void, error: unknown): void;
  lost(this: void, error: unknown): void;
  answered(this: void): void;
  notification(this: void, channel: string, payload: string): void;
}

/** One connection, from when it is asked for until it has ended. It is ended once, by itself or by `end()`. */
export class Session {
  readonly #patience: Patience;
  readonly #tell: SessionEvents;
  readonly #abort = new AbortController();
  #connection: ListeningConnection | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Settles, and is never rejected, when nothing of it is left open. */
  readonly #over: Promise<void>;

  constructor(listener: Listener, channels: readonly string[], patience: Patience, tell: SessionEvents) {
    this.#patience = patience;
    this.#tell = tell;
    this.#over = this.#live(listener, channels);
  }

  /** Ends it without another word; fulfilled when nothing is left open. */
  end(): Promise<void> {
    clearTimeout(this.#timer);
    this.#abort.abort();
    return this.#over;
  }

  async #live(listener: Listener, channels: readonly string[]): Promise<void> {
    const { signal } = this.#abort;
    const { connectTimeoutMs } = this.#patience;
    this.#in(connectTimeoutMs, () =>
      this.#fail(timedOut(`The connection did not listen after ${connectTimeoutMs} ms.`)),
    );
    // Not before the constructor is over: nobody would know whose words these are.
    await Promise.resolve();
    try {
      signal.throwIfAborted();
      const connection = await listener.listen({
        channels,
        signal,
        notification: (channel, payload) => {
          if (!signal.aborted) this.#tell.notification(channel, payload);
        },
        lost: (error) => this.#fail(error),
      });
      if (!signal.aborted) this.#opened(connection);
      await aborted(signal);
      await connection.close();
    } catch (error) {
      this.#fail(error);
    }
  }

  #opened(connection: ListeningConnection): void {
    clearTimeout(this.#timer);
    this.#connection = connection;
    this.#tell.opened();
    this.#checkLater(connection);
  }

  #checkLater(connection: ListeningConnection): void {
    if (this.#abort.signal.aborted) return;
    this.#in(this.#patience.keepAliveMs, () => void this.#check(connection));
  }

  async #check(connection: ListeningConnection): Promise<void> {
    const { keepAliveMs } = this.#patience;
    this.#in(keepAliveMs, () => this.#fail(timedOut(`The connection gave no sign of life for ${keepAliveMs} ms.`)));
    try {
      await connection.check();
    } catch (error) {
      this.#fail(error);
    }
    if (this.#abort.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#tell.answered();
    this.#checkLater(connection);
  }

  /** There is one timer at a time. */
  #in(ms: number, then: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, ms);
  }

  #fail(error: unknown): void {
    if (this.#abort.signal.aborted) return;
    void this.end();
    if (this.#connection) this.#tell.lost(error);
    else this.#tell.failed(error);
  }
}

function aborted(signal: AbortSignal): Promise<unknown> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

/** With Node's code of a connection that gave no answer, as which it is classified. */
function timedOut(message: string): Error {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}
