import type { Pool } from 'pg';
import type { Finding } from '../output/index.ts';

const PREPARED: Finding = {
  code: 'POOLER_RESETS',
  severity: 'warn',
  streamTable: null,
  message:
    'pg_stream keeps a prepared statement for each stream table in the session that refreshes it. A pooler that resets sessions (DISCARD ALL, DEALLOCATE ALL) takes it away, and every further refresh there fails (26000).',
  cure: 'A superuser runs: ALTER DATABASE <database> SET pg_stream.use_prepared_statements = off;',
};

const PID = 'SELECT pg_catalog.pg_backend_pid() AS pid';

/** Whether a session that is reset loses what the extension goes on to use (contract A.5); null where it has no such setting. */
const PREPARES = 'SELECT pg_catalog.current_setting($1, true) AS prepares';

/**
 * A pooler in transaction mode lends a server's session for a transaction. It shows where two connections at the same time
 * are one session.
 */
export async function poolerFindings(pool: Pick<Pool, 'connect'>, extension: string): Promise<Finding[]> {
  const clients = [await pool.connect(), await pool.connect()];
  try {
    const pids: unknown[] = [];
    for (const client of clients) pids.push((await client.query<{ pid: number }>(PID)).rows[0]?.pid);
    if (pids[0] !== pids[1]) return [];
    const prepared = await clients[0]?.query<{ prepares: string | null }>(PREPARES, [
      `${extension}.use_prepared_statements`,
    ]);
    const isReset = extension === 'pg_stream' && prepared?.rows[0]?.prepares !== 'off';
    return [
      {
        code: 'TRANSACTION_POOLING',
        severity: 'warn',
        streamTable: null,
        message:
          'Between this and the server is a pooler that lends sessions for a transaction each. Refreshes are safe through it; notifications (events, watch) do not arrive.',
        cure: 'Listen through a connection of its own to the server, or one in session mode.',
      },
      ...(isReset ? [PREPARED] : []),
    ];
  } finally {
    for (const client of clients) client.release();
  }
}
