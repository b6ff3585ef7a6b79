import { Minimatch } from 'minimatch';

/**
 * Whether drizzle-kit sees a table of that name, and 1.0 a schema: where patterns are given, at least one must speak for it and none against it.
 * A pattern with `!` speaks for everything that it does not exclude, which is why one of them beside positive patterns
 * makes the positive ones mean nothing.
 */
export function sees(patterns: readonly string[], name: string): boolean {
  if (patterns.length === 0) return true;
  const matchers = patterns.map((pattern) => new Minimatch(pattern));
  return (
    matchers.some((matcher) => matcher.match(name)) &&
    matchers.every((matcher) => !matcher.negate || matcher.match(name))
  );
}

export function isNegative(pattern: string): boolean {
  return new Minimatch(pattern).negate;
}

/** The pattern that excludes one table. */
export function excluding(table: string): string {
  return `!${literal(table)}`;
}

/**
 * Positive patterns that see what the given ones see, but for the tables named; undefined where no glob says that
 * simply.
 */
export function without(patterns: readonly string[], tables: readonly string[]): string[] | undefined {
  const rest = patterns.flatMap((pattern) => {
    const matched = tables.filter((table) => sees([pattern], table));
    if (matched.length === 0) return [pattern];
    if (matched.every((table) => literal(table) === pattern)) return [];
    const [, before, after] = /^([^*?[\]{}()!+@\\]*)\*([^*?[\]{}()!+@\\]*)$/.exec(pattern) ?? [];
    if (before === undefined || after === undefined) return [undefined];
    const others = `!(${matched.map((table) => literal(table.slice(before.length, table.length - after.length))).join('|')})`;
    // At the beginning `!` would exclude.
    return [before === '' ? `@(${others})${after}` : `${before}${others}${after}`];
  });
  const narrowed = rest.filter((pattern) => pattern !== undefined);
  const isRight = narrowed.length === rest.length && narrowed.length > 0;
  return isRight && !tables.some((table) => sees(narrowed, table)) ? narrowed : undefined;
}

/** A name in which nothing is a wildcard. */
export function literal(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}_$/]/gu, String.raw`\$&`);
}
