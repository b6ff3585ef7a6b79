import type { SqlExecutor } from '../executor/index.ts';
import { PgStreamError } from '../errors/index.ts';
import type { QualifiedName, StreamTableName } from '../name/index.ts';
import type { Declared, DeclaredStreamTable } from './declared.ts';
import { modeOf } from './differences.ts';
import { readKnown, type Known } from './known.ts';
import { contextOf, planned, type PlanOptions } from './plan.ts';
import type { Plan } from './steps.ts';
import { declaringOf, isSameName } from './views.ts';

/** Whose names, as in plan(). */
export type CatalogOptions = Pick<PlanOptions, 'defaultSchema' | 'dialect'>;

/**
 * A plan that takes back what the last apply() has changed: former definitions are given again, and what it has created is
 * dropped. Applied, it can be taken back itself. What apply() has dropped because it was not declared any more is gone: declare it
 * again.
 *
 * Throws INVALID_ARGUMENT where no apply() has written down anything.
 */
export async function planRollback(executor: SqlExecutor, options: CatalogOptions = {}): Promise<Plan> {
  const { defaultSchema = 'public', dialect = null } = options;
  const settings = { defaultSchema, dialect, orphans: 'report', remove: [] } as const;
  const context = contextOf(executor, settings);
  const known = await readKnown(context);
  const last = Math.max(...known.map(({ mark }) => mark?.apply ?? 0));
  if (last <= 0) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      'There is nothing to take back: no apply() has written down in this database what it has changed.',
      { operation: 'plan' },
    );
  }
  const changed = known.filter(({ mark }) => mark?.apply === last);
  const removed = changed.filter(({ mark }) => mark?.former == null);
  const declared = known.flatMap((each) => formerly(each, last, viewNow(each, known, removed)));
  const remove = [
    ...removed.map(({ name }) => name),
    ...changed.flatMap(({ view, mark }) => (view !== null && mark?.former?.view == null ? [view.name] : [])),
  ].filter((name) => declaringOf(name, declared) === undefined);
  return await planned(context, declared, { ...settings, remove });
}

function formerly({ name, mark, schedule }: Known, last: number, view: QualifiedName | null): readonly Declared[] {
  if (mark === null) return [];
  const rest = { name, comment: undefined, source: undefined };
  if (mark.apply !== last) {
    const { query, refreshMode, columns } = mark;
    return [{ ...rest, query, refreshMode, columns, schedule, view }];
  }
  return mark.former == null ? [] : [{ ...rest, ...mark.former, columns: null, view: mark.former.view ?? null }];
}

/** The view that a stream table has, or had before it went to one that is going to be removed. */
function viewNow({ oid, mark, view }: Known, known: readonly Known[], removed: readonly Known[]): QualifiedName | null {
  if (view !== null || mark?.view == null) return view?.name ?? null;
  const holder = known.find((each) => isSameName(each.view?.name, mark.view));
  if (holder === undefined || !removed.includes(holder)) return null;
  const heirs = known.filter((each) => !removed.includes(each) && isSameName(each.mark?.view, mark.view));
  const [latest] = heirs.toSorted((a, b) => (b.mark?.apply ?? 0) - (a.mark?.apply ?? 0));
  return latest?.oid === oid ? mark.view : null;
}

/** The stream tables of the database as declarations: to begin with, where there are some already. By schema and name. */
export async function readDefinitions(
  executor: SqlExecutor,
  options: CatalogOptions = {},
): Promise<readonly DeclaredStreamTable[]> {
  const { defaultSchema = 'public', dialect = null } = options;
  const known = await readKnown(contextOf(executor, { defaultSchema, dialect, orphans: 'report', remove: [] }));
  return known.map((each) => {
    const { name, query, schedule, comment, view } = each;
    const refreshMode = modeOf(each);
    return {
      name: short(name, defaultSchema),
      query,
      ...(refreshMode !== 'IMMEDIATE' && { schedule }),
      refreshMode,
      ...(view !== null && { view: short(view.name, name.schema) }),
      ...(comment !== null && { comment }),
    };
  });
}

function short(full: QualifiedName, schema: string): StreamTableName {
  return full.schema === schema ? full.name : full;
}
