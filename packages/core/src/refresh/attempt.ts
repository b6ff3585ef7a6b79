import type { Context } from '../context/index.ts';
import { classify } from '../classification/index.ts';
import { PgStreamError } from '../errors/index.ts';
import { query, type SqlExecutor, type TransactionState } from '../executor/index.ts';
import type { QualifiedName } from '../name/index.ts';
import { refreshRules } from './errors.ts';
import { refreshBlock, STORED_OUTCOME, viaStatement, type Attempt } from './statement/index.ts';
import type { RefreshPlan } from './options.ts';

/** What the block leaves for the second statement, and what a refresh function returns. */
type Outcome =
  | { readonly status: 'refreshed' }
  | { readonly status: 'refused'; readonly sqlState: string; readonly message: string };

/**
 * Tries once. Throws a PgStreamError for whatever came in between; `transaction` is the caller's, for its sentence: the
 * executor may be in a transaction of ours.
 */
export async function attempt(
  context: Context,
  name: QualifiedName,
  plan: RefreshPlan,
  how: Omit<Attempt, 'lockSources'>,
  transaction: TransactionState,
): Promise<void> {
  const { executor } = context;
  const dialect = await context.dialect();
  try {
    const outcome =
      plan.via === undefined
        ? await sendBlock(executor, refreshBlock(dialect, name, { ...how, lockSources: plan.lockSources }), how)
        : await callFunction(executor, plan.via, name, how);
    if (outcome.status === 'refused') throw refused(outcome);
  } catch (error) {
    throw classify(error, { operation: 'refresh', name, dialect, rules: refreshRules(plan, transaction) });
  }
}

async function sendBlock(
  executor: SqlExecutor,
  block: string,
  { storeRefusals }: Pick<Attempt, 'storeRefusals'>,
): Promise<Outcome> {
  await executor.query(block);
  if (!storeRefusals) return { status: 'refreshed' };
  const [outcome] = await query<Outcome | null>(executor, STORED_OUTCOME);
  if (outcome == null) {
    throw new PgStreamError(
      'UNKNOWN',
      'Whether the refresh was made cannot be told: the executor says that it is inside a transaction, but its next statement was sent outside of it. Its `transaction` has to say what is true.',
      { operation: 'refresh' },
    );
  }
  return outcome;
}

async function callFunction(
  executor: SqlExecutor,
  via: QualifiedName,
  { schema, name }: QualifiedName,
  { waitMs, storeRefusals }: Omit<Attempt, 'lockSources'>,
): Promise<Outcome> {
  const [outcome] = await query<Outcome>(executor, viaStatement(via), [
    schema,
    name,
    String(Math.floor(waitMs)),
    String(storeRefusals),
  ]);
  if (outcome?.status === undefined) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      `The function "${via.schema}"."${via.name}" was not made by refreshFunctionSql: it does not answer as one.`,
      { operation: 'refresh' },
    );
  }
  return outcome;
}

/** What the server would have raised. */
function refused({ sqlState, message }: { sqlState: string; message: string }): Error {
  return Object.assign(new Error(message), { code: sqlState });
}
