import type { RefreshMode } from '../definition/index.ts';
import type { QualifiedName } from '../name/index.ts';
import type { DeclaredColumn } from './declared.ts';

/**
 * What we write down about a stream table that apply() has made: as the comment on its hidden column `__pgs_row_id`. There it
 * needs no schema, table or right of its own; nobody's comment is in the way; it goes into dumps, and goes with the table.
 */
export interface Mark {
  readonly pgstream: 1;
  /** The query as it was declared. */
  readonly query: string;
  /** The mode as it was asked for: the extension may keep what it made of AUTO. */
  readonly refreshMode: RefreshMode;
  /** The columns that were declared with it, and found right; null if none were. */
  readonly columns: readonly DeclaredColumn[] | null;
  /** A hash of the query that the catalog had then: whether somebody has altered it since. */
  readonly kept?: string | undefined;
  /** The server's major version: another one may write definitions in other words. */
  readonly major?: number | undefined;
  /** What the query reads and calls: `c` relation, `c` relation `.` column, `p` function, by oid. */
  readonly objects?: string | undefined;
  /** A hash of what PostgreSQL made of the query, with the oids of this database: another text that comes to the same means the same. */
  readonly meant?: string | undefined;
  /** A hash of how those were. */
  readonly seen?: string | undefined;
  /** Hashes of the definitions of the views and functions under the query, by what they are: `view public.v`. */
  readonly under: Readonly<Record<string, string>>;
  /** The view that was declared with it. */
  readonly view?: QualifiedName | null | undefined;
  /** When the apply() was that changed it, in milliseconds since 1970: it can be taken back. */
  readonly apply?: number | undefined;
  /** What was there before that apply(): null if nothing was. */
  readonly former?: Former | null | undefined;
}

/** A definition as the catalog had it. */
export interface Former {
  readonly query: string;
  readonly schedule: string | null;
  readonly refreshMode: RefreshMode;
  readonly view?: QualifiedName | null | undefined;
}

/** The beginning of every mark, by which it is told from a comment of somebody's. */
export const MARK_BEGINS = '{"pgstream":1,';

/** The comment's text. A `$` is written as JSON may write it: tools for migrations take `${` for theirs. */
export function markText(mark: Mark): string {
  return JSON.stringify(mark).replaceAll('$', String.raw`\u0024`);
}

/** Null for a comment that is none of ours, and for one of a release to come. */
export function readMark(text: string | null): Mark | null {
  if (text?.startsWith(MARK_BEGINS) !== true) return null;
  try {
    const mark = JSON.parse(text) as Mark;
    return typeof mark.query === 'string' && typeof mark.under === 'object' ? mark : null;
  } catch {
    return null;
  }
}
