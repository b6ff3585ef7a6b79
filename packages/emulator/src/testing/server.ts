import { createDatabase, databaseUrl, template, withConnection } from '../databases/index.ts';
import { startEmulator } from '../emulator.ts';
import { EmulatorError } from '../errors.ts';
import { extensionOf } from '../sql/index.ts';
import { closedConnections, openConnections } from './connections.ts';
import type { EmulatorSetupOptions } from './options.ts';

/** What test files are told of the emulator of their run. */
export interface TestServer {
  readonly port: number;
  /** The database that theirs are copied from. */
  readonly template: string;
  /** What has to be said in a copy of it, if anything. */
  readonly afterCopy: string | undefined;
}

export interface RunningTestServer {
  readonly server: TestServer;
  stop(): Promise<void>;
}

const migrated = 'pgstream_tests_template';

/** No database is copied that somebody is connected to, and the scheduler is. */
const leave = `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '${migrated}'`;

/** Starts the emulator of a run, with the database that those of the test files are copied from. */
export async function startTestServer({
  migrate,
  scheduler = false,
  ...options
}: EmulatorSetupOptions): Promise<RunningTestServer> {
  const emulator = await startEmulator({ scheduler, ...options });
  const stop = (): Promise<void> => emulator.stop();
  const port = Number(new URL(emulator.url).port);
  // Nothing has to be said in a copy of a database without stream tables.
  if (migrate === undefined) return { server: { port, template, afterCopy: undefined }, stop };
  const extension = extensionOf(options);
  try {
    await migrate(await createDatabase(port, migrated));
    const open = await openConnections(port, migrated, extension);
    if (open > 0) throw new EmulatorError(leftOpen(open));
    await withConnection(databaseUrl(port, 'postgres'), async (admin) => {
      await admin.query(`ALTER DATABASE ${migrated} WITH ALLOW_CONNECTIONS false`);
      await admin.query(leave);
    });
  } catch (error) {
    // Who migrated is connected yet: ended by us, a connection whose errors nobody listens to ends this process, and nobody is
    // shown this one.
    if ((await openConnections(port, migrated, extension).catch(() => 0)) === 0) await stop();
    else void closedConnections(port, migrated, extension).then(stop);
    throw error;
  }
  return { server: { port, template: migrated, afterCopy: extension.afterCopy }, stop };
}

function leftOpen(connections: number): string {
  return (
    `migrate() has left ${connections} ${connections === 1 ? 'connection' : 'connections'} open, and no database is copied that ` +
    'somebody is connected to. Close what it connects with before it is done: await client.end(), pool.end(), ' +
    'prisma.$disconnect(), dataSource.destroy(), …'
  );
}
