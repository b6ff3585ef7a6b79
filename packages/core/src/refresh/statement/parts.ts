/**
 * What a refresh may ask besides. PostgreSQL reads and plans a DO block anew each time, so it has nothing that its attempt
 * cannot have a use for; a refresh function, which keeps its plans, has all of it.
 */
export interface Parts {
  /** Whether its transaction has used a table already; by itself it has not. */
  readonly ownLocks: boolean;
  /** When it was asked for, for the next attempt. */
  readonly askedAt: boolean;
  /** Whether another's refresh is enough. */
  readonly since: boolean;
  /** Whether writers had their time. */
  readonly pace: boolean;
}

export const ALL_PARTS: Parts = { ownLocks: true, askedAt: true, since: true, pace: true };

/** Lines of SQL, if there is a use for them. */
export function onlyIf(isUsed: boolean, lines: string): string {
  return isUsed ? `${lines}\n` : '';
}
