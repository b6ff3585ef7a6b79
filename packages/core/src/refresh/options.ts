import type { Dialect } from '../dialect/index.ts';
import { checkMs, PgStreamError } from '../errors/index.ts';
import { functionArgument, isRole, resolveName, type QualifiedName, type StreamTableName } from '../name/index.ts';

/** How a stream table is refreshed. Every option may be left out. */
export interface RefreshOptions {
  /**
   * How long to wait for transactions that are writing to the sources, in milliseconds; 2,000 by default, 0 waits for
   * none. Then SOURCES_BUSY. It is waited in slices shorter than the server's deadlock_timeout, with pauses between
   * them in which other writers go on. Inside a transaction that has used a table nothing is waited for.
   */
  readonly lockTimeoutMs?: number | undefined;
  /**
   * Whether writers are kept out of the sources while the refresh runs; true by default. False is the bare SQL
   * function, and loses for good the change of every transaction that is open on a source meanwhile (contract A.5).
   * For sources that nobody writes to at that time. pg_trickle from 0.82 on keeps them out whatever is said here.
   */
  readonly lockSources?: boolean | undefined;
  /**
   * What to do when another refresh of the stream table is running, here or anywhere: `throw` REFRESH_BUSY (the
   * default), `skip` and return the status `skipped`, or `wait` and try again for `timeoutMs`, then throw. Inside a
   * transaction `wait` throws at once; where nobody can tell whether there is one, `skip` does, too.
   */
  readonly ifBusy?: 'throw' | 'skip' | 'wait' | undefined;
  /**
   * How long the refresh may take, in milliseconds, from when it begins; then TIMEOUT. By default there is no bound but
   * the server's, and `ifBusy: 'wait'` goes on trying for 30,000.
   *
   * Outside a transaction, on a pool, the server ends the statement at that time (statement_timeout, for this refresh
   * alone). Everywhere else only our waiting ends: the statement goes on, and its connection is busy with it.
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Whether writers come first, outside a transaction; true by default. While somebody writes, the sources are left to them
   * for as long as the last refreshes of all that reads these sources have taken, whoever made them: by their number
   * and times on the server, and by how long this process' own took. It is for who refreshes again within a second, and
   * a call waits for it `lockTimeoutMs / 2` more at most, and no longer than 1,000 ms and half of `timeoutMs`. False: each
   * waits for the lock at once, and refreshes that follow each other keep writers out nearly all the time.
   */
  readonly pace?: boolean | undefined;
  /** Ends the waiting of this call with ABORTED. A statement that was sent already goes on, for others may share it. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Name of a function made by `refreshFunctionSql`, for roles that may not refresh by themselves. Not on pg_trickle from
   * 0.87.10 on, which lets no such function in (INVALID_ARGUMENT): use `as`. A name without a
   * schema is in the default schema, and is not split at dots.
   */
  readonly via?: StreamTableName | undefined;
  /**
   * The role to refresh as, for roles that may become the stream table's owner (`refreshRoleSql` prints the grant): it is
   * SET for this refresh alone, and the present one is back afterwards, also after an error. Works with every release of
   * the extension. Not together with `via`.
   */
  readonly as?: string | undefined;
}

/** What came of a refresh. */
export interface RefreshResult {
  /** `skipped` only with `ifBusy: 'skip'`. */
  readonly status: 'refreshed' | 'skipped';
  /**
   * True when the refresh was another call's, and began after this one did, so that what was committed before this call is
   * in: of the same process and with equal options, or, where this call had to wait, of anybody on the server. Never in a
   * transaction.
   */
  readonly shared: boolean;
  /**
   * Milliseconds that the refresh took, with the waiting for writers and the time that the sources were left to them; without
   * the waiting for the refresh before it.
   */
  readonly durationMs: number;
}

/** Options with their defaults: all that a refresh depends on, so that equal plans may share one. */
export interface RefreshPlan {
  readonly lockTimeoutMs: number;
  readonly lockSources: boolean;
  readonly ifBusy: 'throw' | 'skip' | 'wait';
  readonly timeoutMs: number | undefined;
  readonly pace: boolean;
  readonly via: QualifiedName | undefined;
  readonly as: string | undefined;
}

/** Checks the options and fills in the defaults. Throws INVALID_ARGUMENT, or INVALID_NAME for `via`. */
export function planOf(options: RefreshOptions, defaultSchema: string): RefreshPlan {
  const { lockTimeoutMs = 2_000, lockSources = true, ifBusy = 'throw', timeoutMs, pace = true, via, as } = options;
  checkMs('lockTimeoutMs', lockTimeoutMs, { least: 0, operation: 'refresh' });
  if (timeoutMs !== undefined) checkMs('timeoutMs', timeoutMs, { least: 1, operation: 'refresh' });
  if (!['throw', 'skip', 'wait'].includes(ifBusy)) {
    throw invalid(`ifBusy must be 'throw', 'skip' or 'wait'.`);
  }
  if (typeof pace !== 'boolean') throw invalid('pace must be true or false.');
  if (via !== undefined && !lockSources) {
    throw invalid('A refresh function always locks the sources: leave out either via or lockSources: false.');
  }
  if (as !== undefined && !isRole(as)) throw invalid('as is the name of a role: not empty, public or none.');
  if (as !== undefined && via !== undefined) {
    throw invalid('A refresh function runs with the rights of its own owner: leave out either via or as.');
  }
  return {
    lockTimeoutMs,
    lockSources,
    ifBusy,
    timeoutMs,
    pace,
    via: via === undefined ? undefined : resolveName(via, defaultSchema),
    as,
  };
}

/**
 * Refuses what the extension of this database cannot do, before anything is sent to it. Throws INVALID_NAME for what its
 * function cannot be told, INVALID_ARGUMENT for a `via` that it would not let in (contract F.3).
 */
export function checkInDialect({ via }: RefreshPlan, name: QualifiedName, dialect: Dialect): void {
  functionArgument(name, dialect);
  if (via !== undefined && dialect.checksOuterOwner) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      `${dialect.name} ${dialect.version ?? ''} asks for the rights of the role that has logged in, so no function refreshes in its place (via). Use refresh({ as: '<owner of the stream table>' }), once what refreshRoleSql prints was run.`,
      { operation: 'refresh', schema: name.schema, table: name.name },
    );
  }
}

function invalid(message: string): PgStreamError {
  return new PgStreamError('INVALID_ARGUMENT', message, { operation: 'refresh' });
}
