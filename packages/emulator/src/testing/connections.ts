import { setTimeout as sleep } from 'node:timers/promises';
import { databaseUrl, ownName, withConnection } from '../databases/index.ts';
import { schedulerName } from '../scheduler/index.ts';
import type { Extension } from '../sql/index.ts';

/** A connection that is being closed is gone by then: the time that `stop()` of an emulator gives, too. */
const graceMs = 500;
const pauseMs = 50;

/** How many connections to the database are open, but for ours and the scheduler's, when they have had the time to close. */
export async function openConnections(port: number, database: string, extension: Extension): Promise<number> {
  const deadline = Date.now() + graceMs;
  let open = await connectionsTo(port, database, extension);
  while (open > 0 && Date.now() < deadline) {
    await sleep(pauseMs);
    open = await connectionsTo(port, database, extension);
  }
  return open;
}

/** Waits until nobody is connected to the database, or its server is gone. It does not keep this process alive. */
export async function closedConnections(port: number, database: string, extension: Extension): Promise<void> {
  while ((await connectionsTo(port, database, extension).catch(() => 0)) > 0)
    await sleep(graceMs, undefined, { ref: false });
}

function connectionsTo(port: number, database: string, extension: Extension): Promise<number> {
  return withConnection(databaseUrl(port, 'postgres'), async (admin) => {
    const { rows } = await admin.query<{ open: number }>(
      `SELECT count(*)::int AS open FROM pg_stat_activity
      WHERE datname = $1 AND application_name NOT IN ($2, $3)`,
      [database, ownName, schedulerName(extension)],
    );
    return rows[0]?.open ?? 0;
  });
}
