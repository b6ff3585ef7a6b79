/** One row as a driver delivers it. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * Whether statements of an executor run inside a transaction of the caller's: `none` each by itself, `open` inside
 * one, `unknown` nobody can tell. `unknown` never waits, never shares a result and never turns an error into a value.
 */
export type TransactionState = 'none' | 'open' | 'unknown';

/**
 * The one thing that this package needs of a connection. Drivers and ORMs are reached through it by their shape, and
 * never imported.
 *
 * Statements ask for one text column that holds JSON, so that a driver's type parsers have nothing to convert. They
 * carry text, or null, as parameters.
 */
export interface SqlExecutor {
  /** Sends one statement with its bind parameters (`$1` …) and gives the rows. Errors of the driver pass unchanged. */
  query(text: string, params?: readonly unknown[]): Promise<readonly Row[]>;
  /**
   * The long-lived thing behind the executor: a pool, a client, a DataSource. What is learnt about the server is kept
   * by it, so that the executor of one transaction never asks again.
   */
  readonly scope: object;
  /** May change from one call to the next: implement it as a getter where it does. */
  readonly transaction: TransactionState;
  /**
   * Runs `work` in a transaction of ours on one connection: committed when its promise is fulfilled, rolled back when
   * it is rejected. Absent where the executor cannot, or where statements of others could come in between: on a single
   * client, and inside a transaction; it may come and go with `transaction`. The executor that `work` is given has the same
   * scope and is `open`.
   */
  begin?: (<T>(work: (executor: SqlExecutor) => Promise<T>) => Promise<T>) | undefined;
}
