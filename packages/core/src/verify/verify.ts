import { classify } from '../classification/index.ts';
import { within, type About, type Context } from '../context/index.ts';
import { PgStreamError } from '../errors/index.ts';
import { canBegin, inOwnTransaction, limitTransaction, undone } from '../executor/index.ts';
import { quoteName, type QualifiedName } from '../name/index.ts';
import { checkRefresh, orAborted, patiently, refreshing, throwIfAborted, type RefreshPlan } from '../refresh/index.ts';
import { verifyPlan, type VerifyOptions, type VerifyPlan } from './options.ts';
import type { VerifyResult } from './result.ts';
import { stored } from './storage.ts';
import { verifyHere, type Found, type Until } from './verify-here.ts';

/** See {@link StreamTable.verify}. */
export async function verifyStreamTable(
  context: Context,
  name: QualifiedName,
  options: VerifyOptions = {},
): Promise<VerifyResult> {
  const since = performance.now();
  const { afterRefresh = false, signal } = options;
  const plan = verifyPlan(options);
  const refreshPlan = checkRefresh(context, {
    ifBusy: 'wait',
    timeoutMs: plan.timeoutMs,
    lockTimeoutMs: options.lockTimeoutMs,
  });
  throwIfAborted(signal, 'verify');
  const deadline = since + plan.timeoutMs;
  let found: Found;
  if (afterRefresh) {
    found = await orAborted(verifyRefreshed(context, name, { plan, refreshPlan, deadline, signal }), signal, 'verify');
  } else if (context.executor.transaction === 'open') {
    // Not given up in the middle: what comes after it in the transaction would be undone with it.
    found = await verifyHere(context, name, plan, { deadline, signal });
  } else {
    found = await orAborted(verifyInOwn(context, name, plan, { deadline, signal }), signal, 'verify');
  }
  return { ...found.answer, estimate: found.estimate, afterRefresh, durationMs: performance.now() - since };
}

async function verifyInOwn(context: Context, name: QualifiedName, plan: VerifyPlan, until: Until): Promise<Found> {
  const { executor } = context;
  if (!canBegin(executor)) throw needsTransaction(name, 'verify()', 'verify', ', or call it inside one of yours');
  // Before there is a transaction of ours: asked for inside of it, a pool of one would wait for itself.
  await context.dialect();
  try {
    return await inOwnTransaction(executor, async (ours) => {
      await limitTransaction(ours, plan.timeoutMs);
      return await verifyHere(within(context, ours), name, plan, until);
    });
  } catch (error) {
    const about: About = { operation: 'verify', name };
    throw classify(error, { ...about, transaction: executor.transaction });
  }
}

/** What the refresh has done, and the locks that it holds, are gone when this is over. */
async function verifyRefreshed(
  context: Context,
  name: QualifiedName,
  { plan, refreshPlan, ...until }: Until & { readonly plan: VerifyPlan; readonly refreshPlan: RefreshPlan },
): Promise<Found> {
  if (!canBegin(context.executor)) throw needsTransaction(name, 'verify({ afterRefresh: true })', 'verify');
  return await refreshedAndVerified(context, name, refreshPlan, until, (where, refresh) =>
    undone(where.executor, async () => {
      await refresh();
      return await verifyHere(where, name, plan, until);
    }),
  );
}

/**
 * A transaction of ours in which the stream table is refreshed and compared with the same rows of its sources; tried again
 * while somebody is in the way.
 */
export async function refreshedAndVerified<T>(
  context: Context,
  name: QualifiedName,
  plan: RefreshPlan,
  { signal }: Pick<Until, 'signal'>,
  work: (where: Context, refresh: () => Promise<unknown>, waitMs: number) => Promise<T>,
): Promise<T> {
  const { refreshMode } = await stored(context, name);
  const { locksSourcesItself } = await context.dialect();
  const refresh = refreshing(name, plan);
  const { status } = await patiently<T>(context, name, plan, signal ?? new AbortController().signal, {
    isMany: true,
    // Else nothing keeps writers out between a full refresh and the comparison.
    isolation: refreshMode === 'FULL' && !locksSourcesItself ? 'REPEATABLE READ' : undefined,
    // Nobody else's refresh will do: it is this transaction that compares.
    make: (where, waitMs) =>
      work(where, () => refresh(where, waitMs, { since: undefined, paces: false, tellsCauses: true }), waitMs),
  });
  if (status === 'skipped' || status === 'refreshed') throw new TypeError('It waits, and refreshes by itself.');
  return status;
}

/** For an executor that is in no transaction, or in one that is not ours. */
export function needsTransaction(
  { schema, name: table }: QualifiedName,
  call: string,
  operation: 'verify' | 'repair',
  or = '',
): PgStreamError {
  return new PgStreamError(
    'INVALID_ARGUMENT',
    `${call} of ${quoteName({ schema, name: table })} needs a transaction of its own, which this executor cannot begin. Use that of a pool, outside of any transaction${or}.`,
    { schema, table, operation },
  );
}
