/**
 * What a refresh may ask besides. PostgreSQL reads and plans a DO block anew each time, so it has nothing that its attempt
 * cannot have a use for; a refresh function, which keeps its plans, has all of it.
 */
export interface Parts {
  /** Whether its transaction may have used a table already, and goes on with the settings of before. */
  readonly joins: boolean;
  /** Whether it may be that nothing is waited for. */
  readonly atOnce: boolean;
  /** Whether a refusal may have to be stored. */
  readonly stores: boolean;
  /** Whether an error is to tell what the server does not say by itself. */
  readonly causes: boolean;
  /** When it was asked for, for the next attempt. */
  readonly askedAt: boolean;
  /** Whether another's refresh is enough. */
  readonly since: boolean;
  /** Whether writers had their time. */
  readonly pace: boolean;
}

export const ALL_PARTS: Parts = {
  joins: true,
  atOnce: true,
  stores: true,
  causes: true,
  askedAt: true,
  since: true,
  pace: true,
};

/** Lines of SQL, if there is a use for them. */
export function onlyIf(isUsed: boolean, lines: string): string {
  return isUsed ? `${lines}\n` : '';
}
