import type { Context } from '../../context/index.ts';
import { PgStreamError } from '../../errors/index.ts';
import { checkMaxAge } from '../../freshness/index.ts';
import type { PathStep } from '../../graph/index.ts';
import { resolveName, type QualifiedName, type StreamTableName } from '../../name/index.ts';
import type { RefreshOptions } from '../options.ts';
import { checkRefresh } from '../refresh.ts';

/** Which stream tables are refreshed, and how. Every option may be left out; those of refresh() hold for each of them. */
export interface RefreshAllOptions extends Omit<RefreshOptions, 'ifBusy'> {
  /** These, and the stream tables that they read. Default: all, but for those that another program refreshes. */
  readonly tables?: readonly StreamTableName[] | undefined;
  /** Whether the stream tables that the `tables` read are refreshed before them; true by default. */
  readonly upstream?: boolean | undefined;
  /**
   * Whether what is fresh is left alone: by its schedule, or by `maxAgeMs`. Where neither gives a bound it is refreshed, and
   * so is what reads a stream table that was refreshed in this call. False by default.
   */
  readonly onlyStale?: boolean | undefined;
  /** With `onlyStale`: milliseconds since the last refresh began. */
  readonly maxAgeMs?: number | undefined;
  /**
   * How many refreshes may run at once; 4 by default. More than the pool has connections only wait for each other. Those
   * that would wait for each other's locks follow each other: over one source on pg_stream and on pg_trickle before 0.82,
   * all of them on pg_trickle from 0.92 on, and in a transaction.
   */
  readonly concurrency?: number | undefined;
  /** Called when a refresh begins, and when a stream table is done with. What it throws ends the call. */
  readonly onProgress?: ((progress: RefreshAllProgress) => void) | undefined;
  /**
   * What to do when another refresh of a stream table is running: `wait` and try again for `timeoutMs`, or 30,000 ms (the
   * default), or `throw`, which is a failure of that one.
   */
  readonly ifBusy?: 'throw' | 'wait' | undefined;
}

/** How far a call of refreshAll() is. */
export interface RefreshAllProgress {
  readonly streamTable: QualifiedName;
  /** Null while it is being refreshed. */
  readonly result: RefreshAllResult | null;
  /** How many stream tables are done with. */
  readonly done: number;
  readonly total: number;
}

/** What came of one stream table. */
export type RefreshAllResult = { readonly streamTable: QualifiedName } & (
  | {
      readonly status: 'refreshed';
      /** As in a RefreshResult. */
      readonly shared: boolean;
      /** In milliseconds, with all waiting. */
      readonly durationMs: number;
    }
  | { readonly status: 'fresh'; readonly durationMs: number }
  | {
      /** It reads one that failed. */
      readonly status: 'skipped';
      readonly because: {
        /** The one that failed. */
        readonly streamTable: QualifiedName;
        /** From this stream table to that one, views between them included. */
        readonly path: readonly PathStep[];
      };
      readonly durationMs: number;
    }
  | { readonly status: 'failed'; readonly error: PgStreamError; readonly durationMs: number }
);

/** What came of all of them. */
export interface RefreshAllReport {
  /** Whether all are `refreshed` or `fresh`. */
  readonly ok: boolean;
  /** In the order in which they depend on each other. */
  readonly results: readonly RefreshAllResult[];
  /** Of the whole call, in milliseconds. */
  readonly durationMs: number;
}

/** The options of refreshAll() with their defaults. */
export interface RefreshAllPlan {
  readonly tables: readonly QualifiedName[] | undefined;
  readonly upstream: boolean;
  readonly onlyStale: boolean;
  readonly maxAgeMs: number | undefined;
  readonly concurrency: number;
  readonly onProgress: ((progress: RefreshAllProgress) => void) | undefined;
  readonly lockSources: boolean;
  /** Those of each refresh. */
  readonly refresh: RefreshOptions & { readonly ifBusy: 'throw' | 'wait' };
}

/** Refuses what can be refused before anything is sent. */
export function planAll(context: Context, options: RefreshAllOptions): RefreshAllPlan {
  const {
    tables,
    upstream = true,
    onlyStale = false,
    maxAgeMs,
    concurrency = 4,
    onProgress,
    ifBusy = 'wait',
    ...rest
  } = options;
  const given: unknown = ifBusy;
  if (given === 'skip') {
    throw invalid("refreshAll() cannot skip what is busy, because others may read it: let it 'wait' or 'throw'.");
  }
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    throw invalid('concurrency must be a whole number, 1 or more.');
  }
  if (maxAgeMs !== undefined && !onlyStale) throw invalid('maxAgeMs needs onlyStale: true.');
  checkMaxAge(maxAgeMs);
  const refresh = { ...rest, ifBusy };
  const { lockSources } = checkRefresh(context, refresh);
  return {
    tables: tables?.map((name) => resolveName(name, context.defaultSchema)),
    upstream,
    onlyStale,
    maxAgeMs,
    concurrency,
    onProgress,
    refresh,
    lockSources,
  };
}

function invalid(message: string): PgStreamError {
  return new PgStreamError('INVALID_ARGUMENT', message, { operation: 'refresh' });
}
