import type { Pool } from 'pg';
import type { Finding } from '../output/index.ts';

const PID = 'SELECT pg_catalog.pg_backend_pid() AS pid';

/**
 * A pooler in transaction mode lends a server's session for a transaction. It shows where two connections at the same time
 * are one session.
 */
export async function poolerFindings(pool: Pool): Promise<Finding[]> {
  const clients = [await pool.connect(), await pool.connect()];
  try {
    const pids: unknown[] = [];
    for (const client of clients) pids.push((await client.query<{ pid: number }>(PID)).rows[0]?.pid);
    if (pids[0] !== pids[1]) return [];
    return [
      {
        code: 'TRANSACTION_POOLING',
        severity: 'warn',
        streamTable: null,
        message:
          'Between this and the server is a pooler that lends sessions for a transaction each. Refreshes are safe through it; notifications (events, watch) do not arrive.',
        cure: 'Listen through a connection of its own to the server, or one in session mode.',
      },
    ];
  } finally {
    for (const client of clients) client.release();
  }
}
