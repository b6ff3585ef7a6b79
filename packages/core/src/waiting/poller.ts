import type { Context } from '../context/index.ts';
import type { Wakeups } from '../events/index.ts';
import { quoteName, type QualifiedName } from '../name/index.ts';
import { Agenda, type Patience } from './agenda.ts';
import { look } from './facts.ts';
import { abortOf, type Goal, type Reached } from './goal.ts';
import { askWhy, notForLong, timedOut, type Why } from './timeout.ts';

/** How one call waits. */
export interface Waiting {
  readonly context: Context;
  readonly goal: Goal;
  readonly patience: Patience;
  readonly signal: AbortSignal | undefined;
  readonly events: Wakeups | undefined;
}

/** One call, and how to end it: the first of the two that is called counts. */
interface Wait extends Waiting {
  readonly began: number;
  readonly reach: (reached: Reached) => void;
  readonly fail: (error: unknown) => void;
  /** What ends its subscriptions, by the stream tables that they are for. */
  readonly subscriptions: Map<string, () => void>;
  isOver: boolean;
}

/**
 * Looks at stream tables for all who wait, by one statement. It has one timer while somebody waits, and none when nobody
 * does.
 */
export class Poller {
  readonly #agenda = new Agenda<Wait>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isToArm = false;
  /** The question that is under way. */
  #question: Promise<unknown> | undefined;
  /** What was sent last: a single client takes one statement at a time. */
  #sent: Promise<unknown> = Promise.resolve();

  /** Resolves when the goal is reached. Throws TIMEOUT, ABORTED, what the goal refuses and what a look throws. */
  wait(waiting: Waiting): Promise<Reached> {
    return new Promise<Reached>((reach, fail) => {
      const began = performance.now();
      const end = (): void => {
        wait.isOver = true;
        waiting.signal?.removeEventListener('abort', abort);
        this.#agenda.leave(wait);
        for (const unsubscribe of wait.subscriptions.values()) unsubscribe();
        wait.subscriptions.clear();
        this.#disarmIfIdle();
      };
      const wait: Wait = {
        ...waiting,
        began,
        reach(reached) {
          end();
          reach(reached);
        },
        fail(error) {
          end();
          fail(error instanceof Error ? error : new Error(String(error)));
        },
        subscriptions: new Map(),
        isOver: false,
      };
      const abort = (): void => wait.fail(abortOf(waiting.signal, waiting.goal.name));
      waiting.signal?.addEventListener('abort', abort, { once: true });
      this.#agenda.join(wait, waiting.patience, began);
      this.#armSoon();
      if (waiting.signal?.aborted === true) abort();
      else settle(wait, () => this.#subscribe(wait));
    });
  }

  /** To news of all that it looks at. */
  #subscribe(wait: Wait): undefined {
    const { events, goal, subscriptions } = wait;
    if (events === undefined) return;
    for (const table of goal.tables) {
      const key = quoteName(table);
      if (subscriptions.has(key)) continue;
      const wake = (): void => {
        this.#agenda.wake(wait, performance.now());
        this.#armSoon();
      };
      subscriptions.set(key, events.onWakeup(table, wake));
    }
  }

  /** Once for all calls that come and go at the same time. */
  #armSoon(): void {
    if (this.#isToArm) return;
    this.#isToArm = true;
    queueMicrotask(() => {
      this.#isToArm = false;
      clearTimeout(this.#timer);
      const at = this.#agenda.nextAt;
      this.#timer = at === undefined ? undefined : setTimeout(this.#turn, Math.max(0, at - performance.now()));
    });
  }

  /**
   * Who ends a wait may do so in another asynchronous context, that of a transaction say, and a timer would carry it on to all
   * further questions: the one that is set may come too soon, and sets the next.
   */
  #disarmIfIdle(): void {
    if (this.#agenda.isEmpty) clearTimeout(this.#timer);
  }

  readonly #turn = (): void => {
    const { ask, late } = this.#agenda.turn(performance.now());
    if (late.length > 0) void this.#end(late);
    if (ask.length > 0) this.#question = this.#ask(ask);
    this.#armSoon();
  };

  async #ask(waits: readonly Wait[]): Promise<void> {
    await this.#look(waits);
    this.#question = undefined;
    this.#agenda.answered(performance.now());
    this.#armSoon();
  }

  async #end(waits: readonly Wait[]): Promise<void> {
    const why = await notForLong(this.#lookOnceMore(waits));
    for (const { goal, began, fail, isOver } of waits) {
      if (isOver) continue;
      fail(timedOut(goal, `was not fresh after ${Math.round(performance.now() - began)} ms (timeoutMs).`, why));
    }
  }

  /** The answer that is on its way, or a last look, decides; and then why is asked. */
  async #lookOnceMore(waits: readonly Wait[]): Promise<Why | undefined> {
    await (this.#question ?? this.#look(waits));
    const late = waits.filter(({ isOver }) => !isOver);
    const [first] = late;
    if (first === undefined) return undefined;
    const goals = late.map(({ goal }) => goal);
    return await this.#inTurn(() => askWhy(first.context, goals));
  }

  /** By one statement; those of which it is not known what is below them, by one more. */
  async #look(waits: readonly Wait[]): Promise<void> {
    const beginning = waits.filter(({ goal }) => goal.isToBegin);
    const going = waits.filter(({ goal }) => !goal.isToBegin);
    await this.#lookAt(beginning, true);
    await this.#lookAt(going, false);
  }

  /** After what was sent before. */
  #inTurn<T>(send: () => Promise<T>): Promise<T> {
    const sent = this.#sent.then(send);
    this.#sent = sent.catch(() => {});
    return sent;
  }

  async #lookAt(waits: readonly Wait[], below: boolean): Promise<void> {
    const [first] = waits;
    if (first === undefined) return;
    try {
      const sight = await this.#inTurn(() => look(first.context, namesOf(waits), below));
      for (const wait of waits.filter(({ isOver }) => !isOver)) {
        settle(wait, () => wait.goal.look(sight) ?? this.#subscribe(wait));
      }
    } catch (error) {
      for (const wait of waits) wait.fail(error);
    }
  }
}

function namesOf(waits: readonly Wait[]): QualifiedName[] {
  const names = new Map(waits.flatMap(({ goal }) => goal.tables.map((table) => [quoteName(table), table])));
  return [...names.values()];
}

function settle(wait: Wait, looked: () => Reached | undefined): void {
  try {
    const reached = looked();
    if (reached !== undefined) wait.reach(reached);
  } catch (error) {
    wait.fail(error);
  }
}
