import { classify } from '../classification/index.ts';
import { createContext, within, type Context } from '../context/index.ts';
import { checkHasMode } from '../definition/index.ts';
import type { DialectName } from '../dialect/index.ts';
import { PgStreamError } from '../errors/index.ts';
import { canBegin, inOwnTransaction, undone, type SqlExecutor } from '../executor/index.ts';
import { checkCreatable, quoteName } from '../name/index.ts';
import { declare, type Declared, type DeclaredStreamTable } from './declared.ts';
import { differencesOf, isAsMarked, isOneWay, needsRecreation } from './differences.ts';
import { isRemoved, orphanedView, type Compared, type Findings } from './findings.ts';
import { affectedBy, inheritedFrom } from './furniture.ts';
import { readKnown, type Known } from './known.ts';
import { pinned } from './meaning.ts';
import { isChange, type Plan, type PlanSettings } from './steps.ts';
import { stepsOf } from './to-steps.ts';
import { understand } from './understanding.ts';
import { declaredViewsOf, predecessorOf } from './view-changes.ts';
import { viewsOf } from './views.ts';

/** How to plan. */
export interface PlanOptions {
  /** The schema of names that come without one, in queries too. Default: `public`. */
  readonly defaultSchema?: string | undefined;
  /** Which extension is meant in a database that has both; by default pg_trickle. */
  readonly dialect?: DialectName | undefined;
  /**
   * What to do with stream tables that apply() has made and that are not declared any more. Default: `report`. One that
   * apply() has not made is never dropped.
   */
  readonly orphans?: 'report' | 'drop' | undefined;
}

/**
 * What there is to do so that the database has what is declared. Nothing is changed.
 *
 * Queries are compared by what they mean: PostgreSQL reads the declared one and that of the catalog, in a transaction that is
 * undone. White space, letter case, aliases, schemas that are written or not, and the session's search_path make no difference;
 * another view or function under the query does, once apply() has written down which it was; so does a table or view that was
 * dropped and made again, which the extension watches no more. What a function in another
 * language than SQL calls, PostgreSQL does not know. Where nothing differs from what apply() wrote down, no query is read, and
 * one statement tells.
 *
 * Throws what is wrong with the declarations (INVALID_NAME, INVALID_SCHEDULE, INVALID_ARGUMENT, also for columns that are not
 * those of the query), what the server has against a query (UNSUPPORTED_QUERY), CYCLE, and ALREADY_EXISTS for the name of another
 * relation; all of them in one message. It needs a transaction: that of a pool, or one that is open on the executor.
 *
 * @example
 * const todo = await plan(fromPg(pool), [orderTotals, dailyTotals]);
 * console.log(planText(todo));
 */
export async function plan(
  executor: SqlExecutor,
  definitions: readonly DeclaredStreamTable[],
  options: PlanOptions = {},
): Promise<Plan> {
  const { defaultSchema = 'public', dialect = null, orphans = 'report' } = options;
  const settings = { defaultSchema, dialect, orphans, remove: [] };
  return await planned(contextOf(executor, settings), declare(definitions, defaultSchema), settings);
}

export function contextOf(executor: SqlExecutor, { defaultSchema, dialect }: PlanSettings): Context {
  if (typeof (executor as Partial<SqlExecutor> | undefined)?.query !== 'function') {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      'It takes an executor: fromPg(pool) of @pgstream/core/pg, or that of your ORM, fromDrizzle(db) and its like.',
    );
  }
  return createContext(executor, defaultSchema, dialect ?? undefined);
}

/** The plan for declarations that were looked at. */
export async function planned(context: Context, declared: readonly Declared[], settings: PlanSettings): Promise<Plan> {
  const dialect = await context.dialect();
  for (const { refreshMode } of declared) checkHasMode(refreshMode, dialect);
  for (let known = await readKnown(context); ;) {
    try {
      return await plannedFrom(known, context, declared, settings);
    } catch (error) {
      // Another apply() may have committed since: its relations are seen then, and were not in what was read of the catalog.
      const before = new Set(known.map(({ name }) => quoteName(name)));
      known = await readKnown(context);
      if (known.every(({ name }) => before.has(quoteName(name)))) throw error;
    }
  }
}

async function plannedFrom(
  known: readonly Known[],
  context: Context,
  declared: readonly Declared[],
  settings: PlanSettings,
): Promise<Plan> {
  const dialect = await context.dialect();
  const byName = new Map(known.map((each) => [quoteName(each.name), each]));
  const open = declared.filter((each) => {
    const there = byName.get(quoteName(each.name));
    if (there === undefined) checkCreatable(each.name, dialect);
    return there === undefined || !isAsMarked(each, there);
  });
  const orphanedViews = known.flatMap((each) => orphanedView(each, declared, settings) ?? []);
  const gone = new Map(
    [
      ...known.filter((each) => isRemoved(each, declared, settings)),
      ...orphanedViews.filter(({ isDropped }) => isDropped),
    ].map(({ oid, name }) => [oid, name]),
  );
  const base = { dialect, known, declared, orphanedViews, gone };
  const { defaultSchema } = settings;
  const findings =
    open.length === 0 && gone.size === 0
      ? { ...base, compared: [], affected: [], views: [], inherited: new Map() }
      : await aside(context, async (where) => await findingsOf(where, { ...base, open, byName, defaultSchema }));
  const steps = stepsOf(findings);
  return { dialect: dialect.name, steps, changes: steps.filter(isChange).length, definitions: declared, settings };
}

interface Open extends Omit<Findings, 'compared' | 'affected' | 'views' | 'inherited'> {
  readonly open: readonly Declared[];
  readonly byName: ReadonlyMap<string, Known>;
  readonly defaultSchema: string;
}

async function findingsOf(where: Context, { open, byName, defaultSchema, ...base }: Open): Promise<Findings> {
  const { executor } = where;
  const { dialect, known: all, gone } = base;
  const major = await pinned(executor);
  const understood = await understand(where, open, { byName, isCompared: true, defaultSchema });
  const compared = understood.map(({ declared, known, meaning }): Compared => {
    const differences = known === undefined ? undefined : differencesOf(declared, known, meaning, major);
    const recreate =
      known === undefined || differences === undefined ? [] : needsRecreation(differences, known, dialect);
    return { declared, known, meaning, differences, recreate };
  });
  const found = await viewsOf(
    executor,
    compared.flatMap(({ declared: { view, name }, meaning: { columns } }) =>
      view === null ? [] : [{ view, table: name, columns: columns.map((column) => column.name) }],
    ),
  );
  const views = declaredViewsOf(compared, found, base);
  const inherited = await inheritedFrom(
    executor,
    dialect,
    views.flatMap((each) => {
      const predecessor = predecessorOf(each, all);
      return predecessor === undefined ? [] : [{ oid: predecessor.oid, heir: each.compared.declared.name }];
    }),
  );
  const affected = await affectedBy(executor, dialect, [
    ...compared.flatMap(({ known, differences, recreate }) =>
      known !== undefined &&
      differences !== undefined &&
      (recreate.length > 0 || differences.content.length > 0 || isOneWay(differences, known, dialect))
        ? [known.oid]
        : [],
    ),
    ...views.flatMap(({ change }) => ('found' in change ? (change.found.oid ?? []) : [])),
    ...gone.keys(),
  ]);
  return { ...base, compared, views, affected, inherited };
}

/** In a transaction, of which nothing is left. */
export async function aside<T>(context: Context, work: (where: Context) => Promise<T>): Promise<T> {
  const { executor } = context;
  try {
    if (executor.transaction === 'open') return await undone(executor, () => work(context));
    if (!canBegin(executor)) throw needsTransaction('plan');
    return await inOwnTransaction(executor, (ours) => undone(ours, () => work(within(context, ours))));
  } catch (error) {
    throw classify(error, { operation: 'plan', dialect: await context.dialect(), transaction: executor.transaction });
  }
}

export function needsTransaction(operation: 'plan' | 'apply'): PgStreamError {
  return new PgStreamError(
    'INVALID_ARGUMENT',
    `${operation}() needs a transaction, which this executor cannot begin. Use that of a pool, or call it inside a transaction of yours.`,
    { operation },
  );
}
