import { setTimeout as sleep } from 'node:timers/promises';
import type { PgStream, PgStreamError, QualifiedName, StreamTableStatus } from '@pgstream/core';
import { sentenceOf } from '../sentences/index.ts';
import { dueOf, serverNow, type Due } from './due.ts';
import type { Metrics } from './metrics.ts';

/** What happens, as it is told. */
export type Happening =
  | { readonly event: 'started'; readonly streamTables: readonly QualifiedName[] }
  | { readonly event: 'refreshed'; readonly streamTable: QualifiedName; readonly durationMs: number }
  | {
      readonly event: 'failed';
      readonly streamTable: QualifiedName;
      readonly code: string;
      readonly message: string;
      /** Failures in a row. */
      readonly failures: number;
      readonly againInMs: number;
    }
  /** Where metrics are. */
  | { readonly event: 'listening'; readonly url: string }
  | { readonly event: 'unscheduled'; readonly streamTable: QualifiedName }
  | { readonly event: 'standing-by'; readonly message: string }
  | { readonly event: 'lost'; readonly message: string; readonly againInMs: number }
  | { readonly event: 'found' }
  | { readonly event: 'ending'; readonly running: number };

export interface RunOptions {
  readonly pgstream: PgStream;
  /** Which stream tables are kept fresh. */
  readonly isOurs: (table: StreamTableStatus) => boolean;
  readonly concurrency: number;
  /** Between two looks. */
  readonly intervalMs: number;
  /** What one refresh may take. A busy stream table is waited for as long: somebody else refreshes it then. */
  readonly timeoutMs: number;
  /** What one waits for open writers; by default as `refresh()`. */
  readonly lockTimeoutMs: number | undefined;
  /** What is due now, and no more. */
  readonly isOnce: boolean;
  /** Whether to refresh although the extension's own scheduler may do it, too. */
  readonly besideScheduler: boolean;
  /** Takes no new refresh once it fires; those that run are waited for. */
  readonly signal: AbortSignal;
  readonly metrics: Metrics;
  readonly tell: (happening: Happening) => void;
}

const FIRST_BACK_OFF_MS = 5_000;
const LONGEST_BACK_OFF_MS = 300_000;
/** How often the extension's own scheduler is looked for. */
const SCHEDULER_EVERY_MS = 30_000;

interface Failing {
  readonly failures: number;
  readonly notBefore: number;
}

/** Keeps stream tables fresh until it is told to end. What fails is told, and tried again later; nothing else waits for it. */
export class Runner {
  readonly #options: RunOptions;
  readonly #failing = new Map<string, Failing>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #tried = new Set<string>();
  #lookedAt = 0;
  #schedulerSeenAt = -Infinity;
  #standsBy = false;
  #failed = false;

  constructor(options: RunOptions) {
    this.#options = options;
  }

  /** Whether it looks for what is due, as it should. */
  get isHealthy(): boolean {
    return Date.now() - this.#lookedAt < Math.max(30_000, 5 * this.#options.intervalMs);
  }

  /** Whether a refresh has failed. */
  get hasFailed(): boolean {
    return this.#failed;
  }

  /** Whether it leaves everything to the extension's own scheduler. */
  get standsBy(): boolean {
    return this.#standsBy;
  }

  async toItsEnd(): Promise<void> {
    const { signal, intervalMs, isOnce, metrics, tell } = this.#options;
    let lostMs = 0;
    for (let isOver = false; !isOver && !signal.aborted;) {
      try {
        await this.#look();
        if (lostMs > 0) tell({ event: 'found' });
        lostMs = 0;
      } catch (error) {
        if (isOnce) throw error;
        metrics.looked(false);
        lostMs = Math.min(Math.max(1_000, 2 * lostMs), 30_000);
        tell({ event: 'lost', message: sentenceOf(error as PgStreamError), againInMs: lostMs });
      }
      isOver = isOnce && this.#running.size === 0;
      if (!isOver) await this.#pause(lostMs || intervalMs);
    }
    if (!isOnce) tell({ event: 'ending', running: this.#running.size });
    await Promise.all(this.#running.values());
  }

  /** Until it is time to look again, or a refresh ends: its place is free, and what reads the stream table may be due. */
  async #pause(ms: number): Promise<void> {
    const { signal } = this.#options;
    const over = new AbortController();
    const time = sleep(ms, undefined, { signal: AbortSignal.any([signal, over.signal]) }).catch(() => {});
    await Promise.race([time, ...this.#running.values()]);
    over.abort();
  }

  /** Begins what is due, as far as there are places. */
  async #look(): Promise<void> {
    const { pgstream, isOurs, concurrency, isOnce, metrics } = this.#options;
    const tables = await pgstream.list();
    const ours = new Map(tables.filter(isOurs).map((table) => [keyOf(table), table]));
    const now = serverNow(tables) ?? Date.now();
    const isFirst = this.#lookedAt === 0;
    // Mostly nothing is due, and then it does not matter what reads what.
    const graph = isFirst || mayBeDue(ours.values(), now) ? await pgstream.graph() : undefined;
    const below = belowOf(graph?.nodes ?? [], tables);
    if (isFirst) this.#tellBeginning([...ours.values()], below);
    this.#lookedAt = Date.now();
    const mayRefresh = await this.#mayRefresh();
    metrics.looked(mayRefresh);
    if (!mayRefresh || graph === undefined) return;
    // What is to be refreshed itself comes first.
    const unfinished = new Set(this.#running.keys());
    for (const key of graph.layers.flat().map((name) => keyOf(name))) {
      const table = ours.get(key);
      const reads = below.get(key) ?? [];
      const due = table && this.#isToBeTried(table) ? dueOf(table, reads, now) : undefined;
      if (due === undefined || (isOnce && this.#tried.has(key))) continue;
      const waits = reads.some((each) => unfinished.has(keyOf(each)));
      unfinished.add(key);
      if (waits || this.#running.size >= concurrency) continue;
      this.#tried.add(key);
      this.#running.set(
        key,
        this.#refresh(due).finally(() => this.#running.delete(key)),
      );
    }
  }

  #tellBeginning(ours: readonly StreamTableStatus[], below: ReadonlyMap<string, readonly StreamTableStatus[]>): void {
    const { tell } = this.#options;
    tell({ event: 'started', streamTables: ours.map(({ schema, name }) => ({ schema, name })) });
    for (const { schema, name, schedule } of ours) {
      const reads = below.get(keyOf({ schema, name })) ?? [];
      if (schedule.text === null && reads.length === 0) tell({ event: 'unscheduled', streamTable: { schema, name } });
    }
  }

  #isToBeTried(table: StreamTableStatus): boolean {
    const key = keyOf(table);
    const notBefore = this.#failing.get(key)?.notBefore ?? 0;
    return table.status !== 'SUSPENDED' && !this.#running.has(key) && notBefore <= Date.now();
  }

  /** Never rejects. */
  async #refresh({ table: { schema, name }, maxAgeMs }: Due): Promise<void> {
    const { pgstream, metrics, tell, timeoutMs, lockTimeoutMs } = this.#options;
    const streamTable = { schema, name };
    const key = keyOf(streamTable);
    try {
      const { status, durationMs } = await pgstream
        .table(streamTable)
        .refreshIfStale({ maxAgeMs, timeoutMs, lockTimeoutMs });
      metrics.refreshed(streamTable, status, durationMs);
      this.#failing.delete(key);
      metrics.failures(streamTable, 0);
      if (status === 'refreshed') tell({ event: 'refreshed', streamTable, durationMs });
    } catch (error) {
      const { code } = error as PgStreamError;
      const message = sentenceOf(error as PgStreamError);
      const failures = (this.#failing.get(key)?.failures ?? 0) + 1;
      const againInMs = Math.min(FIRST_BACK_OFF_MS * 2 ** (failures - 1), LONGEST_BACK_OFF_MS);
      this.#failing.set(key, { failures, notBefore: Date.now() + againInMs });
      this.#failed = true;
      metrics.refreshed(streamTable, 'failed', 0);
      metrics.failures(streamTable, failures);
      tell({ event: 'failed', streamTable, code, message, failures, againInMs });
    }
  }

  /** Whether nobody else does. What the extension's own scheduler refreshes is not refreshed by both. */
  async #mayRefresh(): Promise<boolean> {
    const { pgstream, besideScheduler, tell, isOnce } = this.#options;
    if (besideScheduler) return true;
    if (performance.now() - this.#schedulerSeenAt < SCHEDULER_EVERY_MS) return !this.#standsBy;
    const { scheduler } = await pgstream.health();
    this.#schedulerSeenAt = performance.now();
    const message = BY_SCHEDULER[scheduler];
    if (message !== undefined && (isOnce || !this.#standsBy)) tell({ event: 'standing-by', message });
    this.#standsBy = message !== undefined;
    return !this.#standsBy;
  }
}

const BY_SCHEDULER: Readonly<Record<string, string>> = {
  running:
    "The extension's own scheduler serves this database, so nothing is refreshed here: both would do it twice. Turn it off, or say --beside-scheduler.",
  unknown:
    "This role may not see whether the extension's own scheduler serves this database, so nothing is refreshed here. GRANT pg_read_all_stats to it, or say --beside-scheduler if none does.",
};

/** Whether one is due by its own schedule, or follows what it reads, which only the graph tells. */
function mayBeDue(tables: Iterable<StreamTableStatus>, now: number): boolean {
  return [...tables].some((table) => table.schedule.text === null || dueOf(table, [], now) !== undefined);
}

/** The stream tables that each one reads, itself or through views, by name. */
function belowOf(
  nodes: Awaited<ReturnType<PgStream['graph']>>['nodes'],
  tables: readonly StreamTableStatus[],
): ReadonlyMap<string, readonly StreamTableStatus[]> {
  const byOid = new Map(nodes.map((node) => [node.oid, node]));
  const byName = new Map(tables.map((table) => [keyOf(table), table]));
  const found = new Map<string, readonly StreamTableStatus[]>();
  for (const node of nodes) {
    if (node.kind !== 'STREAM_TABLE') continue;
    const below = new Set<StreamTableStatus>();
    const seen = new Set<number>();
    const look = (oids: readonly number[]): void => {
      for (const oid of oids) {
        const read = byOid.get(oid);
        if (read === undefined || seen.has(oid)) continue;
        seen.add(oid);
        const table = read.kind === 'STREAM_TABLE' ? byName.get(keyOf(read.name)) : undefined;
        if (table === undefined) look(read.reads);
        else below.add(table);
      }
    };
    look(node.reads);
    found.set(keyOf(node.name), [...below]);
  }
  return found;
}

function keyOf({ schema, name }: QualifiedName): string {
  return JSON.stringify([schema, name]);
}
