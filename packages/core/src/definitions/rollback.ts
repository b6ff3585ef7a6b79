import type { SqlExecutor } from '../executor/index.ts';
import { PgStreamError } from '../errors/index.ts';
import type { Declared, DeclaredStreamTable } from './declared.ts';
import { modeOf } from './differences.ts';
import { readKnown, type Known } from './known.ts';
import { contextOf, planned, type PlanOptions } from './plan.ts';
import type { Plan } from './steps.ts';

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
  const remove = changed.filter(({ mark }) => mark?.former == null).map(({ name }) => name);
  const declared = known.flatMap((each) => formerly(each, last));
  return await planned(context, declared, { ...settings, remove });
}

function formerly({ name, mark, schedule }: Known, last: number): readonly Declared[] {
  if (mark === null) return [];
  const rest = { name, comment: undefined, source: undefined };
  if (mark.apply !== last) {
    const { query, refreshMode, columns } = mark;
    return [{ ...rest, query, refreshMode, columns, schedule }];
  }
  return mark.former == null ? [] : [{ ...rest, ...mark.former, columns: null }];
}

/** The stream tables of the database as declarations: to begin with, where there are some already. By schema and name. */
export async function readDefinitions(
  executor: SqlExecutor,
  options: CatalogOptions = {},
): Promise<readonly DeclaredStreamTable[]> {
  const { defaultSchema = 'public', dialect = null } = options;
  const known = await readKnown(contextOf(executor, { defaultSchema, dialect, orphans: 'report', remove: [] }));
  return known.map((each) => {
    const { name, query, schedule, comment } = each;
    const refreshMode = modeOf(each);
    return {
      name: name.schema === defaultSchema ? name.name : name,
      query,
      ...(refreshMode !== 'IMMEDIATE' && { schedule }),
      refreshMode,
      ...(comment !== null && { comment }),
    };
  });
}
