import { Pool } from 'pg';
import { leave } from '../leave.ts';
import type { Db, Opened } from './client.ts';
import { noting } from './noting.ts';

/** A client over a pool of its own, whose statements are noted. */
export function open(url: string, sent: string[], newClient: (pool: Pool) => unknown): Opened {
  const pool = new Pool({ connectionString: url, max: 3 });
  pool.on('connect', (connection) => noting(connection, sent));
  const db = newClient(pool) as Db;
  return {
    db,
    raw: (text) => pool.query(text),
    leave: (statements) => leave(pool, statements),
    async close() {
      await db.$disconnect();
      await pool.end();
    },
  };
}
