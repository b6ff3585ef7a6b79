import { createDatabase, databaseUrl, template, withConnection } from '../databases/index.ts';
import { startEmulator } from '../emulator.ts';
import { extensionOf } from '../sql/index.ts';
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

/** Whoever has migrated may have left a connection, and no database is copied that somebody is connected to. */
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
  try {
    await migrate(await createDatabase(port, migrated));
    await withConnection(databaseUrl(port, 'postgres'), async (admin) => {
      await admin.query(`ALTER DATABASE ${migrated} WITH ALLOW_CONNECTIONS false`);
      await admin.query(leave);
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { server: { port, template: migrated, afterCopy: extensionOf(options).afterCopy }, stop };
}
