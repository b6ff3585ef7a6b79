/**
 * The one thing that is needed to hear notifications: connections that listen. Drivers are reached through it by their shape,
 * and never imported, as `SqlExecutor` does for statements.
 *
 * A listener opens one connection at a time and does not try again by itself: when one cannot be opened, or is lost, it says
 * so, and is asked for the next one.
 *
 * The connection has to be one of the server's own, for as long as it lives: not through a pooler in transaction or statement
 * mode (PgBouncer, Supavisor's port 6543, RDS Proxy), where a LISTEN succeeds and nothing is ever heard. Nor to a replica,
 * which refuses it.
 */
export interface Listener {
  /**
   * Opens a connection and listens to the channels on it. Fulfilled once all of them are heard, rejected with the driver's
   * error, and soon after `signal` has fired in any case, with nothing left open.
   */
  listen(request: ListenRequest): Promise<ListeningConnection>;
}

/** What is to be heard, and whom to tell. */
export interface ListenRequest {
  /** Names as they are, to be quoted in SQL. */
  readonly channels: readonly string[];
  /** Fires when nobody waits for the connection any more. */
  readonly signal: AbortSignal;
  /** To be called for each notification, in the order in which the server sends them. Does not throw. */
  notification(this: void, channel: string, payload: string): void;
  /** To be called when the connection was lost, or has missed something. More than once is fine. Does not throw. */
  lost(this: void, error: unknown): void;
}

/** A connection that listens. */
export interface ListeningConnection {
  /** Asks the server for a sign of life on this connection. Rejected if it is lost; who waits in vain closes it. */
  check(): Promise<unknown>;
  /** Closes the connection, also if the server does not answer any more: within a second or so, and without an error. */
  close(): Promise<unknown>;
}
