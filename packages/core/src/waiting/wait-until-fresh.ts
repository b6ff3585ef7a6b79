import type { Context } from '../context/index.ts';
import type { QualifiedName } from '../name/index.ts';
import { look } from './facts.ts';
import { abortOf, Goal, OPERATION, type Reached } from './goal.ts';
import { patienceOf, wantedOf, type WaitingOptions, type Wanted } from './options.ts';
import type { WaitUntilFreshOptions, WaitUntilFreshResult } from './options.ts';
import { Poller } from './poller.ts';
import { askWhy, notForLong, timedOut } from './timeout.ts';

/** One for each scope, and for each extension that is asked for in it. */
const pollers = new WeakMap<object, Map<string, Poller>>();

/** See {@link StreamTable.waitUntilFresh}. */
export async function waitUntilFresh(
  context: Context,
  name: QualifiedName,
  options: WaitUntilFreshOptions = {},
): Promise<WaitUntilFreshResult> {
  return await waitFor(context, name, wantedOf(options, name), options);
}

/** Waits for what was wanted. */
export async function waitFor(
  context: Context,
  name: QualifiedName,
  wanted: Wanted,
  options: WaitingOptions,
): Promise<WaitUntilFreshResult> {
  const began = performance.now();
  const patience = patienceOf(options, OPERATION);
  const { signal, events } = options;
  const aborted = abortOf(signal, name);
  if (aborted) throw aborted;
  const { transaction } = context.executor;
  const goal = new Goal(name, wanted, transaction === 'open');
  const reached =
    transaction === 'unknown'
      ? await lookOnce(context, goal)
      : await (await pollerOf(context)).wait({ context, goal, patience, signal, events });
  return { waitedMs: performance.now() - began, ...reached };
}

/** In a transaction it is for this call alone: its questions go through the connection of that. */
async function pollerOf(context: Context): Promise<Poller> {
  const { scope, transaction } = context.executor;
  const { name } = await context.dialect();
  if (transaction !== 'none') return new Poller();
  const ofScope = pollers.get(scope) ?? new Map<string, Poller>();
  pollers.set(scope, ofScope);
  const poller = ofScope.get(name) ?? new Poller();
  ofScope.set(name, poller);
  return poller;
}

/** Where nobody can tell whether there is a transaction nothing is waited for. */
async function lookOnce(context: Context, goal: Goal): Promise<Reached> {
  const reached = goal.look(await look(context, [goal.name], goal.isToBegin));
  if (reached !== undefined) return reached;
  const is =
    'is not fresh, and nothing was waited for, because nobody can tell whether a transaction is open on the connection: give a pool.';
  throw timedOut(goal, is, await notForLong(askWhy(context, [goal])));
}
