import { asked } from './asked-extension.ts';

/** A server for one test run. */
export interface RunServer {
  /** Where it comes from: started here, a server that was named, or a container that was started. */
  readonly kind: 'emulator' | 'url' | 'image';
  /** Database `postgres`, as a superuser. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * The server of this run: the one that `PGSTREAM_TEST_URL` names (a superuser's URL), or a container of the image that
 * `PGSTREAM_TEST_IMAGE` names (PostgreSQL 18 with the real extension; needs Docker), or else the emulator.
 */
export async function startServer(): Promise<RunServer> {
  const { PGSTREAM_TEST_URL: url, PGSTREAM_TEST_IMAGE: image } = process.env;
  if (url) return { kind: 'url', url, stop: async () => {} };
  if (image) return startContainer(image);
  return startEmulatorOfRun();
}

async function startEmulatorOfRun(): Promise<RunServer> {
  const { startEmulator } = await import('@pgstream/emulator');
  const emulator = await startEmulator({ scheduler: false, ...asked });
  return { kind: 'emulator', url: emulator.url, stop: () => emulator.stop() };
}

async function startContainer(image: string): Promise<RunServer> {
  const { PgStreamContainer } = await import('@pgstream/emulator/testcontainers');
  const container = await new PgStreamContainer(image).start();
  return { kind: 'image', url: container.getConnectionUri(), stop: () => container.stop() };
}
