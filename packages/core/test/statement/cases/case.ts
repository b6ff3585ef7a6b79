import type { WriteTarget } from '../../../src/statement/index.ts';

/** A text, the tables that it writes in its order, and what PostgreSQL needs to be able to run it. */
export type Case = readonly [sql: string, writes: readonly string[], run?: Run];

interface Run {
  /** Bound to `$1` and on: the text is sent as one statement, as TypeORM sends it. */
  readonly params?: readonly unknown[];
  /** Sent before the text, and not looked at. */
  readonly before?: string;
  /** Sent after the text, and what it writes is the text's doing: EXECUTE of what it prepared. */
  readonly after?: string;
  /** The error that PostgreSQL ends with, for want of a client that answers it. */
  readonly endsIn?: string;
}

/** A target as the cases say it: `delete public.order_totals`, in quotes what is no plain name. */
export function said({ operation, schema, name }: WriteTarget): string {
  const table = [schema, name].filter((part) => part !== undefined).map(plainOrQuoted);
  return `${operation} ${table.join('.')}`;
}

function plainOrQuoted(part: string): string {
  return /^[a-z_\d]+$/.test(part) ? part : `"${part}"`;
}

/** Cases for `it.each`, each behind its text as the test's name. */
export function named(cases: readonly Case[]): (readonly [sql: string, one: Case])[] {
  return cases.map((one) => [one[0], one]);
}
