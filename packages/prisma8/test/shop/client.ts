import type { SqlMiddleware } from '@prisma/orm-postgres/family-runtime';
import postgres, { type PostgresClient } from '@prisma/orm-postgres/runtime';
import pg from 'pg';
import { afterAll, onTestFinished } from 'vitest';
import { streamTables, type StreamTablesOptions } from '../../src/index.ts';
import type { Contract } from './generated/contract.d.ts';
import contractJson from './generated/contract.json' with { type: 'json' };

export { contractJson };

export const MODELS = { public: ['OrderTotals', 'ProductTotals', 'Bought'], analytics: ['RegionTotals'] } as const;

/** A guarded client. */
export type Db = ReturnType<typeof guarded>;

/** Prisma's own client over a real driver, and what is made of it. */
interface Opened {
  /** As the documentation says. */
  readonly db: Db;
  /** The same without what extend() adds: the middleware is all that it has. */
  readonly base: PostgresClient<Contract>;
  readonly pool: pg.Pool;
  /** The text of everything that the driver was asked to send, in order. */
  readonly sent: string[];
}

interface Settings extends StreamTablesOptions {
  readonly pool?: pg.PoolConfig;
  /** Besides ours, before it. */
  readonly middleware?: readonly SqlMiddleware[];
}

/** A client for the test file or the suite that calls this where it collects its tests. */
export function open(url: string, settings?: Settings): Opened {
  const { close, ...opened } = connecting(url, settings);
  afterAll(close);
  return opened;
}

/** The same for the test that is running. */
export function openInTest(url: string, settings?: Settings): Opened {
  const { close, ...opened } = connecting(url, settings);
  onTestFinished(close);
  return opened;
}

/** What a guard makes of a client. */
function guarded(client: PostgresClient<Contract>, guard: ReturnType<typeof newGuard>) {
  return guard.extend(client);
}

function newGuard(options?: StreamTablesOptions) {
  return streamTables(contractJson, MODELS, options);
}

function connecting(
  url: string,
  { pool: config = {}, middleware = [], ...options }: Settings = {},
): Opened & { close(): Promise<void> } {
  const sent: string[] = [];
  const pool = new pg.Pool({ connectionString: url, max: 3, ...config });
  pool.on('connect', (connection) => note(connection, sent));
  const guard = newGuard(options);
  const base = postgres<Contract>({ contractJson, pg: pool, middleware: [...middleware, guard.middleware] });
  const close = async (): Promise<void> => {
    await base.close();
    await pool.end();
  };
  return { db: guarded(base, guard), base, pool, sent, close };
}

/** Has a connection say what it is given to send. */
export function note(connection: pg.ClientBase, sent: string[]): void {
  const query = connection.query.bind(connection) as (...args: unknown[]) => unknown;
  const noting = (statement: string | { text: string }, ...rest: unknown[]): unknown => {
    sent.push(typeof statement === 'string' ? statement : statement.text);
    return query(statement, ...rest);
  };
  Object.assign(connection, { query: noting });
}
