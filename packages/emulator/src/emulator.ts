import { createDatabase, databaseUrl, prepareDatabases } from './databases/index.ts';
import { EmulatorError } from './errors.ts';
import { type Scheduler, startScheduler } from './scheduler/index.ts';
import { type Server, startServer } from './server/index.ts';

export interface EmulatorOptions {
  /** TCP port on 127.0.0.1. Default: a free one. */
  port?: number;
  /**
   * Folder to keep the data in, between runs: made if it is missing, used again if it is the emulator's. Default: a temporary
   * folder, removed by `stop()` or when this process ends, in which PostgreSQL does not wait for the disk (fsync off).
   */
  dataDir?: string;
  /** Whether stream tables are refreshed by their schedules, in all databases with the extension. Default: true. */
  scheduler?: boolean;
}

/** A running PostgreSQL 18 with the emulated extension. */
export interface Emulator extends AsyncDisposable {
  /** URL of database `postgres`, which has the extension, as superuser `postgres` without a password. */
  readonly url: string;
  /**
   * Makes a database with the extension, within some 30 ms, and returns its URL.
   *
   * @param name 1 to 63 letters, digits, `_`, `-`, `.`; a random one by default.
   * @throws EmulatorError when the name is taken or not acceptable, or the emulator was stopped.
   */
  createDatabase(name?: string): Promise<string>;
  /**
   * Stops the server and removes a temporary folder. Connections that are open get half a second to close by themselves,
   * then they are ended. A second call waits for the first.
   */
  stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL 18 with pg_stream's SQL API, for development and tests.
 *
 * It ends with `stop()`, at the end of an `await using` block, and when this process ends, killed or not. It does not keep
 * this process alive.
 *
 * ```ts
 * await using emulator = await startEmulator();
 * const pool = new pg.Pool({ connectionString: await emulator.createDatabase() });
 * ```
 *
 * @throws EmulatorError with a sentence about what is in the way: port or folder taken, platform without PostgreSQL, …
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  return runEmulator(options);
}

/** An emulator as the command sees it. */
export interface RunningEmulator extends Emulator {
  /** Settles when the server has ended, stopped or not. */
  readonly ended: Promise<void>;
}

/** {@link startEmulator}, for a caller that must know when the server ends by itself. */
export async function runEmulator(options: EmulatorOptions): Promise<RunningEmulator> {
  const { port: wanted, dataDir, scheduler = true } = options;
  checkPort(wanted);
  const server = await startServer({ port: wanted, dataDir });
  const { port } = server;
  try {
    await prepareDatabases(port);
  } catch (error) {
    await stopAll(server, undefined);
    throw error;
  }
  const scheduling = scheduler ? startScheduler(port) : undefined;
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= stopAll(server, scheduling));
  return {
    url: databaseUrl(port, 'postgres'),
    createDatabase: (name) => createDatabase(port, name),
    ended: server.ended,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function stopAll(server: Server, scheduling: Scheduler | undefined): Promise<void> {
  // Nothing of ours keeps this process alive, but whoever waits for this must not wait in vain.
  const alive = setInterval(() => {}, 2 ** 31 - 1);
  try {
    await scheduling?.stop();
    await server.stop();
  } finally {
    clearInterval(alive);
  }
}

function checkPort(port: number | undefined): void {
  if (port === undefined || (Number.isInteger(port) && port >= 1 && port <= 65_535)) return;
  throw new EmulatorError(
    `A port is a whole number from 1 to 65535, not ${port}. Leave it out to have a free one chosen.`,
  );
}
