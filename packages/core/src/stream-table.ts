import type { Context } from './dialect/index.ts';
import { isStale, lastRefreshAt, stalenessMs, type IsStaleOptions } from './freshness/index.ts';
import type { QualifiedName } from './name/index.ts';

/** One stream table, by its name. Nothing is asked of the server before a method is called. */
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
   * With `maxAgeMs` it is always a boolean: whether the last refresh began more than that long ago, by the server's
   * clock, which goes on inside a transaction.
   *
   * One statement on the catalog row, found by its unique index; the refresh history is not read.
   *
   * Throws NOT_FOUND, PERMISSION_DENIED (naming the GRANTs), INVALID_ARGUMENT for a bad `maxAgeMs`.
   */
  isStale(options: { readonly maxAgeMs: number }): Promise<boolean>;
  isStale(options?: IsStaleOptions): Promise<boolean | null>;

  /**
   * When the transaction of the last refresh began: everything committed before it is in the stream table (contract
   * A.5). `null` if it was never refreshed. Rounded down to the millisecond.
   */
  lastRefreshAt(): Promise<Date | null>;

  /**
   * The age of the data in whole milliseconds: from its data timestamp to the server's clock now. It goes on inside a
   * transaction, unlike the extension's get_staleness(), which counts to the transaction's beginning. `null` if the
   * stream table was never populated.
   */
  stalenessMs(): Promise<number | null>;
}

/** The stream table of that name, in a context. */
export function createStreamTable(context: Context, name: QualifiedName): StreamTable {
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
  };
}
