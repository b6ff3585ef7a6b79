import {
  createPgStream,
  type IsStaleOptions,
  type PgStreamOptions,
  type RefreshAfterOptions,
  type RefreshOptions,
  type RefreshResult,
  StreamTableNotFoundError,
  type StreamTable,
  type StreamTableName,
  type StreamTableStatus,
} from '@pgstream/core';
import { clientOf } from './client.ts';
import { batchExecutor, clientExecutor, isEmptyAnswer } from './executor.ts';
import { prismaPromise, type StreamTablePromise } from './promise.ts';

/**
 * What a model of a stream table has besides its reads. They are the methods of `@pgstream/core`, in the transaction of
 * the client that the model belongs to, if there is one. Creating, altering and dropping belong to core.
 *
 * All but `refreshAfter()` begin when they are awaited, as Prisma's own calls do, and can be elements of
 * `prisma.$transaction([…])`. There nothing can be waited for or read back: every refusal, `ifBusy: 'skip'` too, fails the
 * batch.
 */
export interface StreamTableHandle {
  /** See {@link StreamTable.isStale}. */
  readonly isStale: IsStale;
  /** See {@link StreamTable.lastRefreshAt}. */
  readonly lastRefreshAt: () => StreamTablePromise<Date | null>;
  /** See {@link StreamTable.stalenessMs}. */
  readonly stalenessMs: () => StreamTablePromise<number | null>;
  /** See {@link StreamTable.status}. */
  readonly status: Status;
  /** See {@link StreamTable.refresh}. */
  readonly refresh: Refresh;
  /** See {@link StreamTable.refreshAfter}. */
  readonly refreshAfter: RefreshAfter;
}

// By name, because the compiler writes what has none into declarations: with it types of core's, which whoever exports
// a client cannot always name.

/** See {@link StreamTable.isStale}. */
export interface IsStale {
  (options: { readonly maxAgeMs: number }): StreamTablePromise<boolean>;
  (options?: IsStaleOptions): StreamTablePromise<boolean | null>;
}

/** See {@link StreamTable.status}. */
export interface Status {
  (): StreamTablePromise<StreamTableStatus>;
}

/** See {@link StreamTable.refresh}. */
export interface Refresh {
  (options?: RefreshOptions): StreamTablePromise<RefreshResult>;
}

/**
 * See {@link StreamTable.refreshAfter}. It begins at once, as an ordinary function does, and can be no element of a batch:
 * the batch is what it takes, `() => prisma.$transaction([…])`.
 */
export interface RefreshAfter {
  <T>(work: () => PromiseLike<T> | T, options?: RefreshAfterOptions): Promise<T>;
}

/**
 * The helpers of one stream table, to be members of its model: `this` is the model that they are called on.
 *
 * @param scope one for all clients that a `new PrismaClient` and its extensions and transactions are
 */
export function streamTableHandle(name: StreamTableName, scope: object, options: PgStreamOptions): StreamTableHandle {
  function call<T>(model: unknown, helper: string, ask: (table: StreamTable) => Promise<T>): StreamTablePromise<T> {
    const client = clientOf(model, helper);
    const executor = clientExecutor(client, scope);
    const pgstream = createPgStream(executor, options);
    const alone = (): Promise<T> => ask(pgstream.table(name));
    const inBatch = async (batch: unknown): Promise<T> => {
      // Asked outside of the batch, in which there is room for one statement.
      const dialect = await pgstream.dialect();
      const table = createPgStream(batchExecutor(client, scope, batch), { ...options, dialect }).table(name);
      return await ask(table).catch((error: unknown) => {
        throw isEmptyAnswer(error)
          ? new StreamTableNotFoundError(table.name, { operation: 'read', cause: (error as Error).cause })
          : error;
      });
    };
    // A batch within an interactive transaction is no transaction of its own: Prisma sends its elements one by one.
    return prismaPromise(alone, executor.transaction === 'open' ? alone : inBatch);
  }
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
    refresh(this: unknown, asked?: RefreshOptions) {
      return call(this, 'refresh', (table) => table.refresh(asked));
    },
    async refreshAfter<T>(this: unknown, work: () => PromiseLike<T> | T, asked?: RefreshAfterOptions): Promise<T> {
      const pgstream = createPgStream(clientExecutor(clientOf(this, 'refreshAfter'), scope), options);
      return await pgstream.table(name).refreshAfter(work, asked);
    },
  };
}
