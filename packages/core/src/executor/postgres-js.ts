import type { Row, SqlExecutor } from './executor.ts';

/** What all of postgres.js's `sql` functions have in common, by shape. */
export interface PostgresJsQueryable {
  unsafe(text: string, params?: unknown[]): PromiseLike<readonly Row[]>;
}

/** postgres.js's own `sql`, by shape. */
export interface PostgresJsSql extends PostgresJsQueryable {
  begin(work: (sql: PostgresJsQueryable) => Promise<unknown>): Promise<unknown>;
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
      query: (text, params) => send(sql, text, params),
      begin: <T>(work: (executor: SqlExecutor) => Promise<T>) =>
        // postgres.js's own result type is not T (it unwraps arrays of promises), so ours goes past it.
        new Promise<T>((resolve, reject) => {
          let outcome: { readonly value: T } | undefined;
          sql
            .begin(async (transaction) => {
              outcome = { value: await work(fromPostgresJs(transaction, { scope })) };
            })
            .then(() => (outcome ? resolve(outcome.value) : undefined), reject);
        }),
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

async function send(sql: PostgresJsQueryable, text: string, params: readonly unknown[] = []): Promise<readonly Row[]> {
  return await sql.unsafe(text, [...params]);
}
