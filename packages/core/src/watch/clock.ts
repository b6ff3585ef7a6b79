/** One look at the server's clock; the client's instants are those of a clock that only goes forward, in milliseconds. */
export interface ClockReading {
  /** What the server's clock showed, in epoch milliseconds, at some moment between the other two. */
  readonly serverMs: number;
  readonly sentAt: number;
  readonly receivedAt: number;
}

/** What the server's clock shows, as far as that can be known: see {@link clockErrorMs}. */
export function serverNow({ serverMs, sentAt, receivedAt }: ClockReading, now: number): number {
  return serverMs + now - (sentAt + receivedAt) / 2;
}

/**
 * By how much `serverNow` may be wrong, either way: the server has looked at its clock when the question was on its way, and
 * nobody knows when in that time. Besides, two clocks drift apart, by no more than some milliseconds in a minute.
 */
export function clockErrorMs({ sentAt, receivedAt }: ClockReading): number {
  return (receivedAt - sentAt) / 2;
}
