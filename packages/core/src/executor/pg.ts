import { isAbandonedTransaction } from './abandoned.ts';
import type { Row, SqlExecutor, TransactionState } from './executor.ts';
import { throwIfRolledBack } from './rolled-back.ts';
import { isSessionAlive } from './server-error.ts';

/** What a pg Pool, Client and PoolClient have in common, by shape. */
export interface PgQueryable {
  query(text: string, values?: unknown[]): Promise<{ readonly command?: string; rows: Row[] }>;
}

/** A pg Client or PoolClient, by shape. */
export interface PgClient extends PgQueryable {
  /** pg 8.17 and later. */
  getTransactionStatus?(): 'I' | 'T' | 'E' | null;
}

/** A client taken from a pg Pool, by shape. */
export interface PgPoolClient extends PgClient {
  release(destroy?: boolean): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
}

/** A pg Pool, by shape. */
export interface PgPool extends PgQueryable {
  readonly totalCount: number;
  connect(): Promise<PgPoolClient>;
}

/** How to read a connection of pg. */
export interface FromPgOptions {
  /**
   * What remembers the server's dialect. Default: the pool or client itself. Give the pool for a client taken from
   * it, and the extension is not looked for again.
   */
  readonly scope?: object;
}

/**
 * The executor of a pg `Pool`, `Client` or `PoolClient`.
 *
 * A pool runs each statement by itself, and can open transactions of ours. A client is inside whatever transaction you
 * opened on it: pg 8.17 and later tell which (as of the last answer of the server: await your BEGIN); before that it is
 * `unknown`.
 *
 * @example
 * const pgstream = createPgStream(fromPg(new Pool({ connectionString })));
 */
export function fromPg(connection: PgPool | PgClient, options: FromPgOptions = {}): SqlExecutor {
  const scope = options.scope ?? connection;
  return isPool(connection) ? poolExecutor(connection, scope) : clientExecutor(connection, scope);
}

function isPool(connection: PgPool | PgClient): connection is PgPool {
  return 'totalCount' in connection;
}

function poolExecutor(pool: PgPool, scope: object): SqlExecutor {
  return {
    scope,
    transaction: 'none',
    query: (text, params) => sendOnce(pool, text, params),
    async begin(work) {
      const client = await take(pool);
      try {
        await client.query('BEGIN');
        const result = await work({ scope, transaction: 'open', query: (text, params) => send(client, text, params) });
        throwIfRolledBack(await client.query('COMMIT'));
        release(client);
        return result;
      } catch (error) {
        await client.query('ROLLBACK').then(
          () => release(client),
          // A connection whose transaction we could not end must not go back to the pool. It keeps its listener.
          () => client.release(true),
        );
        throw error;
      }
    },
  };
}

/**
 * Not by the pool's own query(), which closes the connection after every error: a refresh that waits for writers is
 * refused many times.
 */
async function sendOnce(pool: PgPool, text: string, params: readonly unknown[] | undefined): Promise<readonly Row[]> {
  const client = await take(pool);
  try {
    const rows = await send(client, text, params);
    release(client);
    return rows;
  } catch (error) {
    if (isSessionAlive(error) && !isAbandonedTransaction(error)) release(client);
    else client.release(true); // It keeps its listener.
    throw error;
  }
}

/**
 * A client to send by. Somebody may have given one back inside a transaction: pg 8.17 and later tell, and it is closed.
 * Before that, only the statement shows it.
 */
async function take(pool: PgPool): Promise<PgPoolClient> {
  // As many as there are, and a new one.
  for (let left = pool.totalCount; ; left -= 1) {
    const client = await pool.connect();
    if (isIdle(client) || left <= 0) {
      client.on('error', alreadyRejected);
      return client;
    }
    client.release(true);
  }
}

/** Whether it is in no transaction, as far as it is known. */
function isIdle(client: PgClient): boolean {
  return (client.getTransactionStatus?.() ?? 'I') === 'I';
}

/** A lost connection tells its running query and, as an event, everybody: unheard, that would end the process. */
function alreadyRejected(): void {}

function release(client: PgPoolClient): void {
  client.removeListener('error', alreadyRejected);
  client.release(!isIdle(client));
}

function clientExecutor(client: PgClient, scope: object): SqlExecutor {
  return {
    scope,
    get transaction() {
      return stateOf(client);
    },
    query: (text, params) => send(client, text, params),
  };
}

function stateOf(client: PgClient): TransactionState {
  const status = client.getTransactionStatus?.() ?? null;
  if (status === null) return 'unknown';
  return status === 'I' ? 'none' : 'open';
}

async function send(connection: PgQueryable, text: string, params: readonly unknown[] = []): Promise<readonly Row[]> {
  const { rows } = await connection.query(text, [...params]);
  return rows;
}
