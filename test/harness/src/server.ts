import { inject } from 'vitest';
import type { ProvidedServer } from './provided.ts';

const provided: ProvidedServer | undefined = inject('pgstream');
if (!provided) {
  throw new Error(
    'No server was provided: run vitest from the root of the repository, whose config starts one per run.',
  );
}

export const server: ProvidedServer = provided;

/**
 * True where the emulator answers, be it one that was named, false on a real server. For tests that only the emulator can pass; they say so in
 * their names: `describe.runIf(onEmulator)('… (emulator only)', …)`.
 */
export const onEmulator: boolean = server.isEmulator;

/** URL of the run's server: database `postgres`, as a superuser. It has no extension to rely on: use a test database. */
export function serverUrl(): string {
  return server.url;
}

/** The same server and user, another database. */
export function databaseUrl(database: string): string {
  const url = new URL(server.url);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}
