/** What the run's global setup hands to every test file. */
export interface ProvidedServer {
  /** URL of database `postgres`, as a superuser. */
  readonly url: string;
  /** The database that test databases are copied from: the extension and nothing else. */
  readonly template: string;
  /** What answers: the emulator, a server that was named, or a container that was started. */
  readonly kind: 'emulator' | 'url' | 'image';
}

declare module 'vitest' {
  interface ProvidedContext {
    pgstream: ProvidedServer;
  }
}
