import type { PgStreamEvent } from './event.ts';

/** The events for one who iterates: those that he has not taken yet, up to a number. What is beyond is counted and dropped. */
export class EventBuffer implements AsyncIterableIterator<PgStreamEvent, undefined> {
  readonly #highWaterMark: number;
  readonly #onReturn: () => void;
  readonly #events: PgStreamEvent[] = [];
  readonly #waiting: ((result: IteratorResult<PgStreamEvent, undefined>) => void)[] = [];
  #dropped = 0;
  #hasEnded = false;

  constructor(highWaterMark: number, onReturn: (buffer: EventBuffer) => void) {
    this.#highWaterMark = highWaterMark;
    this.#onReturn = () => onReturn(this);
  }

  push(event: PgStreamEvent): void {
    const take = this.#waiting.shift();
    if (take) {
      take({ value: event, done: false });
    } else if (this.#events.length < this.#highWaterMark) {
      // Where they are missing, and not after what came later.
      if (this.#dropped > 0) this.#events.push(this.#overflow());
      this.#events.push(event);
    } else {
      this.#dropped += 1;
    }
  }

  /** There will be no more; what is there can still be taken. */
  end(): void {
    this.#hasEnded = true;
    for (const take of this.#waiting.splice(0)) take(DONE);
  }

  async next(): Promise<IteratorResult<PgStreamEvent, undefined>> {
    const event = this.#events.shift() ?? (this.#dropped > 0 ? this.#overflow() : undefined);
    if (event) return { value: event, done: false };
    if (this.#hasEnded) return DONE;
    return await new Promise((resolve) => this.#waiting.push(resolve));
  }

  async return(): Promise<IteratorResult<PgStreamEvent, undefined>> {
    this.#events.length = 0;
    this.#dropped = 0;
    this.end();
    this.#onReturn();
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #overflow(): PgStreamEvent {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return { kind: 'overflow', at: new Date(), dropped };
  }
}

const DONE = { value: undefined, done: true } as const;
