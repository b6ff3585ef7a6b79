/** A row of the one side that the other has not. */
export interface RowSample {
  /** The visible columns with PostgreSQL's text of their values, cut after 1,000 characters; null is NULL. */
  readonly values: Readonly<Record<string, string | null>>;
  /** How many equal ones there are too few or too many. */
  readonly copies: number;
}

/** Rows, counted as often as they are there. */
export interface RowDifference {
  readonly count: number;
  /** Some of them, the first by their columns. */
  readonly sample: readonly RowSample[];
}

/** Numbers of rows. */
export interface RowCounts {
  /** That the defining query gives. */
  readonly query: number;
  /** In the stream table. */
  readonly table: number;
}

/** How far floating-point numbers may be apart, relative to the larger of the two and to 1. */
export interface FloatTolerance {
  readonly doublePrecision: number;
  readonly real: number;
}

/**
 * Why there is no telling whether the data is right.
 *
 * | reason | means |
 * |---|---|
 * | `never-filled` | the stream table was never filled; it shows nothing yet |
 * | `not-repeatable` | the query gives other rows each time: by the clock, by who asks, by chance, or by the order of reading |
 * | `row-security` | policies decide which rows the role may see, of a source or of the stream table |
 * | `permission` | the role may not read what the query reads |
 * | `source-changed` | what the query reads was dropped or changed, so that it does not fit any more |
 * | `query-fails` | the query fails on the data that there is |
 * | `too-many-rows` | there are more rows than `maxRows` on one of the sides |
 */
export type UndecidableReason =
  | 'never-filled'
  | 'not-repeatable'
  | 'row-security'
  | 'permission'
  | 'source-changed'
  | 'query-fails'
  | 'too-many-rows';

interface Verification {
  /** What was to be read, by the planner's estimate; null where it did not come to that. */
  readonly estimate: RowCounts | null;
  /** Whether it was refreshed before, so that a difference is damage and not age. */
  readonly afterRefresh: boolean;
  /** In milliseconds, waiting for writers included. */
  readonly durationMs: number;
}

/** The stream table shows what its query says. */
export interface VerifiedResult extends Verification {
  readonly status: 'verified';
  readonly rows: RowCounts;
  /** Null where no column is of such a type. */
  readonly floatTolerance: FloatTolerance | null;
}

/** It does not. */
export interface DifferentResult extends Verification {
  readonly status: 'different';
  readonly rows: RowCounts;
  /** Null where no column is of such a type. */
  readonly floatTolerance: FloatTolerance | null;
  /** Rows of the query that the stream table has not. */
  readonly missing: RowDifference;
  /** Rows of the stream table that the query does not give. */
  readonly surplus: RowDifference;
}

/** Nobody can tell, or not this role, or not within the bounds: that is no sign of damage. */
export interface UndecidableResult extends Verification {
  readonly status: 'undecidable';
  readonly reason: UndecidableReason;
  /** A sentence for people. */
  readonly message: string;
}

/** What came of a verification. */
export type VerifyResult = VerifiedResult | DifferentResult | UndecidableResult;

/** The same without what is known of every verification. */
export type Answer =
  | Omit<VerifiedResult, keyof Verification>
  | Omit<DifferentResult, keyof Verification>
  | Omit<UndecidableResult, keyof Verification>;
