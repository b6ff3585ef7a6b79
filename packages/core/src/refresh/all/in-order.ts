import { classify } from '../../classification/index.ts';
import type { Context } from '../../context/index.ts';
import type { Dialect } from '../../dialect/index.ts';
import { PgStreamError } from '../../errors/index.ts';
import { query, type SqlExecutor } from '../../executor/index.ts';
import { pathText, type DependencyPath, type OrderedStreamTable, type StreamTableNode } from '../../graph/index.ts';
import type { QualifiedName } from '../../name/index.ts';
import { refreshIfStale } from '../refresh-if-stale.ts';
import { refreshStreamTable } from '../refresh.ts';
import { throwIfAborted } from '../waiting.ts';
import type { RefreshAllPlan, RefreshAllResult } from './options.ts';

/** What came of it, without the name. */
type Outcome = RefreshAllResult extends infer Each ? (Each extends unknown ? Omit<Each, 'streamTable'> : never) : never;

/**
 * Refreshes stream tables, each once all that it waits for are done with, and as many at once as may be. The steps are in
 * an order in which that is possible. Gives the results in the same order.
 */
export async function refreshInOrder(
  context: Context,
  steps: readonly OrderedStreamTable[],
  plan: RefreshAllPlan,
): Promise<RefreshAllResult[]> {
  const run = new Run(context, await context.dialect(), steps, plan);
  await run.toItsEnd();
  return steps.flatMap(({ node }) => run.results.get(node) ?? []);
}

class Run {
  readonly results = new Map<StreamTableNode, RefreshAllResult>();
  readonly #context: Context;
  readonly #dialect: Dialect;
  readonly #plan: RefreshAllPlan;
  readonly #total: number;
  readonly #inTransaction: boolean;
  readonly #waiting: Set<OrderedStreamTable>;
  /** They never reject. */
  readonly #running = new Set<Promise<void>>();
  /** The oids of what those that run have locked, against each other, too. */
  readonly #locked = new Set<number>();
  /** What ends the call, as a refresh that failed does not. */
  #end: { readonly error: unknown } | undefined;

  constructor(context: Context, dialect: Dialect, steps: readonly OrderedStreamTable[], plan: RefreshAllPlan) {
    this.#context = context;
    this.#dialect = dialect;
    this.#plan = plan;
    this.#total = steps.length;
    this.#inTransaction = context.executor.transaction !== 'none';
    this.#waiting = new Set(steps);
  }

  async toItsEnd(): Promise<void> {
    for (this.#beginWhatMay(); this.#running.size > 0; this.#beginWhatMay()) await Promise.race(this.#running);
    if (this.#end) throw this.#end.error;
  }

  /** One pass is enough: what is done with at once comes before what waits for it. */
  #beginWhatMay(): void {
    const concurrency = this.#inTransaction || this.#dialect.refreshesOneAtATime ? 1 : this.#plan.concurrency;
    for (const step of this.#waiting) {
      if (this.#end || this.#running.size >= concurrency) return;
      const below = [...step.after.keys()];
      const locks = this.#locksOf(step.node);
      const isReady = step.cycle !== undefined || below.every((node) => this.results.has(node));
      if (!isReady || locks.some((oid) => this.#locked.has(oid))) continue;
      this.#waiting.delete(step);
      const outcome = this.#withoutRefresh(step);
      if (outcome) this.#done(step.node, outcome);
      else this.#begin(step, locks);
    }
  }

  #begin(step: OrderedStreamTable, locks: readonly number[]): void {
    for (const oid of locks) this.#locked.add(oid);
    const running = this.#refresh(step).finally(() => {
      this.#running.delete(running);
      for (const oid of locks) this.#locked.delete(oid);
    });
    this.#running.add(running);
  }

  /** What a refresh keeps writers out of, and with them every other refresh that reads it. */
  #locksOf({ refreshMode, reads }: StreamTableNode): readonly number[] {
    const isLocked = this.#plan.lockSources && !this.#dialect.locksSourcesItself && refreshMode !== 'FULL';
    return isLocked ? reads : [];
  }

  /** What comes of it where nothing is sent. */
  #withoutRefresh({ node, after, cycle }: OrderedStreamTable): Outcome | undefined {
    if (cycle) return { status: 'failed', error: inCycle(cycle), durationMs: 0 };
    for (const [below, path] of after) {
      const result = this.results.get(below);
      if (result?.status === 'failed') {
        return { status: 'skipped', because: { streamTable: below.name, path }, durationMs: 0 };
      }
      if (result?.status === 'skipped') {
        const { streamTable, path: further } = result.because;
        return { status: 'skipped', because: { streamTable, path: [...path, ...further.slice(1)] }, durationMs: 0 };
      }
    }
    // It is changed with its sources, in the transactions that write to them; a refresh would compute all of it anew.
    if (node.refreshMode === 'IMMEDIATE' && node.isStale !== true) return { status: 'fresh', durationMs: 0 };
    return undefined;
  }

  async #refresh(step: OrderedStreamTable): Promise<void> {
    this.#report(step.node.name, null);
    try {
      this.#done(step.node, await this.#outcomeOf(step));
    } catch (error) {
      this.#end ??= { error };
    }
  }

  /** Throws what ends the call. */
  async #outcomeOf(step: OrderedStreamTable): Promise<Outcome> {
    const since = performance.now();
    try {
      const { status, shared } = await this.#call(step);
      const durationMs = performance.now() - since;
      return status === 'fresh' ? { status, durationMs } : { status: 'refreshed', shared, durationMs };
    } catch (error) {
      throwIfAborted(this.#plan.refresh.signal);
      // The caller's transaction is over, with all that it wrote: who commits it has to be told.
      if (this.#inTransaction && !(await isUsable(this.#context.executor))) throw error;
      return { status: 'failed', error: failure(error, step), durationMs: performance.now() - since };
    }
  }

  #call({ node, after }: OrderedStreamTable): Promise<{ status: string; shared: boolean }> {
    const { onlyStale, maxAgeMs, refresh } = this.#plan;
    const hasBound = maxAgeMs !== undefined || node.isStale !== null;
    const isBehind = [...after.keys()].some((below) => this.results.get(below)?.status === 'refreshed');
    return onlyStale && hasBound && !isBehind
      ? refreshIfStale(this.#context, node.name, { ...refresh, maxAgeMs })
      : refreshStreamTable(this.#context, node.name, refresh);
  }

  #done(node: StreamTableNode, outcome: Outcome): void {
    const result: RefreshAllResult = { streamTable: node.name, ...outcome };
    this.results.set(node, result);
    this.#report(node.name, result);
  }

  #report(streamTable: QualifiedName, result: RefreshAllResult | null): void {
    try {
      this.#plan.onProgress?.({ streamTable, result, done: this.results.size, total: this.#total });
    } catch (error) {
      this.#end ??= { error };
    }
  }
}

function inCycle({ streamTable: { schema, name }, path }: DependencyPath): PgStreamError {
  return new PgStreamError(
    'CYCLE',
    `It reads itself: ${pathText(path)}. No order is right for stream tables that read each other: leave them to the extension's scheduler, or call refresh() on them one after the other until nothing changes.`,
    { schema, table: name, operation: 'refresh' },
  );
}

/** Where something is gone that it was built on, the way there says more than what the server has stumbled over. */
function failure(error: unknown, { node, missing }: OrderedStreamTable): PgStreamError {
  const { schema, name: table } = node.name;
  const failed = classify(error, { operation: 'refresh', name: node.name, transaction: 'none' });
  // pg_trickle has noticed, and says that it is in an error state.
  if (missing === undefined || !['SOURCE_GONE', 'SUSPENDED'].includes(failed.code)) return failed;
  return new PgStreamError('SOURCE_GONE', `${pathText(missing.path)}: ${failed.message}`, {
    cause: failed.cause,
    sqlState: failed.sqlState,
    schema,
    table,
    operation: 'refresh',
  });
}

/** Whether a transaction goes on after an error: one that PostgreSQL has ended answers nothing any more. */
async function isUsable(executor: SqlExecutor): Promise<boolean> {
  try {
    await query(executor, "SELECT 'true'::pg_catalog.text AS pgstream");
    return true;
  } catch {
    return false;
  }
}
