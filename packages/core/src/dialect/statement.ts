import type { Dialect, DialectName } from './names.ts';

/** The SQL of one question, in both dialects, and the type of the JSON that each row of the answer holds. */
export interface Statement<Wire> {
  text(dialect: Dialect): string;
  /** For the compiler only: what `run` gives. */
  readonly wire?: Wire;
}

/**
 * A statement in the dialect's names. What is put into the text is names from the dialect, never input: that is bound.
 *
 * It gives rows of one text column of JSON: instants as epoch milliseconds, bigints as strings.
 */
export function statement<Wire>(write: (dialect: Dialect) => string): Statement<Wire> {
  const written: { [Name in DialectName]?: string } = {};
  return { text: (dialect) => (written[dialect.name] ??= write(dialect)) };
}

/** An instant as the wire has it: whole milliseconds since the epoch, rounded down to the safe, older side. */
export function epochMs(instant: string): string {
  return `floor(extract(epoch FROM ${instant}) * 1000)`;
}
