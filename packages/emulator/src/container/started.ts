import type { StartedTestContainer } from 'testcontainers';

/** A PostgreSQL 18 with the extension, in a container or, where there is no Docker, embedded in this process's machine. */
export interface StartedPgStreamContainer extends AsyncDisposable {
  /** The container, for its logs and what else Testcontainers can do with it; undefined where the emulator runs without Docker. */
  readonly container: StartedTestContainer | undefined;
  /** The extension that the databases have, and its version as `pg_extension` has it. */
  readonly extension: { readonly name: 'pg_stream' | 'pg_trickle'; readonly version: string };
  /** URL of database `postgres`, which has the extension, as a superuser. */
  getConnectionUri(): string;
  getHost(): string;
  getPort(): number;
  /** `postgres`. */
  getDatabase(): string;
  /** `postgres`, a superuser. */
  getUsername(): string;
  /** Empty where the emulator runs without Docker: it asks for none, and listens on 127.0.0.1 only. */
  getPassword(): string;
  /**
   * Makes a database with the extension and nothing else, and returns its URL: one for each test file.
   *
   * @param name 1 to 63 letters, digits, `_`, `-`, `.`; a random one by default.
   * @throws EmulatorError when the name is taken or not acceptable, or the server was stopped.
   */
  createDatabase(name?: string): Promise<string>;
  /** Ends it and what is in it. Close your connections first. A second call waits for the first. */
  stop(): Promise<void>;
}

/** What runs, in Docker or not. */
interface Running extends Pick<StartedPgStreamContainer, 'container' | 'extension'> {
  readonly url: string;
  readonly createDatabase: (name?: string) => Promise<string>;
  readonly stop: () => Promise<unknown>;
}

export function started(running: Running): StartedPgStreamContainer {
  const { url, container, extension, createDatabase } = running;
  const { hostname, port, username, password, pathname } = new URL(url);
  let stopped: Promise<unknown> | undefined;
  const stop = async (): Promise<void> => {
    await (stopped ??= running.stop());
  };
  return {
    container,
    extension,
    getConnectionUri: () => url,
    getHost: () => hostname,
    getPort: () => Number(port),
    getDatabase: () => pathname.slice(1),
    getUsername: () => username,
    getPassword: () => decodeURIComponent(password),
    createDatabase,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
