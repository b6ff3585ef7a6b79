import {
  createTestDatabase,
  type EmulatorSetupOptions,
  type RunningTestServer,
  startTestServer,
  type TestDatabase,
  type TestServer,
} from './testing/index.ts';

export type { EmulatorSetupOptions, TestDatabase };

/** Jest's workers have the environment that its globalSetup leaves. */
const variable = 'PGSTREAM_EMULATOR_OF_JEST';

declare global {
  /** Of the run before, while Jest watches: it loads what globalSetup names anew each time. */
  var pgstreamEmulatorOfJest: RunningTestServer | undefined;
}

/**
 * One emulator for a run of Jest: the default export, in CommonJS the `module.exports`, of a file that `globalSetup` names. It
 * needs no `globalTeardown`: it does not keep Jest's process alive, and ends with it.
 *
 * ```ts
 * export default emulatorSetup({ migrate: (url) => migrateWithWhatYouUse(url) });
 * ```
 *
 * The function that it gives throws EmulatorError with a sentence about what is in the way, and what `migrate` throws.
 */
export function emulatorSetup(options: EmulatorSetupOptions = {}): () => Promise<void> {
  return async () => {
    await globalThis.pgstreamEmulatorOfJest?.stop();
    globalThis.pgstreamEmulatorOfJest = undefined;
    const running = await startTestServer(options);
    globalThis.pgstreamEmulatorOfJest = running;
    process.env[variable] = JSON.stringify(running.server);
  };
}

/**
 * A database with the extension and what `migrate` has made, for the test file that calls this, or the test.
 *
 * @throws EmulatorError where no `globalSetup` has started an emulator.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const text = process.env[variable];
  const server = text === undefined ? undefined : (JSON.parse(text) as TestServer);
  return await createTestDatabase(server, 'Jest');
}
