import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { neon, neonConfig } from '@neondatabase/serverless';
import type { DrizzleConfig } from 'drizzle-orm';
import { drizzle as overNeon, type NeonHttpDatabase } from 'drizzle-orm/neon-http';
import * as nodePostgres from 'drizzle-orm/node-postgres';
import { drizzle as overProxy } from 'drizzle-orm/pg-proxy';
import pg from 'pg';
import { type Db, isDrizzle1, type Opened } from '../shop/index.ts';

type Config = Pick<DrizzleConfig, 'casing'>;

/** Instants and days as text, which is how Drizzle has pg give them. */
const { TIMESTAMPTZ, TIMESTAMP, DATE } = pg.types.builtins;
const types: pg.CustomTypesConfig = {
  getTypeParser: (id, format) =>
    [TIMESTAMPTZ, TIMESTAMP, DATE].includes(id) ? String : pg.types.getTypeParser(id, format),
};

/** What 1.0 has to be told of the values that a callback gives: here, that they are pg's. */
const codecs = isDrizzle1 ? { codecs: (nodePostgres as { readonly nodePgCodecs?: object }).nodePgCodecs } : {};

/** Over pg-proxy, whose callback puts each statement to a pool: what an application's HTTP endpoint would do. */
export function openProxy(url: string, config: Config = {}): Promise<Opened<Db>> {
  const sent: string[] = [];
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  const db = overProxy(
    async (text, values, method) => {
      sent.push(text);
      if (method === 'all') return { rows: (await pool.query({ text, values, rowMode: 'array', types })).rows };
      return { rows: (await pool.query(text, values)).rows as unknown[] };
    },
    { ...config, ...codecs },
  );
  return Promise.resolve({ db, sent, close: () => pool.end() });
}

interface NeonQuery {
  readonly query: string;
  readonly params: unknown[];
}

/** Over Neon's own driver, which speaks HTTP to a server of ours with a pool behind it. */
export async function openNeon(url: string, config: Config = {}): Promise<Opened<NeonHttpDatabase>> {
  const sent: string[] = [];
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  const run = async ({ query, params }: NeonQuery, client: pg.Pool | pg.PoolClient): Promise<object> => {
    sent.push(query);
    const asText = { getTypeParser: () => (value: unknown) => value };
    const { fields, command, rowCount, rows } = await client.query({
      text: query,
      values: params,
      rowMode: 'array',
      types: asText,
    });
    return { fields, command, rowCount, rows: rows as unknown[] };
  };
  const batch = async (queries: readonly NeonQuery[]): Promise<object> => {
    const client = await pool.connect();
    try {
      const results: object[] = [];
      await client.query('begin');
      for (const query of queries) results.push(await run(query, client));
      await client.query('commit');
      return { results };
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = (await json(request)) as NeonQuery | { readonly queries: readonly NeonQuery[] };
    try {
      response.end(JSON.stringify('queries' in body ? await batch(body.queries) : await run(body, pool)));
    } catch (error) {
      response.writeHead(400).end(JSON.stringify({ ...(error as object), message: (error as Error).message }));
    }
  };
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  neonConfig.fetchEndpoint = () => `http://127.0.0.1:${port}/sql`;
  return {
    db: overNeon({ client: neon('postgresql://app:secret@example.com/app'), ...config }),
    sent,
    async close() {
      server.closeAllConnections();
      server.close();
      await pool.end();
    },
  };
}
