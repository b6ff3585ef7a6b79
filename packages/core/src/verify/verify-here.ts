import { classify } from '../classification/index.ts';
import type { Context } from '../context/index.ts';
import { findDriverError } from '../errors/index.ts';
import { query, undone, type SqlExecutor } from '../executor/index.ts';
import { quoteName, type QualifiedName } from '../name/index.ts';
import { throwIfAborted } from '../refresh/index.ts';
import { compare, toleranceOf } from './comparison.ts';
import type { VerifyPlan } from './options.ts';
import { keptCollations, planOf, rowsOf } from './question.ts';
import { dependenceOf } from './repeatable.ts';
import type { Answer, RowCounts, UndecidableReason } from './result.ts';
import { comparedColumns, querySide, tableSide } from './sides.ts';
import { stored, type Stored } from './storage.ts';

/** What was found out, and what it was to cost. */
export interface Found {
  readonly answer: Answer;
  readonly estimate: RowCounts | null;
}

/** When to give up. */
export interface Until {
  /** By the clock of `performance`; Infinity for never. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * For this transaction, until it is undone. A query under policies gives what its role may see: PostgreSQL is to refuse it.
 * Names mean what they meant to who wrote the query, where the extension knows.
 */
const SETTINGS = `SELECT pg_catalog.json_build_array(
  pg_catalog.set_config('transaction_read_only', 'on', true), CASE WHEN $1::pg_catalog.text IS NOT NULL THEN pg_catalog.set_config('statement_timeout', $1, true) END,
  pg_catalog.set_config('row_security', $2, true),
  CASE WHEN $3::pg_catalog.text IS NOT NULL THEN pg_catalog.set_config('search_path', $3, true) END)::pg_catalog.text AS pgstream`;

/** Verifies inside a transaction, of which nothing is left: no lock, no setting. An error leaves it usable. */
export async function verifyHere(
  context: Context,
  name: QualifiedName,
  plan: VerifyPlan,
  until: Until,
): Promise<Found> {
  const { executor } = context;
  return await undone(executor, async () => {
    const table = await stored(context, name);
    const refused = beforeReading(table);
    if (refused !== undefined) return { answer: refused, estimate: null };
    try {
      return await undone(executor, () => read(executor, table, plan, until));
    } catch (error) {
      const answer = await answerOf(error, context, table, name, until);
      if (answer === undefined) throw classify(error, { operation: 'verify', name, dialect: await context.dialect() });
      return { answer, estimate: null };
    }
  });
}

function beforeReading({ isPopulated, isFirstRows }: Stored): Answer | undefined {
  if (!isPopulated) {
    return undecidable(
      'never-filled',
      'The stream table was never filled: refresh it, or verify({ afterRefresh: true }).',
    );
  }
  if (isFirstRows) {
    return undecidable(
      'not-repeatable',
      'The stream table keeps the first rows of its query by an order, and which of equal ones are the first nothing says.',
    );
  }
  return undefined;
}

async function settle(
  executor: SqlExecutor,
  { searchPath }: Stored,
  { deadline, signal }: Until,
  rowSecurity: string,
): Promise<void> {
  throwIfAborted(signal, 'verify');
  const leftMs = deadline === Infinity ? null : String(Math.max(1, Math.ceil(deadline - performance.now())));
  await query(executor, SETTINGS, [leftMs, rowSecurity, searchPath]);
}

async function read(executor: SqlExecutor, table: Stored, plan: VerifyPlan, until: Until): Promise<Found> {
  await settle(executor, table, until, 'off');
  const compared = comparedColumns(table.columns, await keptCollations(executor, table));
  const queryPlan = await planOf(executor, querySide(table, compared));
  const tablePlan = await planOf(executor, tableSide(table, compared));
  const estimate = { query: rowsOf(queryPlan), table: rowsOf(tablePlan) };
  const { volatile, fleeting } = await dependenceOf(executor, queryPlan);
  if (volatile.length > 0) {
    const message = `The query calls what may give something else each time, or do something (${volatile.join(', ')}): it was not run.`;
    return { answer: undecidable('not-repeatable', message), estimate };
  }
  if (isTooMany(estimate, plan)) return { answer: tooMany(plan, estimate, 'By the planner’s estimate'), estimate };
  throwIfAborted(until.signal, 'verify');
  const { rows, missing, surplus } = await compare(executor, table, compared, plan);
  if (isTooMany(rows, plan)) return { answer: tooMany(plan, rows, 'As it was read, it showed that'), estimate };
  const isFloat = table.columns.some(
    ({ by }) => toleranceOf(by, plan.tolerance) > 0 || by === 'real' || by === 'double precision',
  );
  const floatTolerance = isFloat ? plan.tolerance : null;
  if (missing.count === 0 && surplus.count === 0)
    return { answer: { status: 'verified', rows, floatTolerance }, estimate };
  if (fleeting.length > 0) {
    const message = `The rows are not those that the query gives now (${missing.count} missing, ${surplus.count} surplus), but it gives others as time goes by, for another role or in another order of reading: by ${fleeting.join(', ')}.`;
    return { answer: undecidable('not-repeatable', message), estimate };
  }
  return { answer: { status: 'different', rows, floatTolerance, missing, surplus }, estimate };
}

function isTooMany(rows: RowCounts, { maxRows = Infinity }: VerifyPlan): boolean {
  return rows.query > maxRows || rows.table > maxRows;
}

function tooMany({ maxRows }: VerifyPlan, rows: RowCounts, how: string): Answer {
  const side = rows.query > (maxRows ?? Infinity) ? 'the query gives' : 'the stream table has';
  return undecidable('too-many-rows', `${how} ${side} more than ${maxRows} rows (maxRows).`);
}

function undecidable(reason: UndecidableReason, message: string): Answer {
  return { status: 'undecidable', reason, message };
}

/** What the query names is not there, or of another kind. */
const CHANGED = /^(?:42P01|42703|42702|42883|42804|42846|42704|3F000)$/;
/** The query fails by what it computes: by data, functions, or because it wants to write. */
const FAILS = /^(?:2[1F2]|38|39|P0|25006)/;

/** What an error of reading says of the query; undefined where it says nothing of it. */
async function answerOf(
  error: unknown,
  context: Context,
  table: Stored,
  name: QualifiedName,
  until: Until,
): Promise<Answer | undefined> {
  const { sqlState = '', message } = findDriverError(error);
  const said = `The server says: ${message}.`;
  if (sqlState === '42501') {
    if (await isPlannedWithPolicies(context.executor, table, until)) {
      return undecidable(
        'row-security',
        `${said} Policies decide which rows this role may see of the sources of ${quoteName(name)}, or of itself, so it cannot compare all of them. Verify as a role that they do not bind.`,
      );
    }
    return undecidable(
      'permission',
      `${said} To verify ${quoteName(name)} a role needs SELECT on it and on all that its query reads. Verify as its owner.`,
    );
  }
  if (CHANGED.test(sqlState)) {
    return undecidable(
      'source-changed',
      `${said} The query of ${quoteName(name)} does not fit what it reads any more: put that back, or drop the stream table and create it again.`,
    );
  }
  if (FAILS.test(sqlState)) {
    const { message: masked } = classify(error, { operation: 'verify', name });
    return undecidable('query-fails', `The query of ${quoteName(name)} cannot be computed. ${masked}`);
  }
  return undefined;
}

/** Whether it is refused only because rows must not be filtered; in every language of the server. */
async function isPlannedWithPolicies(executor: SqlExecutor, table: Stored, until: Until): Promise<boolean> {
  try {
    return await undone(executor, async () => {
      await settle(executor, table, until, 'on');
      const compared = comparedColumns(table.columns, new Map());
      await planOf(executor, querySide(table, compared));
      await planOf(executor, tableSide(table, compared));
      return true;
    });
  } catch (error) {
    if (findDriverError(error).sqlState === '42501') return false;
    throw error;
  }
}
