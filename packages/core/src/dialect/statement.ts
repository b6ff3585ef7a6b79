import type { Dialect } from './dialect.ts';

/** The SQL of one question, in every dialect, and the type of the JSON that each row of the answer holds. */
export interface Statement<Wire> {
  /** @param now an expression for the instant that ages are counted to */
  text(dialect: Dialect, now: string): string;
  /** For the compiler only: what `run` gives. */
  readonly wire?: Wire;
}

/**
 * A statement in the dialect's names. What is put into the text is names from the dialect, never input: that is bound.
 *
 * It gives rows of one text column of JSON: instants as epoch milliseconds, floats as their bits. The same ones in every
 * session: no setting decides how a value is written, and no search_path which function, operator or type is meant. So
 * all of them are named with pg_catalog, but for those that the grammar itself names (extract, coalesce, bigint).
 */
export function statement<Wire>(write: (dialect: Dialect, now: string) => string): Statement<Wire> {
  const written = new WeakMap<Dialect, Map<string, string>>();
  return {
    text(dialect, now) {
      const texts = written.get(dialect) ?? new Map<string, string>();
      written.set(dialect, texts);
      const text = texts.get(now) ?? write(dialect, now);
      texts.set(now, text);
      return text;
    },
  };
}

/** PostgreSQL's own `=`. Not IN, NULLIF or IS DISTINCT FROM, which take whatever `=` the search_path has. */
export const EQUALS = 'OPERATOR(pg_catalog.=)';

/** The catalog row `s` of the stream table whose schema is $1 and whose name is $2; the unique index finds it. */
export function fromNamed(d: Dialect): string {
  return `FROM ${d.catalog} s WHERE s.${d.prefix}schema ${EQUALS} $1 AND s.${d.prefix}name ${EQUALS} $2`;
}

/** An instant, or an age, as the wire has it: whole milliseconds, rounded down to the safe, older side. */
export function epochMs(instant: string): string {
  return `pg_catalog.floor(extract(epoch FROM ${instant}) OPERATOR(pg_catalog.*) 1000)`;
}

/**
 * A double precision as the wire has it: its bits. As text it has as many digits as `extra_float_digits` allows, and as
 * numeric 15 of its 17.
 */
export function floatBits(float: string): string {
  return `pg_catalog.encode(pg_catalog.float8send(${float}), 'hex')`;
}
