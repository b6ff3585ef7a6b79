/**
 * The life of what listens, as docs/events-and-watch.md tells it: the table of transitions there is this function. It knows no
 * clock, no driver and no error; what is to be done is told in words, and `Connection` does it.
 */
export type ConnectionState =
  | { readonly name: 'connecting' }
  /** `failures`: attempts that have failed, or were lost, since a connection was last known to work. */
  | { readonly name: 'listening' | 'waiting' | 'reconnecting'; readonly failures: number }
  | { readonly name: 'closed' };

/** What happens. Of a connection only the present one is heard of. */
export type ConnectionInput =
  /** It listens now. */
  | 'opened'
  /** It could not be opened, or not in time. */
  | 'failed'
  /** It did listen, and is lost, or has not answered in time. */
  | 'lost'
  /** It has answered. */
  | 'answered'
  /** The pause is over. */
  | 'due'
  /** Nobody wants it any more. */
  | 'close';

export type ConnectionEffect =
  /** Open a connection. */
  | 'open'
  /** Fulfil the promise that was given at the beginning. */
  | 'started'
  /** Reject it. */
  | 'refused'
  /** Tell everybody: `disconnected`. */
  | 'tellLost'
  /** Tell everybody: `reconnected`. */
  | 'tellBack'
  /** Begin a pause, which is longer the more failures there were. */
  | 'pause'
  /** Let go of all there is: connection, attempt, pause. */
  | 'release';

export interface ConnectionStep {
  readonly state: ConnectionState;
  /** In this order. */
  readonly effects: readonly ConnectionEffect[];
}

export const CONNECTING: ConnectionStep = { state: { name: 'connecting' }, effects: ['open'] };

const CLOSED: ConnectionState = { name: 'closed' };

/** What comes next. An input that means nothing in a state changes nothing. */
export function connectionStep(state: ConnectionState, input: ConnectionInput): ConnectionStep {
  if (state.name === 'closed') return { state, effects: [] };
  if (state.name === 'connecting') {
    if (input === 'opened') return { state: { name: 'listening', failures: 0 }, effects: ['started'] };
    if (input === 'failed' || input === 'close') return { state: CLOSED, effects: ['release', 'refused'] };
    return { state, effects: [] };
  }
  const { name, failures } = state;
  if (input === 'close') return { state: CLOSED, effects: ['release'] };
  if (name === 'listening' && input === 'answered') return { state: { name, failures: 0 }, effects: [] };
  if (name === 'listening' && input === 'lost') {
    return { state: { name: 'waiting', failures: failures + 1 }, effects: ['release', 'tellLost', 'pause'] };
  }
  if (name === 'waiting' && input === 'due') return { state: { name: 'reconnecting', failures }, effects: ['open'] };
  if (name === 'reconnecting' && input === 'opened') {
    return { state: { name: 'listening', failures }, effects: ['tellBack'] };
  }
  if (name === 'reconnecting' && input === 'failed') {
    return { state: { name: 'waiting', failures: failures + 1 }, effects: ['release', 'pause'] };
  }
  return { state, effects: [] };
}

/**
 * How long a pause is after so many failures: at first `leastMs`, then twice as long each time, up to `mostMs`; of that
 * between a half and all, because not everybody must come back at the same moment.
 *
 * @param random from 0 to 1
 */
export function pauseMs(failures: number, leastMs: number, mostMs: number, random: number): number {
  return Math.min(mostMs, leastMs * 2 ** Math.min(failures - 1, 30)) * (0.5 + random / 2);
}
