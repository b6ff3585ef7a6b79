import { createDatabase, databaseUrl, prepareDatabases, spareMaker, type Spares } from './databases/index.ts';
import { EmulatorError } from './errors.ts';
import { type Scheduler, startScheduler } from './scheduler/index.ts';
import { type Server, startServer } from './server/index.ts';
import { type ExtensionChoice, extensionOf } from './sql/index.ts';
import { stayingAlive } from './staying-alive.ts';

/** How many databases lie ready for `createDatabase()`. */
const spareDatabases = 2;

export interface EmulatorOptions extends ExtensionChoice {
  /** TCP port on 127.0.0.1. Default: a free one. */
  port?: number;
  /**
   * Folder to keep the data in, between runs: made if it is missing, used again if it is the emulator's. Default: a temporary
   * folder, removed by `stop()` or when this process ends, in which PostgreSQL does not wait for the disk (fsync off).
   */
  dataDir?: string;
  /**
   * Where the data are kept that a temporary server is copied from: made by the first start, some 80 MB. Default:
   * PGSTREAM_EMULATOR_CACHE (`off`: nowhere) or the user's cache folder. `false`: nowhere, so that each start makes its own.
   */
  cacheDir?: string | false;
  /** Whether stream tables are refreshed by their schedules, in all databases with the extension. Default: true. */
  scheduler?: boolean;
}

/** A running PostgreSQL 18 with the emulated extension. */
export interface Emulator extends AsyncDisposable {
  /** URL of database `postgres`, which has the extension, as superuser `postgres` without a password. */
  readonly url: string;
  /**
   * Makes a database with the extension, and returns its URL: at once where one lies ready, as for the first; a few hundred
   * milliseconds where several are wanted in a row, or the data folder is kept.
   *
   * @param name 1 to 63 letters, digits, `_`, `-`, `.`; a random one by default.
   * @throws EmulatorError when the name is taken or not acceptable, or the emulator was stopped.
   */
  createDatabase(name?: string): Promise<string>;
  /**
   * Stops the server and removes a temporary folder. Connections that are open get half a second to close by themselves,
   * then they are ended: close yours first, because a client of `pg` whose `error` nobody listens to ends this process then. A
   * second call waits for the first.
   */
  stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL 18 with the SQL API of pg_stream, or of pg_trickle, for development and tests.
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
  const { port: wanted, dataDir, cacheDir, scheduler = true } = options;
  checkPort(wanted);
  const extension = extensionOf(options);
  const server = await startServer({ extension, port: wanted, dataDir, cacheDir });
  const { port } = server;
  try {
    if (!server.prepared) await prepareDatabases(port, extension);
  } catch (error) {
    await stopAll(server);
    throw error;
  }
  const scheduling = scheduler ? startScheduler(port, extension) : undefined;
  // Kept data are the user's: nothing lies among them that was not asked for.
  const spares = dataDir === undefined ? spareMaker(port, spareDatabases) : undefined;
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= stopAll(server, scheduling, spares));
  return {
    url: databaseUrl(port, 'postgres'),
    async createDatabase(name) {
      const url = await createDatabase(port, name);
      spares?.replenish();
      return url;
    },
    ended: server.ended,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function stopAll(server: Server, scheduling?: Scheduler, spares?: Spares): Promise<void> {
  return stayingAlive(async () => {
    await Promise.all([scheduling?.stop(), spares?.stop()]);
    await server.stop();
  });
}

function checkPort(port: number | undefined): void {
  if (port === undefined || (Number.isInteger(port) && port >= 1 && port <= 65_535)) return;
  throw new EmulatorError(
    `A port is a whole number from 1 to 65535, not ${port}. Leave it out to have a free one chosen.`,
  );
}
