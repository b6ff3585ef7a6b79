import type { DrizzleConfig } from 'drizzle-orm';
import { drizzle as overPg, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { drizzle as overPostgresJs, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import pg from 'pg';
import postgres from 'postgres';

/** What the dbs of both drivers have in common: enough for every test that is about Drizzle and not about a driver. */
export type Db = PgDatabase<PgQueryResultHKT>;

/** A db over a real driver. */
export interface Opened<TDb> {
  readonly db: TDb;
  /** The text of everything that the driver was asked to send, in order. */
  readonly sent: string[];
  close(): Promise<void>;
}

type Config = Pick<DrizzleConfig, 'casing'>;

/** Over a pool of pg, whose clients note what they send. */
export function openPg(url: string, config: Config = {}): Opened<NodePgDatabase & { $client: pg.Pool }> {
  const sent: string[] = [];
  const pool = new pg.Pool({ connectionString: url, max: 3 });
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    const noting = (statement: string | { text: string }, ...rest: unknown[]) => {
      sent.push(typeof statement === 'string' ? statement : statement.text);
      return query(statement, ...rest);
    };
    Object.assign(client, { query: noting });
  });
  return { db: overPg({ client: pool, ...config }), sent, close: () => pool.end() };
}

/** Over postgres.js, which notes what it sends by itself. */
function openPostgresJs(url: string, config: Config = {}): Opened<PostgresJsDatabase & { $client: postgres.Sql }> {
  const sent: string[] = [];
  const client = postgres(url, {
    max: 3,
    onnotice: () => {},
    debug: (_connection, query) => sent.push(query),
  });
  return { db: overPostgresJs({ client, ...config }), sent, close: () => client.end() };
}

/** The drivers that everything is tested on. */
export const DRIVERS: readonly { driver: string; open: (url: string, config?: Config) => Opened<Db> }[] = [
  { driver: 'node-postgres', open: openPg },
  { driver: 'postgres.js', open: openPostgresJs },
];
