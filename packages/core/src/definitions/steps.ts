import type { DialectName } from '../dialect/index.ts';
import type { QualifiedName } from '../name/index.ts';
import type { Declared } from './declared.ts';

/** Statements as they are sent, each without a `;`. */
export interface StepSql {
  /** What makes room: before anything is put there. */
  readonly take: readonly string[];
  /** What is dropped when its turn comes, right before it is put there again. */
  readonly swap?: readonly string[] | undefined;
  readonly put: readonly string[];
  /** What is dropped when all else is done: nothing waits for its name, and until then nobody waits for it. */
  readonly last?: readonly string[] | undefined;
}

/**
 * What a step does:
 *
 * - `create`: there is none of that name.
 * - `alter`: another schedule, mode or comment; the content stays, unless the step says that it computes rows.
 * - `alter-query`: the extension gives the stream table another query in its place.
 * - `recreate`: it is dropped and created, and gets back what it had. So is, as `recreate-view`, a view that reads it.
 * - `create-view`: the view that was declared with a stream table; `replace-view`: it reads another stream table from then on.
 * - `adopt`: nothing is changed; apply() writes down that this is what was declared.
 * - `drop`: it was declared once and is not any more, and dropping was asked for; so, as `drop-view`, the view of one.
 * - `orphan`: the same, and nothing is done; `foreign`: nobody has declared it, and nothing is done.
 */
export type StepKind =
  | 'create'
  | 'alter'
  | 'alter-query'
  | 'recreate'
  | 'recreate-view'
  | 'create-view'
  | 'replace-view'
  | 'adopt'
  | 'drop'
  | 'drop-view'
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
  /** What is left out: an index on a column that is gone, or what only one of two stream tables can have. */
  readonly left: readonly string[];
  readonly up: StepSql;
  /** What takes the step back. */
  readonly down: StepSql;
  /** Writes down in a migration what apply() writes by itself: that it is declared, and with which query. */
  readonly mark: string | null;
  /** What hangs on it, and would go with it: a migration looks whether there is more by the time that it runs. */
  readonly attached: Readonly<Record<string, string | null>>;
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
 * All statements of the steps in order, each with its step: dependents are dropped before what they read, and made after it, on
 * the way up by what they read in the end, and by what they have read so far on the way down.
 */
export function inOrder(
  steps: readonly PlanStep[],
  way: 'up' | 'down',
): readonly { readonly sql: string; readonly step: PlanStep }[] {
  const former = steps.toSorted((a, b) => a.place - b.place);
  const [made, making] = way === 'up' ? [former, steps] : [steps, former];
  const taken = made.toReversed();
  const of = (from: readonly PlanStep[], ...parts: readonly (keyof StepSql)[]) =>
    from.flatMap((step) => parts.flatMap((part) => step[way][part] ?? []).map((sql) => ({ sql, step })));
  return [...of(taken, 'take'), ...of(making, 'swap', 'put'), ...of(taken, 'last')];
}

/** Whether anything is dropped on a way. */
export function drops({ take, swap = [], last = [] }: StepSql): boolean {
  return take.length > 0 || swap.length > 0 || last.length > 0;
}

/** The statements alone. */
export function statementsOf(steps: readonly PlanStep[], way: 'up' | 'down'): readonly string[] {
  return inOrder(steps, way).map(({ sql }) => sql);
}
