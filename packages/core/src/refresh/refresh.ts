import { within, type Context } from '../context/index.ts';
import { classify } from '../classification/index.ts';
import { findDriverError, isPgStreamError } from '../errors/index.ts';
import { canBegin, inOwnTransaction, limitTransaction, type TransactionState } from '../executor/index.ts';
import type { QualifiedName } from '../name/index.ts';
import { attempt } from './attempt.ts';
import { planOf, type RefreshOptions, type RefreshPlan, type RefreshResult } from './options.ts';
import { lengthOf, remember, restOf } from './pace.ts';
import { MAY_HAVE_CAUSES, readSince, REFRESHED_SINCE, type Since } from './statement/index.ts';
import { Sharing } from './sharing.ts';
import { Budget, orAborted, orTimedOut, pause, throwIfAborted } from './waiting.ts';

/** How it ended, for all calls that share it. */
export interface Done<Status> {
  readonly status: Status;
  /** Whether it was another process that refreshed. */
  readonly shared: boolean;
  readonly durationMs: number;
}

/** What the attempts of one call know of it. */
export interface Call {
  /** When it began, by the server. Undefined until somebody was in the way, or where the server cannot tell. */
  since: Since | undefined;
  /** Whether it may still leave the sources to writers. */
  paces: boolean;
  /** Whether an error is to tell its causes. The first attempt does without, which it is cheaper by. */
  tellsCauses: boolean;
}

/** One attempt outside a transaction of the caller's. */
export interface Try<Status> {
  /** Whether it is more than one statement, to be in a transaction of ours where the executor can begin one. */
  readonly isMany: boolean;
  /** Of the transaction of ours; READ COMMITTED by default. */
  readonly isolation?: 'REPEATABLE READ' | undefined;
  /** Waits for writers of the sources for so many milliseconds at most. */
  readonly make: (where: Context, waitMs: number, call: Call) => Promise<Status>;
}

/** `ifBusy: 'wait'` without a `timeoutMs`. */
const WAIT_WHILE_BUSY_MS = 30_000;
/** For which a call leaves the sources to writers, at most. */
const LONGEST_PACE_MS = 1_000;
/** Who has refreshed longer ago than this is not asked to let writers come first: so a refresh now and then asks less. */
const RECENT_MS = 1_000;
/** Between two attempts: short at first, because most transactions are. */
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 250;

const sharing = new Sharing<Done<RefreshResult['status']>>();

/** See {@link StreamTable.refresh}. */
export async function refreshStreamTable(
  context: Context,
  name: QualifiedName,
  options: RefreshOptions = {},
): Promise<RefreshResult> {
  const plan = checkRefresh(context, options);
  const { signal } = options;
  const { scope, transaction } = context.executor;
  if (transaction !== 'none') {
    return await orAborted(once(context, name, plan, transaction), signal);
  }
  const key = JSON.stringify([name.schema, name.name, plan]);
  const { result, shared } = await sharing.join(scope, key, signal, (abandoned) =>
    patiently(context, name, plan, abandoned, { isMany: false, make: refreshing(name, plan) }),
  );
  return { ...result, shared: result.shared || shared };
}

/** A refresh outside a transaction of the caller's, in one of ours or in none. */
export function refreshing(name: QualifiedName, plan: RefreshPlan): Try<'refreshed'>['make'] {
  return async (where, waitMs, { since, paces, tellsCauses }) => {
    const { ms, agoMs } = lengthOf(where.executor.scope, name);
    const paceMs = paces && agoMs < ms + RECENT_MS ? ms : undefined;
    const began = performance.now();
    await attempt(
      where,
      name,
      plan,
      {
        waitMs,
        storeRefusals: false,
        alone: { begins: where.executor.transaction === 'none', tellsCauses, since, paceMs },
      },
      'none',
    );
    remember(where.executor.scope, name, performance.now() - began);
    return 'refreshed';
  };
}

/** Refuses what can be refused before anything is sent. */
export function checkRefresh(context: Context, options: RefreshOptions): RefreshPlan {
  const plan = planOf(options, context.defaultSchema);
  throwIfAborted(options.signal);
  return plan;
}

/** In the caller's transaction: at once or not at all. Where nobody can tell whether there is one, refusals are errors. */
export async function once(
  context: Context,
  name: QualifiedName,
  plan: RefreshPlan,
  transaction: TransactionState,
): Promise<Done<RefreshResult['status']>> {
  const since = performance.now();
  const isOpen = transaction === 'open';
  try {
    const how = { waitMs: isOpen ? plan.lockTimeoutMs : 0, storeRefusals: isOpen };
    const tried = attempt(context, name, plan, how, transaction);
    await (plan.timeoutMs === undefined ? tried : orTimedOut(tried, plan.timeoutMs));
    return done('refreshed', since);
  } catch (error) {
    if (isOpen && skips(plan, error)) return done('skipped', since);
    throw error;
  }
}

/** Outside a transaction: again and again while somebody is in the way, as long as the options allow. */
export async function patiently<Status>(
  context: Context,
  name: QualifiedName,
  plan: RefreshPlan,
  abandoned: AbortSignal,
  tried: Try<Status>,
): Promise<Done<Status | 'refreshed' | 'skipped'>> {
  // Before there is a transaction of ours: asked for inside of it, a pool of one would wait for itself.
  await context.dialect();
  const since = performance.now();
  const inAll = new Budget(plan.timeoutMs ?? Infinity);
  const forWriters = new Budget(plan.lockTimeoutMs);
  const forRefreshes = new Budget(plan.ifBusy === 'wait' ? (plan.timeoutMs ?? WAIT_WHILE_BUSY_MS) : 0);
  const forPace = new Budget(
    plan.pace ? Math.min(LONGEST_PACE_MS, plan.lockTimeoutMs / 2, (plan.timeoutMs ?? Infinity) / 2) : 0,
  );
  const call: Call = { since: undefined, paces: false, tellsCauses: plan.timeoutMs !== undefined };
  let inTheWay: unknown;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const began = performance.now();
    call.paces = forPace.leftMs > 0;
    try {
      return done(await tryWithin(inAll.leftMs, context, name, forWriters.leftMs, call, tried), since);
    } catch (error) {
      const { message, detail } = findDriverError(error);
      if (message === REFRESHED_SINCE) return { ...done('refreshed', since), shared: true };
      if (skips(plan, error)) return done('skipped', since);
      call.since ??= readSince(detail);
      // What the time went into says more than that it is over.
      if (inTheWay !== undefined && isPgStreamError(error, 'TIMEOUT') && error.sqlState !== '55P03') throw inTheWay;
      const restMs = restOf(message);
      const budget = restMs === undefined ? budgetFor(error, forWriters, forRefreshes) : forPace;
      const isTold = call.tellsCauses || !mayHaveCauses(error);
      call.tellsCauses = true;
      if (budget === undefined || budget.leftMs === 0) {
        if (isTold) throw error;
        continue;
      }
      inTheWay = error;
      // Half as long at least: so for all of it.
      const waitMs = restMs === undefined ? pauseMs : 2 * restMs;
      await pause(Math.min(waitMs, budget.leftMs, inAll.leftMs), abandoned);
      throwIfAborted(abandoned);
      budget.spend(performance.now() - began);
      inAll.spend(performance.now() - began);
      if (inAll.leftMs === 0) throw error;
    }
  }
}

/** What may be spent on waiting until the cause of an error is gone; undefined if waiting does not help. */
function budgetFor(error: unknown, forWriters: Budget, forRefreshes: Budget): Budget | undefined {
  if (!isPgStreamError(error)) return undefined;
  if (error.code === 'REFRESH_BUSY') return forRefreshes;
  // Somebody holds a lock: on a source (SOURCES_BUSY), or on the stream table; or the extension waits for writers.
  return error.code === 'SOURCES_BUSY' || error.sqlState === '55P03' ? forWriters : undefined;
}

/** Whether an attempt that tells causes could say more. */
function mayHaveCauses(error: unknown): boolean {
  return isPgStreamError(error) && MAY_HAVE_CAUSES.includes(error.sqlState ?? '');
}

function skips({ ifBusy }: RefreshPlan, error: unknown): boolean {
  return ifBusy === 'skip' && isPgStreamError(error, 'REFRESH_BUSY');
}

/** One attempt outside a transaction. The server keeps to the time in a transaction of ours, else our waiting does. */
async function tryWithin<Status>(
  leftMs: number,
  context: Context,
  name: QualifiedName,
  waitMs: number,
  call: Call,
  { isMany, isolation, make }: Try<Status>,
): Promise<Status> {
  const { executor } = context;
  const isTimed = leftMs !== Infinity;
  const tryIn = (where: Context): Promise<Status> => make(where, Math.min(waitMs, leftMs), call);
  if (!isTimed && !isMany) return tryIn(context);
  if (!canBegin(executor)) return isTimed ? orTimedOut(tryIn(context), leftMs) : tryIn(context);
  try {
    return await inOwnTransaction(executor, async (ours) => {
      if (isolation !== undefined) await ours.query(`SET TRANSACTION ISOLATION LEVEL ${isolation}`);
      if (isTimed) await limitTransaction(ours, leftMs);
      return await tryIn(within(context, ours));
    });
  } catch (error) {
    throw classify(error, { operation: 'refresh', name, transaction: executor.transaction });
  }
}

function done<Status>(status: Status, since: number): Done<Status> {
  return { status, shared: false, durationMs: performance.now() - since };
}
