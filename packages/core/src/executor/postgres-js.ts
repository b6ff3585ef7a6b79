import { isAbandonedTransaction } from './abandoned.ts';
import type { Row, SqlExecutor } from './executor.ts';
import { throwIfRolledBack } from './rolled-back.ts';
import { isSessionAlive } from './server-error.ts';

/** What all of postgres.js's `sql` functions have in common, by shape. */
export interface PostgresJsQueryable {
  unsafe(text: string, params?: unknown[]): PromiseLike<readonly Row[]>;
}

/** A connection of postgres.js that is nobody else's until it is released, by shape. */
export interface PostgresJsReserved extends PostgresJsQueryable {
  release(): void;
}

/** postgres.js's own `sql`, by shape. */
export interface PostgresJsSql extends PostgresJsQueryable {
  begin(work: (sql: PostgresJsQueryable) => Promise<unknown>): Promise<unknown>;
  /** postgres.js 3.4 and later. */
  reserve?(): Promise<PostgresJsReserved>;
}

/** How to read a connection of postgres.js. */
export interface FromPostgresJsOptions {
  /**
   * What remembers the server's dialect. Default: the `sql` that is given. Inside `sql.begin` give the outer `sql`:
   * the one of a transaction lives no longer than it, and the extension would be looked for each time.
   */
  readonly scope?: object;
}

/**
 * The executor of postgres.js: of its `sql`, of the `sql` inside `sql.begin` and `savepoint`, of a reserved one.
 *
 * The outer `sql` is a pool: it runs each statement by itself, and can open transactions of ours. Inside `begin` the
 * statements are part of your transaction. Of a reserved connection nobody can tell: `unknown`.
 *
 * @example
 * const pgstream = createPgStream(fromPostgresJs(postgres(connectionString)));
 */
export function fromPostgresJs(
  sql: PostgresJsSql | PostgresJsQueryable,
  options: FromPostgresJsOptions = {},
): SqlExecutor {
  const scope = options.scope ?? sql;
  if (isRoot(sql)) {
    return {
      scope,
      transaction: 'none',
      query: (text, params) => sendAlone(sql, text, params),
      begin: (work) => (canReserve(sql) ? onReserved(sql, scope, work) : throughBegin(sql, scope, work)),
    };
  }
  return {
    scope,
    transaction: 'savepoint' in sql ? 'open' : 'unknown',
    query: (text, params) => send(sql, text, params),
  };
}

function isRoot(sql: PostgresJsSql | PostgresJsQueryable): sql is PostgresJsSql {
  return 'begin' in sql;
}

function canReserve(sql: PostgresJsSql): sql is Required<PostgresJsSql> {
  return 'reserve' in sql;
}

/**
 * A connection that was reserved, and released inside a transaction, is used for any statement after that. Which one it
 * was cannot be told, so the statement is sent again on one that is ours, which is mended when it is such a one.
 */
async function sendAlone(
  sql: PostgresJsSql,
  text: string,
  params: readonly unknown[] | undefined,
): Promise<readonly Row[]> {
  try {
    return await send(sql, text, params);
  } catch (error) {
    if (!isAbandonedTransaction(error) || !canReserve(sql)) throw error;
  }
  return await withReserved(sql, async (ours) => {
    try {
      return await send(ours, text, params);
    } catch (error) {
      if (!isAbandonedTransaction(error)) throw error;
      await ours.unsafe('ROLLBACK');
      return await send(ours, text, params);
    }
  });
}

/**
 * Not by `sql.begin`: where BEGIN itself fails, because somebody's failed transaction is on the connection, it keeps
 * that for good; and one that is lost inside of it ends the process (3.4.9).
 */
async function onReserved<T>(
  sql: Required<PostgresJsSql>,
  scope: object,
  work: (executor: SqlExecutor) => Promise<T>,
): Promise<T> {
  return await withReserved(sql, async (ours) => {
    try {
      await ours.unsafe('BEGIN');
      const result = await work({ scope, transaction: 'open', query: (text, params) => send(ours, text, params) });
      throwIfRolledBack(await ours.unsafe('COMMIT'));
      return result;
    } catch (error) {
      await ours.unsafe('ROLLBACK').then(undefined, () => {});
      throw error;
    }
  });
}

/** A connection that is lost must neither be used again (it would never answer) nor be released: it is gone already. */
async function withReserved<T>(
  sql: Required<PostgresJsSql>,
  work: (ours: PostgresJsQueryable) => Promise<T>,
): Promise<T> {
  const reserved = await sql.reserve();
  let lost: { readonly error: unknown } | undefined;
  try {
    return await work({
      async unsafe(text, params) {
        if (lost) throw lost.error;
        try {
          return await reserved.unsafe(text, params);
        } catch (error) {
          if (!isSessionAlive(error)) lost = { error };
          throw error;
        }
      },
    });
  } finally {
    if (!lost) reserved.release();
  }
}

/** As postgres.js has it. Its own result type is not T (it unwraps arrays of promises), so ours goes past it. */
function throughBegin<T>(sql: PostgresJsSql, scope: object, work: (executor: SqlExecutor) => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let outcome: { readonly value: T } | undefined;
    sql
      .begin(async (transaction) => {
        outcome = { value: await work(fromPostgresJs(transaction, { scope })) };
      })
      .then(() => (outcome ? resolve(outcome.value) : undefined), reject);
  });
}

async function send(sql: PostgresJsQueryable, text: string, params: readonly unknown[] = []): Promise<readonly Row[]> {
  return await sql.unsafe(text, [...params]);
}
