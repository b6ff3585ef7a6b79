import { orAborted } from './waiting.ts';

/** One refresh that calls wait for: it has not begun while others may still join. */
interface Turn<T> {
  readonly result: Promise<T>;
  /** How many calls want it. When the last is aborted, `abandon` fires. */
  waiting: number;
  readonly abandon: AbortController;
}

/** The refreshes of one stream table with equal options: one runs, at most one is next. */
interface Line<T> {
  next: Turn<T> | undefined;
  /** How many are not over. */
  turns: number;
  /** Settles when the latest of them is over; never rejects. */
  over: Promise<unknown>;
}

/**
 * Lets calls share a refresh without losing anybody's writes: a call joins the one that has not begun. The one that
 * runs may have begun before the caller's write was committed, so its result is not for calls that come later.
 */
export class Sharing<T> {
  readonly #lines = new WeakMap<object, Map<string, Line<T>>>();

  /**
   * @param scope whose calls may share
   * @param key equal for calls that want the same
   * @param signal ends this call's waiting; the others go on
   * @param begin does it, for the call that was first; its signal fires when nobody waits any more
   */
  async join(
    scope: object,
    key: string,
    signal: AbortSignal | undefined,
    begin: (abandoned: AbortSignal) => Promise<T>,
  ): Promise<{ result: T; shared: boolean }> {
    const line = this.#lineOf(scope, key);
    const shared = line.next !== undefined;
    const turn = (line.next ??= this.#take(scope, key, line, begin));
    turn.waiting += 1;
    try {
      return { result: await orAborted(turn.result, signal), shared };
    } finally {
      turn.waiting -= 1;
      if (turn.waiting === 0) {
        // Too late for a refresh that is over; one that has not begun must not be joined any more.
        if (line.next === turn) line.next = undefined;
        turn.abandon.abort();
      }
    }
  }

  #lineOf(scope: object, key: string): Line<T> {
    const lines = this.#lines.get(scope) ?? new Map<string, Line<T>>();
    this.#lines.set(scope, lines);
    const line = lines.get(key) ?? { next: undefined, turns: 0, over: Promise.resolve() };
    lines.set(key, line);
    return line;
  }

  #take(scope: object, key: string, line: Line<T>, begin: (abandoned: AbortSignal) => Promise<T>): Turn<T> {
    const abandon = new AbortController();
    line.turns += 1;
    const result = line.over.then(() => {
      if (line.next === turn) line.next = undefined;
      abandon.signal.throwIfAborted();
      return begin(abandon.signal);
    });
    const turn: Turn<T> = { result, waiting: 0, abandon };
    line.over = this.#endOf(result, scope, key, line);
    return turn;
  }

  async #endOf(result: Promise<T>, scope: object, key: string, line: Line<T>): Promise<void> {
    await result.catch(() => {});
    line.turns -= 1;
    if (line.turns === 0) this.#lines.get(scope)?.delete(key);
  }
}
