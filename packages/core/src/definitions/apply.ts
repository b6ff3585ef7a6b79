import { argument, commandBlock } from '../command/index.ts';
import { classify } from '../classification/index.ts';
import { within, type Context } from '../context/index.ts';
import { checkMs, PgStreamError } from '../errors/index.ts';
import { canBegin, inOwnTransaction, query, type SqlExecutor } from '../executor/index.ts';
import { quoteName } from '../name/index.ts';
import { readKnown, type Known } from './known.ts';
import { searchPathOf } from './meaning.ts';
import { contextOf, needsTransaction, planned } from './plan.ts';
import { remember } from './remember.ts';
import { inOrder, isChange, statementsOf, type Plan, type PlanStep } from './steps.ts';

/** How to apply. */
export interface ApplyOptions {
  /** How long a statement waits for a lock on a table, in milliseconds. Default: 10,000. */
  readonly lockTimeoutMs?: number | undefined;
  /** How long to wait for another apply() of this database, in milliseconds. Default: 600,000. */
  readonly waitMs?: number | undefined;
  /** Called before each statement. What it throws ends the apply(), and nothing is changed. */
  readonly onStatement?: ((sql: string, step: PlanStep) => void) | undefined;
}

/** What apply() has done. */
export interface ApplyReport {
  /** How many steps have changed the database; 0 if there was nothing to do, or another apply() had done it. */
  readonly changes: number;
  /** The steps that were done. */
  readonly steps: readonly PlanStep[];
  readonly durationMs: number;
}

/**
 * Does what a plan says: all of it, or nothing. It is one transaction, or a part of the caller's; whatever interrupts it, the
 * server or a killed process, leaves the database as it was, and applying again ends right.
 *
 * One apply() of a database at a time: another one waits (`waitMs`), and then finds what there is left to do. Before anything is
 * done the plan is made anew: where it says something else by now, INVALID_ARGUMENT asks for another plan(); where nothing is left
 * to do, nothing is done.
 *
 * Throws INVALID_ARGUMENT, also for a plan with `blockers`; TIMEOUT for another apply() that does not end, and what the server
 * says, as `create()` and `drop()` do; SOURCES_BUSY where somebody holds a table that is needed: try again. In a transaction
 * that is REPEATABLE READ or SERIALIZABLE: UNSAFE_ISOLATION.
 *
 * @example
 * const executor = fromPg(pool);
 * await apply(executor, await plan(executor, [orderTotals, dailyTotals]));
 */
export async function apply(executor: SqlExecutor, plan: Plan, options: ApplyOptions = {}): Promise<ApplyReport> {
  const since = performance.now();
  const { lockTimeoutMs = 10_000, waitMs = 600_000, onStatement } = options;
  checkMs('lockTimeoutMs', lockTimeoutMs, { least: 1, operation: 'apply' });
  checkMs('waitMs', waitMs, { least: 1, operation: 'apply' });
  refuseBlocked(plan);
  const context = contextOf(executor, plan.settings);
  const steps = await together(context, (where) => applyHere(where, plan, { lockTimeoutMs, waitMs, onStatement }));
  return { changes: steps.filter(isChange).length, steps, durationMs: performance.now() - since };
}

/** Throws INVALID_ARGUMENT for a plan by which something would be lost. */
export function refuseBlocked({ steps }: Plan): void {
  const blocked = steps.filter(({ blockers }) => blockers.length > 0);
  const [first] = blocked;
  if (first === undefined) return;
  const what = blocked.map(({ name, blockers }) => `with ${quoteName(name)}: ${blockers.join(', ')}`).join('; ');
  throw new PgStreamError(
    'INVALID_ARGUMENT',
    `Nothing was done, because this would be lost and cannot be put back: ${what}. Drop it yourself before, and create it again afterwards.`,
    { schema: first.name.schema, table: first.name.name, operation: 'apply' },
  );
}

type Applying = Pick<ApplyOptions, 'onStatement'> & { readonly lockTimeoutMs: number; readonly waitMs: number };

async function applyHere(
  where: Context,
  plan: Plan,
  { lockTimeoutMs, waitMs, onStatement }: Applying,
): Promise<readonly PlanStep[]> {
  const { executor } = where;
  const before = await begin(where, waitMs, lockTimeoutMs);
  const now = await planned(where, plan.definitions, plan.settings);
  if (now.changes > 0 && !isSame(now, plan)) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      'Nothing was done: the database is not what it was when the plan was made, and there is something else to do by now. Call plan() again, and look at it.',
      { operation: 'apply' },
    );
  }
  refuseBlocked(now);
  const done = now.steps.filter((step) => isChange(step) || step.kind === 'adopt');
  if (done.length === 0) {
    await end(executor, before);
    return [];
  }
  const known = await readKnown(where);
  await set(executor, { search_path: searchPathOf([plan.settings.defaultSchema]), row_security: 'off' });
  for (const { sql, step } of inOrder(now.steps, 'up')) {
    onStatement?.(sql, step);
    await sent(where, sql, step);
  }
  await remember(where, { plan: now, known: byName(known) });
  await end(executor, before);
  return done;
}

function byName(known: readonly Known[]): ReadonlyMap<string, Known> {
  return new Map(known.map((each) => [quoteName(each.name), each]));
}

function isSame(one: Plan, other: Plan): boolean {
  return JSON.stringify(statementsOf(one.steps, 'up')) === JSON.stringify(statementsOf(other.steps, 'up'));
}

/** In a block, which has no result: not every driver can read that of a function without one. */
async function sent(where: Context, sql: string, { name, source }: PlanStep): Promise<void> {
  const { executor } = where;
  try {
    await executor.query(commandBlock({ statements: `EXECUTE ${argument(sql)};` }, 'open'));
  } catch (error) {
    const classified = classify(error, {
      operation: /^SELECT \w+\.(create|drop|alter)_stream_table\(/.exec(sql)?.[1] ?? 'alter',
      name,
      dialect: await where.dialect(),
      transaction: executor.transaction,
      rules: [
        ({ sqlState }) =>
          sqlState === '55P03' || sqlState === '40P01'
            ? {
                code: 'SOURCES_BUSY',
                message: `Somebody holds a lock on ${quoteName(name)} or on what it reads${sqlState === '40P01' ? ', and waited for this apply()' : ''}, and nothing was done. Try again, or allow more time (lockTimeoutMs).`,
              }
            : undefined,
      ],
    });
    throw new PgStreamError(
      classified.code,
      `${quoteName(name)}${source === null ? '' : ` (${source})`}: ${classified.message}`,
      { cause: error, schema: name.schema, table: name.name, operation: 'apply', sqlState: classified.sqlState },
    );
  }
}

/**
 * A key of two numbers is no key of one: those that the extension takes are out of the way (contract A.5). The first is the
 * word "pgst" in ASCII.
 */
const LOCK = `SELECT pg_catalog.json_build_array(pg_catalog.pg_advisory_xact_lock(1885827956, 1)::pg_catalog.text)::pg_catalog.text AS pgstream`;

type Settings = Readonly<Record<string, string>>;

const BEFORE = `SELECT pg_catalog.json_build_object('isolation', pg_catalog.current_setting('transaction_isolation'), 'settings', pg_catalog.json_build_object(
  'search_path', pg_catalog.current_setting('search_path'), 'row_security', pg_catalog.current_setting('row_security'),
  'lock_timeout', pg_catalog.current_setting('lock_timeout')))::pg_catalog.text AS pgstream`;

const SET = `SELECT coalesce(pg_catalog.json_agg(pg_catalog.set_config(s.key, s.value, true)), '[]')::pg_catalog.text AS pgstream
FROM pg_catalog.json_each_text($1::pg_catalog.text::pg_catalog.json) s`;

async function set(executor: SqlExecutor, settings: Settings): Promise<void> {
  await query(executor, SET, [JSON.stringify(settings)]);
}

/** Gives the settings as they were. */
async function begin({ executor }: Context, waitMs: number, lockTimeoutMs: number): Promise<Settings> {
  const [before] = await query<{ readonly isolation: string; readonly settings: Settings }>(executor, BEFORE);
  if (before?.isolation !== 'read committed') {
    throw new PgStreamError(
      'UNSAFE_ISOLATION',
      `apply() has to see what others have committed meanwhile, and this transaction is ${before?.isolation ?? 'unknown'}. Begin one that is READ COMMITTED.`,
      { operation: 'apply' },
    );
  }
  await set(executor, { lock_timeout: `${Math.ceil(waitMs)}ms` });
  try {
    await query(executor, LOCK);
  } catch (error) {
    throw classify(error, {
      operation: 'apply',
      transaction: executor.transaction,
      rules: [
        ({ sqlState }) =>
          sqlState === '55P03'
            ? {
                code: 'TIMEOUT',
                message: `Another apply() of this database has not ended within ${waitMs} ms (waitMs). Try again later.`,
              }
            : undefined,
      ],
    });
  }
  await set(executor, { lock_timeout: `${Math.ceil(lockTimeoutMs)}ms` });
  return before.settings;
}

/** Of a transaction that goes on. */
async function end(executor: SqlExecutor, before: Settings): Promise<void> {
  await set(executor, before);
}

/** In a transaction of ours; or in the caller's, where an error leaves nothing of it and the transaction usable. */
async function together<T>(context: Context, work: (where: Context) => Promise<T>): Promise<T> {
  const { executor } = context;
  // Before there is a transaction of ours: asked for inside of it, a pool of one would wait for itself.
  const dialect = await context.dialect();
  try {
    if (executor.transaction === 'open') return await allOrNothing(executor, () => work(context));
    if (!canBegin(executor)) throw needsTransaction('apply');
    return await inOwnTransaction(executor, async (ours) => {
      await ours.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED');
      return await work(within(context, ours));
    });
  } catch (error) {
    throw classify(error, { operation: 'apply', dialect, transaction: executor.transaction });
  }
}

async function allOrNothing<T>(executor: SqlExecutor, work: () => Promise<T>): Promise<T> {
  await executor.query('SAVEPOINT pgstream_apply');
  try {
    const result = await work();
    await executor.query('RELEASE SAVEPOINT pgstream_apply');
    return result;
  } catch (error) {
    // Of a connection that is lost nothing is left to undo: the error says more.
    await executor.query('ROLLBACK TO SAVEPOINT pgstream_apply').catch(() => {});
    await executor.query('RELEASE SAVEPOINT pgstream_apply').catch(() => {});
    throw error;
  }
}
