import {
  CONNECTING,
  connectionStep,
  pauseMs,
  type ConnectionEffect,
  type ConnectionInput,
  type ConnectionState,
  type ConnectionStep,
} from './connection-state.ts';
import type { Session, SessionEvents } from './session.ts';

/** What is told of a connection that is opened again whenever it is lost. */
export interface LastingConnectionEvents {
  notification(this: void, channel: string, payload: string): void;
  lost(this: void, error: unknown): void;
  /** Another one listens; between the two instants nothing was heard for certain. */
  back(this: void, since: Date, until: Date): void;
}

/** Pauses between attempts. */
export interface Retry {
  readonly retryDelayMs: number;
  readonly maxRetryDelayMs: number;
}

type Effects = Readonly<Record<ConnectionEffect, (reason: unknown) => void>>;

/** Does what the table of transitions says: see `connection-state.ts`. */
export class LastingConnection {
  /** Fulfilled when it listens for the first time, rejected with the driver's error, or by `close()` with what that was given. */
  readonly started: Promise<void>;
  readonly #open: (tell: SessionEvents) => Session;
  readonly #retry: Retry;
  readonly #tell: LastingConnectionEvents;
  readonly #effects: Effects;
  #state: ConnectionState = CONNECTING.state;
  #session: Session | undefined;
  /** Of all sessions that were let go. */
  #over: Promise<unknown> = Promise.resolve();
  #pause: ReturnType<typeof setTimeout> | undefined;
  #knownAliveAt = new Date();

  constructor(open: (tell: SessionEvents) => Session, retry: Retry, tell: LastingConnectionEvents) {
    this.#open = open;
    this.#retry = retry;
    this.#tell = tell;
    let settle: Pick<Effects, 'started' | 'refused'> | undefined;
    this.started = new Promise((resolve, reject) => {
      settle = { started: () => resolve(), refused: reject };
    });
    this.#effects = {
      ...settle!,
      open: () => this.#openSession(),
      tellLost: (error) => tell.lost(error),
      tellBack: () => tell.back(this.#knownAliveAt, new Date()),
      pause: () => this.#beginPause(),
      release: () => this.#release(),
    };
    this.#do(CONNECTING, undefined);
  }

  get state(): ConnectionState['name'] {
    return this.#state.name;
  }

  /** Ends it; fulfilled when no connection is left open. */
  async close(reason?: unknown): Promise<void> {
    this.#take('close', reason);
    await this.#over;
  }

  #take(input: ConnectionInput, reason?: unknown): void {
    this.#do(connectionStep(this.#state, input), reason);
    if (input === 'opened' || input === 'answered') this.#knownAliveAt = new Date();
  }

  #do({ state, effects }: ConnectionStep, reason: unknown): void {
    this.#state = state;
    for (const effect of effects) this.#effects[effect](reason);
  }

  #openSession(): void {
    // An earlier one says nothing any more, once it was let go.
    this.#session = this.#open({
      opened: () => this.#take('opened'),
      failed: (error) => this.#take('failed', error),
      lost: (error) => this.#take('lost', error),
      answered: () => this.#take('answered'),
      notification: (channel, payload) => {
        this.#knownAliveAt = new Date();
        this.#tell.notification(channel, payload);
      },
    });
  }

  #beginPause(): void {
    const { retryDelayMs, maxRetryDelayMs } = this.#retry;
    const failures = 'failures' in this.#state ? this.#state.failures : 0;
    const ms = pauseMs(failures, retryDelayMs, maxRetryDelayMs, Math.random());
    this.#pause = setTimeout(() => this.#take('due'), ms);
  }

  #release(): void {
    clearTimeout(this.#pause);
    const over = this.#session?.end();
    this.#over = Promise.all([this.#over, over]);
    this.#session = undefined;
  }
}
