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
  /**
   * Sends one statement with its bind parameters (`$1` …) and gives the rows. Errors of the driver pass unchanged.
   *
   * Where `transaction` is `none`, the statement is by itself: wrapped in no BEGIN and COMMIT, for it may end its
   * transaction and begin the next. A pool may nevertheless have a connection on which somebody has left a transaction
   * open. A statement that changes anything fails there before it has done anything, and `isAbandonedTransaction` tells
   * by the error. Close that connection then, or roll it back, before you reject: the statement is sent again.
   */
  query(text: string, params?: readonly unknown[]): Promise<readonly Row[]>;
  /**
   * The long-lived thing behind the executor: a pool, a client, a DataSource. What is learnt about the server is kept
   * by it, so that the executor of one transaction never asks again.
   */
  readonly scope: object;
  /**
   * Decided where and when `query` sends its statement: if the connection that it uses is found anew for each (a pool's,
   * or that of the transaction which the caller's asynchronous context is in), so is this. Implement it as a getter
   * where it may change from one call to the next.
   */
  readonly transaction: TransactionState;
  /**
   * Runs `work` in a transaction of ours on one connection: committed when its promise is fulfilled, rolled back when
   * it is rejected. Absent where the executor cannot, or where statements of others could come in between: on a single
   * client, and inside a transaction; it may come and go with `transaction`. Where BEGIN is refused or only warned of,
   * because somebody has left a transaction open on the connection, `work` rejects at its first statement: the ROLLBACK
   * mends it. The executor that `work` is given has the same scope and is `open`.
   */
  begin?: (<T>(work: (executor: SqlExecutor) => Promise<T>) => Promise<T>) | undefined;
}
