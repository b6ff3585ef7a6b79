import { emitWarning } from '../warning/index.ts';

/** What is told of the error of a function that was given to us, thrown or by its promise. */
export type OnError = (error: unknown) => void;

/** Functions that want to hear of something. What one of them throws is no matter of the others, nor of who tells. */
export class Subscribers<T> {
  readonly #handlers = new Set<{ readonly handler: (told: T) => unknown }>();
  readonly #onError: OnError;

  constructor(onError: OnError = warn) {
    this.#onError = onError;
  }

  /** @returns ends it: afterwards it is not called any more */
  add(handler: (told: T) => unknown): () => void {
    // A function that is given twice is called twice, and each of the two has an end of its own.
    const entry = { handler };
    this.#handlers.add(entry);
    return () => void this.#handlers.delete(entry);
  }

  tell(told: T): void {
    // One that is called may add others, which have nothing to do with this, or end some.
    const present = [...this.#handlers];
    for (const entry of present) {
      if (this.#handlers.has(entry)) void this.#call(entry.handler, told);
    }
  }

  clear(): void {
    this.#handlers.clear();
  }

  async #call(handler: (told: T) => unknown, told: T): Promise<void> {
    try {
      await handler(told);
    } catch (error) {
      this.#onError(error);
    }
  }
}

function warn(error: unknown): void {
  emitWarning(
    `A function that was given to events() or watch() has failed: ${String(error)}. Give onError to hear of it.`,
    {
      code: 'PGSTREAM_HANDLER_FAILED',
      ...(error instanceof Error && error.stack !== undefined && { detail: error.stack }),
    },
  );
}
