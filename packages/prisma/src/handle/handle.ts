import {
  createPgStream,
  type IsStaleOptions,
  type PgStreamOptions,
  type RefreshAfterOptions,
  type RefreshIfStaleOptions,
  type RefreshIfStaleResult,
  type RefreshOptions,
  type RefreshResult,
  PgStreamError,
  StreamTableNotFoundError,
  type StreamTable,
  type StreamTableName,
  type StreamTableStatus,
  type VerifyOptions,
  type VerifyResult,
  type WaitUntilFreshOptions,
  type WaitUntilFreshResult,
} from '@pgstream/core';
import { clientOf } from './client.ts';
import { batchExecutor, clientExecutor, isEmptyAnswer } from './executor.ts';
import { prismaPromise, type StreamTablePromise } from './promise.ts';

/**
 * What a model of a stream table has besides its reads. They are the methods of `@pgstream/core`, in the transaction of
 * the client that the model belongs to, if there is one. Creating, altering and dropping belong to core.
 *
 * All but `refreshIfStale()` and `refreshAfter()` begin when they are awaited, as Prisma's own calls do, and can be elements of
 * `prisma.$transaction([…])`. There nothing can be waited for or read back: every refusal, `ifBusy: 'skip'` too, fails the
 * batch, and so do `verify()` and `waitUntilFresh()`, before anything of it is sent.
 */
export interface StreamTableHandle {
  readonly isStale: IsStale;
  readonly lastRefreshAt: LastRefreshAt;
  readonly stalenessMs: StalenessMs;
  readonly status: Status;
  readonly verify: Verify;
  readonly refresh: Refresh;
  readonly refreshIfStale: RefreshIfStale;
  readonly refreshAfter: RefreshAfter;
  readonly waitUntilFresh: WaitUntilFresh;
}

// By name, because the compiler writes what has none into declarations: with it types of core's, which whoever exports
// a client cannot always name. What they do stands at the calls, where editors look for it.

/** See {@link StreamTable.isStale}. */
export interface IsStale {
  /**
   * Whether the data is older than it should be: whether the last refresh began more than `maxAgeMs` milliseconds ago, by
   * the server's clock. Never refreshed is older than any bound. Without `maxAgeMs` the extension's own verdict, by the
   * schedule; `null` where that is a cron pattern or calculated.
   *
   * Rejects with INVALID_ARGUMENT, or NOT_FOUND where there is no such stream table.
   */
  (options: { readonly maxAgeMs: number }): StreamTablePromise<boolean>;
  /**
   * Whether the data is older than it should be, by the extension's own verdict: its age against the schedule. `null` where
   * that is no bound, as it is a cron pattern or calculated; `maxAgeMs`, in milliseconds, is one of yours. A stream table that
   * was never populated is stale.
   *
   * Rejects with INVALID_ARGUMENT, or NOT_FOUND where there is no such stream table.
   */
  (options?: IsStaleOptions): StreamTablePromise<boolean | null>;
}

/** See {@link StreamTable.lastRefreshAt}. */
export interface LastRefreshAt {
  /**
   * When the transaction of the last refresh began. Everything committed before it is in the stream table if all its
   * refreshes were `refresh()`'s. `null` if it was never refreshed. Rounded down to the millisecond.
   *
   * Rejects with NOT_FOUND where there is no such stream table.
   */
  (): StreamTablePromise<Date | null>;
}

/** See {@link StreamTable.stalenessMs}. */
export interface StalenessMs {
  /**
   * The age of the data in whole milliseconds, by the server's clock. `null` if the stream table was never populated.
   *
   * Rejects with NOT_FOUND where there is no such stream table.
   */
  (): StreamTablePromise<number | null>;
}

/** See {@link StreamTable.status}. */
export interface Status {
  /**
   * Everything that the extension's catalog knows of the stream table, in one snapshot.
   *
   * Rejects with NOT_FOUND where there is no such stream table.
   */
  (): StreamTablePromise<StreamTableStatus>;
}

/** See {@link StreamTable.verify}. */
export interface Verify {
  /**
   * Whether the stream table shows what its query says: `verified`, `different` with the rows that are missing and those that are
   * too many, or `undecidable` with the reason. It reads all rows of both, within `maxRows` and `timeoutMs`, and leaves no trace.
   * Without `afterRefresh` what is different may only be old; with it, which needs a client that is in no transaction, it is
   * damage.
   *
   * It asks several things, one after the other: as an element of a batch it is INVALID_ARGUMENT. Rejects with TIMEOUT, ABORTED,
   * INVALID_ARGUMENT, NOT_FOUND, and with `afterRefresh` with what `refresh()` rejects with.
   *
   * @example
   * const { status } = await prisma.orderTotals.verify({ afterRefresh: true });
   */
  (options?: VerifyOptions): StreamTablePromise<VerifyResult>;
}

/** See {@link StreamTable.refresh}. */
export interface Refresh {
  /**
   * Brings the stream table up to date, and fulfils when that is done. Nobody's change is lost: the sources are locked
   * against writers while it runs, and until your transaction ends, if there is one; so refresh last in it. Outside of one
   * it waits for open writers, `lockTimeoutMs` at most, and calls at the same time share refreshes. To write and then
   * refresh, see `refreshAfter()`.
   *
   * Rejects with REFRESH_BUSY, SOURCES_BUSY, UNSAFE_ISOLATION, SUSPENDED, PERMISSION_DENIED, TIMEOUT, NOT_FOUND, and what
   * else {@link StreamTable.refresh} names.
   */
  (options?: RefreshOptions): StreamTablePromise<RefreshResult>;
}

/** See {@link StreamTable.refreshIfStale}. */
export interface RefreshIfStale {
  /**
   * Brings the stream table up to date if it is stale, and says which: `fresh` where there was nothing to do. Calls at the
   * same time, in this process and in others, cause one refresh. What is busy is waited for, unless `ifBusy` says otherwise.
   * It begins at once, as an ordinary function does, and can be no element of a batch, where nothing can be asked first.
   *
   * Rejects with INVALID_ARGUMENT where the schedule gives no bound and no `maxAgeMs` is given, and with what `refresh()`
   * rejects with.
   *
   * @example
   * await prisma.orderTotals.refreshIfStale({ maxAgeMs: 60_000 });
   */
  (options?: RefreshIfStaleOptions): Promise<RefreshIfStaleResult>;
}

/** See {@link StreamTable.waitUntilFresh}. */
export interface WaitUntilFresh {
  /**
   * Waits until the stream table is fresh, and refreshes nothing: by its schedule, by `maxAgeMs`, or until it has in what was
   * committed before `since`, itself and all stream tables below it. All that wait look by one statement. Wait before an
   * interactive transaction, whose own time goes on meanwhile; in a batch nothing can be waited for (INVALID_ARGUMENT).
   *
   * Rejects with TIMEOUT after `timeoutMs`, which says how stale it still is, and why; ABORTED, INVALID_ARGUMENT,
   * UNSAFE_ISOLATION, NOT_FOUND.
   *
   * @example
   * await prisma.orderTotals.waitUntilFresh({ maxAgeMs: 60_000, timeoutMs: 10_000 });
   */
  (options?: WaitUntilFreshOptions): StreamTablePromise<WaitUntilFreshResult>;
}

/** See {@link StreamTable.refreshAfter}. */
export interface RefreshAfter {
  /**
   * Writes, and then brings the stream table up to date: runs `work`, which commits by itself, and refreshes, so that what it
   * has written is in. Gives what `work` gives. Calls at the same time share refreshes, and none fails because of another.
   *
   * An error of `work` passes unchanged, and nothing is refreshed. **When the refresh fails, the write is committed**, and the
   * error says so. It begins at once, as an ordinary function does, and can be no element of a batch: the batch is what it
   * takes, `() => prisma.$transaction([…])`.
   *
   * @example
   * const order = await prisma.orderTotals.refreshAfter(() => prisma.order.create({ data }));
   */
  <T>(work: () => PromiseLike<T>, options?: RefreshAfterOptions): Promise<T>;
}

/**
 * The helpers of one stream table, to be members of its model: `this` is the model that they are called on.
 *
 * @param scope one for all clients that a `new PrismaClient` and its extensions and transactions are
 */
export function streamTableHandle(name: StreamTableName, scope: object, options: PgStreamOptions): StreamTableHandle {
  function call<T>(
    model: unknown,
    helper: string,
    ask: (table: StreamTable) => Promise<T>,
    refusal?: () => PgStreamError,
  ): StreamTablePromise<T> {
    const client = clientOf(model, helper);
    const executor = clientExecutor(client, scope);
    const pgstream = createPgStream(executor, options);
    const alone = (): Promise<T> => ask(pgstream.table(name));
    const inBatch = async (batch: unknown): Promise<T> => {
      if (refusal) throw refusal();
      // Asked outside of the batch, in which there is room for one statement.
      await pgstream.dialect();
      const table = createPgStream(batchExecutor(client, scope, batch), options).table(name);
      return await ask(table).catch((error: unknown) => {
        throw isEmptyAnswer(error)
          ? new StreamTableNotFoundError(table.name, { operation: 'read', cause: (error as Error).cause })
          : error;
      });
    };
    // A batch within an interactive transaction is no transaction of its own: Prisma sends its elements one by one.
    return prismaPromise(alone, executor.transaction === 'open' ? alone : inBatch);
  }
  const tableOf = (model: unknown, helper: string): StreamTable =>
    createPgStream(clientExecutor(clientOf(model, helper), scope), options).table(name);
  function isStale(this: unknown, asked: { readonly maxAgeMs: number }): StreamTablePromise<boolean>;
  function isStale(this: unknown, asked?: IsStaleOptions): StreamTablePromise<boolean | null>;
  function isStale(this: unknown, asked?: IsStaleOptions): StreamTablePromise<boolean | null> {
    return call(this, 'isStale', (table) => table.isStale(asked));
  }
  return {
    isStale,
    lastRefreshAt(this: unknown) {
      return call(this, 'lastRefreshAt', (table) => table.lastRefreshAt());
    },
    stalenessMs(this: unknown) {
      return call(this, 'stalenessMs', (table) => table.stalenessMs());
    },
    status(this: unknown) {
      return call(this, 'status', (table) => table.status());
    },
    verify(this: unknown, asked?: VerifyOptions) {
      return call(this, 'verify', (table) => table.verify(asked));
    },
    refresh(this: unknown, asked?: RefreshOptions) {
      return call(this, 'refresh', (table) => table.refresh(asked));
    },
    async refreshIfStale(this: unknown, asked?: RefreshIfStaleOptions): Promise<RefreshIfStaleResult> {
      return await tableOf(this, 'refreshIfStale').refreshIfStale(asked);
    },
    waitUntilFresh(this: unknown, asked?: WaitUntilFreshOptions) {
      return call(this, 'waitUntilFresh', (table) => table.waitUntilFresh(asked), noWaitInBatch);
    },
    async refreshAfter<T>(this: unknown, work: () => PromiseLike<T>, asked?: RefreshAfterOptions): Promise<T> {
      return await tableOf(this, 'refreshAfter').refreshAfter(work, asked);
    },
  };
}

/** A batch is sent when all its elements are there: a look in it would tell after the commit. */
function noWaitInBatch(): PgStreamError {
  return new PgStreamError(
    'INVALID_ARGUMENT',
    'waitUntilFresh() cannot be an element of $transaction([…]), in which nothing can be waited for: nothing was sent. Await it before the batch.',
    { operation: 'waitUntilFresh' },
  );
}
