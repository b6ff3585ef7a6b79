import { commandBlock } from '../command/index.ts';
import { inDialect, type Context } from '../context/index.ts';
import { PgStreamError } from '../errors/index.ts';
import { query, send, type SqlExecutor, type TransactionState } from '../executor/index.ts';
import type { QualifiedName } from '../name/index.ts';
import { refreshRules } from './errors.ts';
import { refreshCommand, STORED_OUTCOME, viaCommand, type Attempt } from './statement/index.ts';
import { checkInDialect, type RefreshPlan } from './options.ts';

/**
 * The extension waits for the writers of one source while it holds the locks of others (contract F.4). Who writes to both
 * the other way round would wait for it, and be the victim of the deadlock after a second, PostgreSQL's `deadlock_timeout`:
 * before that it gives them up. Outside a transaction it is called again.
 */
const WAIT_IN_THE_EXTENSION_MS = 200;

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
  how: Omit<Attempt, 'lockSources' | 'as'>,
  transaction: TransactionState,
): Promise<void> {
  const { executor } = context;
  const { via, lockSources, as } = plan;
  const about = { operation: 'refresh', name, transaction, rules: refreshRules(plan, transaction) };
  await inDialect(context, about, async (dialect) => {
    checkInDialect(plan, name, dialect);
    const waitMs = dialect.locksSourcesItself ? Math.min(how.waitMs, WAIT_IN_THE_EXTENSION_MS) : how.waitMs;
    const asked: Attempt = { ...how, waitMs, lockSources, as };
    const command = via === undefined ? refreshCommand(dialect, name, asked) : viaCommand(via, name, asked);
    await send(executor, commandBlock(command, executor.transaction));
    if (how.storeRefusals) await throwRefusal(executor);
  });
}

/** Throws what the server would have raised. */
async function throwRefusal(executor: SqlExecutor): Promise<void> {
  const [outcome] = await query<Outcome | null>(executor, STORED_OUTCOME);
  if (outcome == null) {
    throw new PgStreamError(
      'UNKNOWN',
      'Whether the refresh was made cannot be told: the executor says that it is inside a transaction, but its next statement was sent outside of it. Its `transaction` has to say what is true.',
      { operation: 'refresh' },
    );
  }
  if (outcome.status === 'refused') throw Object.assign(new Error(outcome.message), { code: outcome.sqlState });
}
