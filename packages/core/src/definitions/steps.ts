import type { DialectName } from '../dialect/index.ts';
import type { QualifiedName } from '../name/index.ts';
import type { Attached } from './attached.ts';
import type { Declared } from './declared.ts';

/** Statements as they are sent, each without a `;`: first those that take away, then those that put there. */
export interface StepSql {
  readonly take: readonly string[];
  readonly put: readonly string[];
}

/**
 * What a step does:
 *
 * - `create`: there is none of that name.
 * - `alter`: another schedule, mode or comment; the content stays, unless the step says that it computes rows.
 * - `alter-query`: the extension gives the stream table another query in its place.
 * - `recreate`: it is dropped and created, and gets back what it had. So is, as `recreate-view`, a view that reads it.
 * - `adopt`: nothing is changed; apply() writes down that this is what was declared.
 * - `drop`: it was declared once and is not any more, and dropping was asked for.
 * - `orphan`: the same, and nothing is done; `foreign`: nobody has declared it, and nothing is done.
 */
export type StepKind =
  | 'create'
  | 'alter'
  | 'alter-query'
  | 'recreate'
  | 'recreate-view'
  | 'adopt'
  | 'drop'
  | 'orphan'
  | 'foreign';

/** One stream table, or a view that has to go with one. */
export interface PlanStep {
  readonly kind: StepKind;
  readonly name: QualifiedName;
  /** Where it was declared. */
  readonly source: string | null;
  /** Why, as sentences without a full stop. */
  readonly reasons: readonly string[];
  /** What whoever reads it sees meanwhile. */
  readonly readers: string;
  /** Which locks are taken, until the end of the transaction. */
  readonly locks: string;
  /** How many rows are computed, by the planner's estimate; null if unknown, 0 if none are. */
  readonly rows: number | null;
  /** What would be lost: while there are any, apply() refuses. */
  readonly blockers: readonly string[];
  /** What is left out, because it cannot be any more: an index on a column that is gone. */
  readonly left: readonly string[];
  readonly up: StepSql;
  /** What takes the step back. */
  readonly down: StepSql;
  /** Writes down in a migration what apply() writes by itself: that it is declared, and with which query. */
  readonly mark: string | null;
  /** What hangs on it, and would go with it: a migration looks whether there is more by the time that it runs. */
  readonly attached: Attached;
  /** When its former self was made, among those that are dropped: a later one goes first. */
  readonly place: number;
}

/** What plan() was told, in full: apply() makes the same plan anew to see whether it still holds. */
export interface PlanSettings {
  readonly defaultSchema: string;
  readonly dialect: DialectName | null;
  readonly orphans: 'report' | 'drop';
  /** Stream tables that are to be dropped, whoever made them: those that a roll back takes away. */
  readonly remove: readonly QualifiedName[];
}

/** What there is to do. It is data: JSON.stringify() and back gives a plan that apply() takes. */
export interface Plan {
  readonly dialect: DialectName;
  /** In the order of the work: what is read before what reads it. */
  readonly steps: readonly PlanStep[];
  /** How many of the steps change the database. */
  readonly changes: number;
  readonly definitions: readonly Declared[];
  readonly settings: PlanSettings;
}

const QUIET: ReadonlySet<StepKind> = new Set(['adopt', 'orphan', 'foreign']);

/** Whether a step changes what readers, or the extension, see. */
export function isChange({ kind }: Pick<PlanStep, 'kind'>): boolean {
  return !QUIET.has(kind);
}

/**
 * All statements of the steps in order: dependents are dropped before what they read, and made after it, on the way up by what
 * they read in the end, and by what they have read so far on the way down.
 */
export function statementsOf(steps: readonly PlanStep[], way: 'up' | 'down'): readonly string[] {
  const former = steps.toSorted((a, b) => a.place - b.place);
  const [taken, put] = way === 'up' ? [former, steps] : [steps, former];
  return [...taken.toReversed().flatMap((step) => step[way].take), ...put.flatMap((step) => step[way].put)];
}
