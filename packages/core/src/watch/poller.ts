import { firstPoll, pollStep, type PollEffect, type PollInput, type PollState, type PollTimes } from './poll-state.ts';

/** Does what the table of transitions says: see `poll-state.ts`. */
export class Poller {
  readonly #poll: () => Promise<void>;
  readonly #times: PollTimes;
  #state: PollState;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over: Promise<void> = Promise.resolve();

  /** @param poll asks the server; never rejected. The first is begun at once. */
  constructor(poll: () => Promise<void>, times: PollTimes) {
    this.#poll = poll;
    this.#times = times;
    const { state, effects } = firstPoll(performance.now());
    this.#state = state;
    effects.forEach((effect) => this.#do(effect));
  }

  wake(): void {
    this.#take('wake');
  }

  /** Ends it; fulfilled when no poll is on its way. */
  close(): Promise<void> {
    this.#take('close');
    return this.#over;
  }

  #take(input: PollInput): void {
    const { state, effects } = pollStep(this.#state, input, performance.now(), this.#times);
    this.#state = state;
    effects.forEach((effect) => this.#do(effect));
  }

  #do(effect: PollEffect): void {
    clearTimeout(this.#timer);
    if (effect.do === 'poll') this.#over = this.#poll().then(() => this.#take('done'));
    if (effect.do === 'schedule') this.#timer = setTimeout(() => this.#take('due'), effect.at - performance.now());
  }
}
