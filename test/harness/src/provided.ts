/** What the run's global setup hands to every test file. */
export interface ProvidedServer {
  /** URL of database `postgres`, as a superuser. */
  readonly url: string;
  /** The database that test databases are copied from: the extension and nothing else. */
  readonly template: string;
  /** The extension in the template, as the database has it. */
  readonly extension: { readonly name: 'pg_stream' | 'pg_trickle'; readonly version: string };
  /** Whether the extension on it is the emulator's. The server says so: one that was named may be either. */
  readonly isEmulator: boolean;
}

declare module 'vitest' {
  interface ProvidedContext {
    pgstream: ProvidedServer;
  }
}
