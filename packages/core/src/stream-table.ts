import {
  exists,
  explain,
  history,
  status,
  type HistoryOptions,
  type RefreshRecord,
  type StreamTableExplanation,
  type StreamTableStatus,
} from './catalog/index.ts';
import {
  alterStreamTable,
  dropStreamTable,
  resumeStreamTable,
  suspendStreamTable,
  type DropOptions,
  type StreamTableChanges,
} from './definition/index.ts';
import type { Context } from './context/index.ts';
import { isStale, lastRefreshAt, stalenessMs, type IsStaleOptions } from './freshness/index.ts';
import type { QualifiedName } from './name/index.ts';
import {
  refreshAfter,
  refreshIfStale,
  refreshStreamTable,
  type RefreshAfterOptions,
  type RefreshIfStaleOptions,
  type RefreshIfStaleResult,
  type RefreshOptions,
  type RefreshResult,
} from './refresh/index.ts';
import { waitUntilFresh, type WaitUntilFreshOptions, type WaitUntilFreshResult } from './waiting/index.ts';
import { repairStreamTable, type RepairOptions, type RepairResult } from './repair/index.ts';
import { verifyStreamTable, type VerifyOptions, type VerifyResult } from './verify/index.ts';

/**
 * One stream table, by its name. Nothing is asked of the server before a method is called.
 *
 * All methods throw NOT_FOUND for a name that is not in the catalog, EXTENSION_MISSING, PERMISSION_DENIED (naming the
 * GRANTs to run) and CONNECTION; what else each throws is said there.
 */
export interface StreamTable {
  /** Its schema and name, as they are sent. */
  readonly name: QualifiedName;

  /**
   * Whether the data is older than it should be.
   *
   * Without options it is the extension's own verdict, the formula of its view `stream_tables_info` (contract A.2):
   * the age of the data, counted to the beginning of your transaction, against the schedule. `null` means that the
   * extension has no bound to judge by: a cron or a calculated schedule. A stream table that was never populated is
   * stale, whatever its schedule.
   *
   * With `maxAgeMs` it is always a boolean: whether the last refresh began more than that many milliseconds ago, by
   * the server's clock, which goes on inside a transaction. Never refreshed is older than any bound.
   *
   * One statement on the catalog row, found by its unique index; the refresh history is not read.
   *
   * Throws INVALID_ARGUMENT for a `maxAgeMs` that is not a number of milliseconds.
   */
  isStale(options: { readonly maxAgeMs: number }): Promise<boolean>;
  isStale(options?: IsStaleOptions): Promise<boolean | null>;

  /**
   * When the transaction of the last refresh began. Everything committed before it is in the stream table if all its
   * refreshes were `refresh()`'s: the extension's own scheduler and bare calls lose changes of writers who are open
   * meanwhile, and move this moment on all the same (contract A.5, B.6). `null` if it was never refreshed. Rounded down
   * to the millisecond.
   */
  lastRefreshAt(): Promise<Date | null>;

  /**
   * The age of the data in whole milliseconds: from its data timestamp to the server's clock now. It goes on inside a
   * transaction, unlike the extension's get_staleness(), which counts to the transaction's beginning. `null` if the
   * stream table was never populated. On pg_trickle the data timestamp stays where it was when a refresh finds nothing to do
   * (contract B.3): to see whether refreshes are made, ask `isStale({ maxAgeMs })`, which counts from the last one.
   */
  stalenessMs(): Promise<number | null>;

  /**
   * Brings the stream table up to date, and returns when that is done. Nobody's change is lost: the sources are locked
   * against writers while it runs, and until your transaction ends, if there is one. So refresh last in a transaction:
   * a later write of it to another's source may deadlock. Refresh seldom where many write.
   *
   * Outside a transaction it waits for open writers of the sources, `lockTimeoutMs` at most. Inside one that has used
   * a table it refreshes at once or throws SOURCES_BUSY, and a refusal leaves the transaction usable. Overlapping
   * calls with equal options share refreshes that began after them, and a call that had to wait is satisfied by
   * another process' refresh that began after it, as the server's clock and log prove (`shared`). While others write,
   * refreshes that follow each other leave the sources to them in between (`pace`). A table in FULL mode is computed
   * anew and locks no source, but its readers wait.
   *
   * What it cannot promise: changes that the extension never captures (rows of inheritance children, TRUNCATE or DETACH
   * of a partition), and what the extension's own scheduler or somebody's bare call loses.
   *
   * Throws REFRESH_BUSY, SOURCES_BUSY, UNSAFE_ISOLATION (in REPEATABLE READ and SERIALIZABLE), SUSPENDED, SOURCE_GONE,
   * SOURCE_CHANGED, READ_ONLY_SERVER, TIMEOUT, ABORTED, INVALID_ARGUMENT, INVALID_NAME, and on pg_trickle
   * CAPTURE_BLOCKED, EXTERNALLY_ORCHESTRATED and EXTENSION_REFUSED. The role has to own the stream table, and where the
   * extension does not lock the sources itself to have MAINTAIN on them; or to refresh as the owner (`as`), or through a
   * function of the owner's (`via`).
   *
   * @example
   * await orderTotals.refresh({ ifBusy: 'wait', timeoutMs: 10_000 });
   */
  refresh(options?: RefreshOptions): Promise<RefreshResult>;

  /**
   * Brings the stream table up to date if it is stale, and says which: `isStale()`, with its `maxAgeMs`, and then
   * `refresh()`, with its options, so that whoever calls at the same time causes one refresh. Calls of one process share it.
   * Those of different processes take turns, and who comes later finds it fresh; that needs an executor that can begin a
   * transaction, and without one two may refresh one after the other. A fresh stream table costs one statement.
   *
   * Inside a transaction it asks and refreshes at once, as refresh() does there. What is busy is waited for, unless `ifBusy`
   * says otherwise. Its verdict is about age alone: for your own write to be in, see refreshAfter().
   *
   * Throws INVALID_ARGUMENT where the schedule gives no bound and no `maxAgeMs` is given, and what refresh() throws.
   *
   * @example
   * await orderTotals.refreshIfStale({ maxAgeMs: 60_000 });
   */
  refreshIfStale(options?: RefreshIfStaleOptions): Promise<RefreshIfStaleResult>;

  /**
   * Writes, and then brings the stream table up to date: runs `work`, which commits by itself, and once its promise is
   * fulfilled refreshes, so that what it has written is in. Gives what `work` gives. This is what to do under load:
   * calls at the same time share refreshes, none keeps its transaction open over one, and none fails because of another.
   *
   * An error of `work` passes unchanged, and nothing is refreshed. **When the refresh fails, the write is committed**: the
   * error is the refresh's (its code, its cause), with `operation` `refreshAfter` and a message that begins by saying so.
   *
   * `work` must not write through a transaction that is open around the call: on the connection of one it is refused
   * (INVALID_ARGUMENT) before `work` is run. Where nobody can tell whether there is one (pg before 8.17, a reserved
   * connection, PGlite) it is run, and refreshed at once, with nothing waited for. Over a pool, whose other connections cannot
   * be looked at, the refresh waits for that transaction until it is SOURCES_BUSY, and then nothing is committed.
   *
   * Throws as refresh() does; INVALID_ARGUMENT (a `via` that the extension would refuse is one), INVALID_NAME and, for a
   * signal that has fired, ABORTED before `work` is run; INVALID_ARGUMENT after it where it gives no promise.
   *
   * @example
   * const order = await orderTotals.refreshAfter(() => pool.query('INSERT INTO orders …'));
   */
  refreshAfter<T>(work: () => PromiseLike<T>, options?: RefreshAfterOptions): Promise<T>;

  /**
   * Waits until the stream table is fresh, and refreshes nothing: for roles that may not, and where the extension's scheduler
   * or a job of yours does. By its schedule; with `maxAgeMs` by your own bound; with `since` until it has in what was committed
   * before that, itself and all stream tables below it. All calls over one pool look together, by one statement.
   *
   * `since` is proven, and not guessed: on pg_stream by the beginning of the refresh's transaction or by the log position that it
   * has taken in; on pg_trickle, whose scheduler may leave out what was committed beside an open transaction, by that position
   * alone, which moves when something was written to one of its sources. What the extension loses nobody can wait for: see
   * `lastRefreshAt()`. It needs SELECT on the extension's table of dependencies.
   *
   * In a READ COMMITTED transaction that has written nothing it waits as well. Where nobody can tell whether there is one it
   * looks once, and waits for nothing.
   *
   * Throws TIMEOUT after `timeoutMs`, which says how stale it still is, and why; ABORTED; INVALID_ARGUMENT, also where the
   * schedule gives no bound and none is given, for a `since` of another server, and in a transaction that has written;
   * UNSAFE_ISOLATION in REPEATABLE READ and SERIALIZABLE; READ_ONLY_SERVER for `since` on a replica.
   *
   * @example
   * const { lastRefreshAt } = await orderTotals.waitUntilFresh({ maxAgeMs: 60_000, timeoutMs: 10_000 });
   */
  waitUntilFresh(options?: WaitUntilFreshOptions): Promise<WaitUntilFreshResult>;

  /**
   * Whether the stream table shows what its query says: compares both as multisets in one snapshot, in a read-only
   * transaction that leaves neither locks nor settings behind. It reads all rows of both: `maxRows` and `timeoutMs` are its
   * bounds, and the answer says what the planner expected.
   *
   * Values are the same if PostgreSQL's equality of their type says so: 1.0 and 1.00, 0 and -0, NaN and NaN, NULL and NULL, and
   * what a nondeterministic collation of the query makes equal. Types without one that can be hashed and sorted (json, xml, point
   * …) are compared by their text, floating-point numbers within a tolerance. Hidden columns are left out.
   *
   * Without `afterRefresh` what is different may only be old. With it the stream table is refreshed before, with the sources
   * locked against writers, and all of that is rolled back: then it is damage, and `repair()` helps. Where a difference would
   * prove nothing, or cannot be found out, the answer is `undecidable`, with a reason.
   *
   * The query runs with the rights of the role that asks. Throws TIMEOUT, ABORTED, INVALID_ARGUMENT (also where the executor is in
   * no transaction and can begin none), and with `afterRefresh` what refresh() throws.
   *
   * @example
   * const result = await orderTotals.verify({ afterRefresh: true });
   * if (result.status === 'different') console.error(result.missing.count, result.surplus.sample);
   */
  verify(options?: VerifyOptions): Promise<VerifyResult>;

  /** Everything the catalog knows, in one snapshot (contract A.2). */
  status(): Promise<StreamTableStatus>;

  /** Whether there is such a stream table: false, and not NOT_FOUND, if there is none. */
  exists(): Promise<boolean>;

  /**
   * The recorded refreshes, newest first. On pg_stream only the scheduler records: a table refreshed by refresh()
   * alone has none (contract A.2). Throws INVALID_ARGUMENT for a bad limit.
   */
  history(options?: HistoryOptions): Promise<RefreshRecord[]>;

  /** What the extension makes of the defining query. Throws INVALID_NAME for a schema with a dot in its name. */
  explain(): Promise<StreamTableExplanation>;

  /**
   * Changes the defining query (on pg_trickle), the schedule or the refresh mode. Throws INVALID_SCHEDULE, also for
   * `schedule: null`, to which pg_stream cannot go back; INVALID_ARGUMENT; UNSUPPORTED_QUERY; INVALID_NAME for a schema with a
   * dot in its name.
   */
  alter(changes: StreamTableChanges): Promise<void>;

  /**
   * Makes a stream table right that has lost something, or to which somebody has written: has it computed anew, with what the
   * extension keeps about it, and compares it with its query, all in one transaction. Its readers wait meanwhile, and so do
   * writers of its sources. Nothing that belongs to the table is lost: rights, indexes, views over it. Says step by step what was
   * done.
   *
   * On pg_stream it forgets up to where changes were taken in, and refreshes (contract A.5); on pg_trickle it calls
   * `reinitialize_stream_table` where that exists, else `repair_stream_table` before the same. What this does not mend is said
   * in the result.
   *
   * For operators: it needs the rights of refresh(), and on pg_stream UPDATE on the extension's catalog. Throws
   * INVALID_ARGUMENT where the executor cannot begin a transaction, and what refresh() throws; then nothing was changed.
   *
   * @example
   * const { status, steps } = await orderTotals.repair();
   */
  repair(options?: RepairOptions): Promise<RepairResult>;

  /** Stops all refreshes of it, automatic and by refresh(), until resume(). Reading it stays possible. */
  suspend(): Promise<void>;

  /** Makes a suspended stream table active again and forgets its errors. Throws SUSPENDED if it is not suspended. */
  resume(): Promise<void>;

  /**
   * Drops the stream table and everything that depends on its storage, views included (contract A.1). Where stream tables
   * read it, pg_trickle refuses (INVALID_ARGUMENT) unless they are to be dropped as well (`cascade`); pg_stream leaves them,
   * and their next refresh fails. Throws SOURCE_GONE when one of its sources was dropped before, with the statement that
   * helps.
   */
  drop(options?: DropOptions): Promise<void>;
}

/** The stream table of that name, in a context. */
export function streamTable(context: Context, name: QualifiedName): StreamTable {
  function stale(options: { readonly maxAgeMs: number }): Promise<boolean>;
  function stale(options?: IsStaleOptions): Promise<boolean | null>;
  function stale(options?: IsStaleOptions): Promise<boolean | null> {
    return isStale(context, name, options);
  }
  return {
    name,
    isStale: stale,
    lastRefreshAt: () => lastRefreshAt(context, name),
    stalenessMs: () => stalenessMs(context, name),
    refresh: (options) => refreshStreamTable(context, name, options),
    refreshIfStale: (options) => refreshIfStale(context, name, options),
    refreshAfter: (work, options) => refreshAfter(context, name, work, options),
    waitUntilFresh: (options) => waitUntilFresh(context, name, options),
    verify: (options) => verifyStreamTable(context, name, options),
    status: () => status(context, name),
    exists: () => exists(context, name),
    history: (options) => history(context, name, options),
    explain: () => explain(context, name),
    alter: (changes) => alterStreamTable(context, name, changes),
    repair: (options) => repairStreamTable(context, name, options),
    suspend: () => suspendStreamTable(context, name),
    resume: () => resumeStreamTable(context, name),
    drop: (options) => dropStreamTable(context, name, options),
  };
}
