import { untilAborted } from '../abort/index.ts';
import { PgStreamError } from '../errors/index.ts';

/** A promise, or ABORTED when the signal fires before: what was promised goes on, and nobody hears of its failure. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined, operation = 'refresh'): Promise<T> {
  return signal === undefined ? promise : untilAborted(promise, signal, () => aborted(signal, operation));
}

/** A promise, or TIMEOUT when it takes longer: what was promised goes on, and nobody hears of its failure. */
export function orTimedOut<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(
        new PgStreamError(
          'TIMEOUT',
          `The refresh was not done after ${Math.round(timeoutMs)} ms (timeoutMs). Its statement may still run on the server.`,
          { operation: 'refresh' },
        ),
      );
    }, timeoutMs);
    void promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Throws ABORTED if the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined, operation = 'refresh'): void {
  if (signal?.aborted) throw aborted(signal, operation);
}

function aborted(signal: AbortSignal, operation: string): PgStreamError {
  return new PgStreamError(
    'ABORTED',
    'The call was aborted by its signal. What was sent already may still be done by the server.',
    { cause: signal.reason, operation },
  );
}

/**
 * Resolves later, or when the signal fires. Between waits for the same lock everybody else must get a turn, and not all at
 * the same moment.
 */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms * (0.5 + Math.random() / 2));
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
}

/** Time that may be spent. */
export class Budget {
  #leftMs: number;

  constructor(ms: number) {
    this.#leftMs = ms;
  }

  get leftMs(): number {
    return Math.max(0, this.#leftMs);
  }

  spend(ms: number): void {
    this.#leftMs -= ms;
  }
}
