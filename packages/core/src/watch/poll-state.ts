/**
 * When a watcher asks the server, as docs/events-and-watch.md tells it: the table of transitions there is this function. It
 * knows no clock; instants are those of its caller.
 */
export type PollState =
  /** Nobody asks; the next poll is at `dueAt`. */
  | { readonly name: 'idle'; readonly startedAt: number; readonly dueAt: number }
  /** A poll is on its way. `isOutdated`: something has happened since it began, that its answer may not know of. */
  | { readonly name: 'polling'; readonly startedAt: number; readonly isOutdated: boolean }
  | { readonly name: 'closed' };

export type PollInput =
  /** The time of the next poll has come. */
  | 'due'
  /** Something may have changed on the server. */
  | 'wake'
  /** The poll is over: with an answer, an error, or because it took too long. */
  | 'done'
  | 'close';

export type PollEffect =
  /** Ask the server. */
  | { readonly do: 'poll' }
  /** Give `due` at that instant, and at no other. */
  | { readonly do: 'schedule'; readonly at: number }
  /** Give no `due`. */
  | { readonly do: 'cancel' };

export interface PollStep {
  readonly state: PollState;
  readonly effects: readonly PollEffect[];
}

export interface PollTimes {
  /** From the beginning of a poll to that of the next. */
  readonly pollMs: number;
  /** The same after something has happened: however much happens, there are no more polls than that. */
  readonly leastMs: number;
}

export function firstPoll(now: number): PollStep {
  return begin(now);
}

/** What comes next. An input that means nothing in a state changes nothing. */
export function pollStep(state: PollState, input: PollInput, now: number, { pollMs, leastMs }: PollTimes): PollStep {
  if (state.name !== 'closed' && input === 'close') return { state: { name: 'closed' }, effects: [{ do: 'cancel' }] };
  if (state.name === 'idle' && input === 'due') return begin(now);
  if (state.name === 'idle' && input === 'wake') {
    const dueAt = Math.max(now, state.startedAt + leastMs);
    return dueAt < state.dueAt ? wait(state.startedAt, dueAt) : { state, effects: [] };
  }
  if (state.name === 'polling' && input === 'wake') return { state: { ...state, isOutdated: true }, effects: [] };
  if (state.name === 'polling' && input === 'done') {
    const { startedAt, isOutdated } = state;
    return wait(startedAt, Math.max(now, startedAt + (isOutdated ? leastMs : pollMs)));
  }
  return { state, effects: [] };
}

function begin(now: number): PollStep {
  return { state: { name: 'polling', startedAt: now, isOutdated: false }, effects: [{ do: 'poll' }] };
}

function wait(startedAt: number, dueAt: number): PollStep {
  return { state: { name: 'idle', startedAt, dueAt }, effects: [{ do: 'schedule', at: dueAt }] };
}
