import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { serve, type ServerType } from '@hono/node-server';
import { Pool } from 'pg';
import { createApp } from '../src/app.ts';
import { migrate, openDatabase } from '../src/database.ts';

export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

/** The pages over a database, by HTTP. */
export async function openSite(databaseUrl: string): Promise<Site> {
  const prisma = openDatabase(databaseUrl);
  const http: ServerType = serve({ fetch: createApp(prisma).fetch, hostname: '127.0.0.1', port: 0 });
  await once(http, 'listening');
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async close() {
      const closed = once(http, 'close');
      http.close();
      await closed;
      await prisma.$disconnect();
    },
  };
}

/** As few flights as make enough airports for a second page. */
export async function load(databaseUrl: string): Promise<void> {
  const pool = new Pool({ connectionString: databaseUrl });
  await migrate(pool, { rows: 2_000 });
  await pool.end();
}

/** Makes a stream table as old as that; to be refreshed again by whoever wants it young. */
export const AGED_SQL = `
  UPDATE pgstream.pgs_stream_tables
  SET data_timestamp = now() - $2::interval, last_refresh_at = now() - $2::interval WHERE pgs_name = $1`;
