import { createTestDatabase, type EmulatorSetupOptions, startTestServer, type TestDatabase } from './testing/index.ts';

export type { EmulatorSetupOptions, TestDatabase };

/** Under which the emulator is provided to the test files. */
const key = 'pgstreamEmulator';

/** Of Vitest's `TestProject`, what is made use of. */
export interface ProvidingProject {
  provide(key: never, value: never): void;
}

/**
 * One emulator for a run of Vitest: the default export of a file that `globalSetup` names. It is stopped when the run ends.
 *
 * ```ts
 * export default emulatorSetup({ migrate: (url) => migrateWithWhatYouUse(url) });
 * ```
 *
 * The function that it gives throws EmulatorError with a sentence about what is in the way, and what `migrate` throws.
 */
export function emulatorSetup(
  options: EmulatorSetupOptions = {},
): (project: ProvidingProject) => Promise<() => Promise<void>> {
  return async (project) => {
    const running = await startTestServer(options);
    // The names that are provided are declared by the application, and this is none of its.
    project.provide(key as never, running.server as never);
    return () => running.stop();
  };
}

/**
 * A database with the extension and what `migrate` has made, for the test file that calls this, or the test.
 *
 * @throws EmulatorError where no `globalSetup` has started an emulator.
 */
export async function testDatabase(): Promise<TestDatabase> {
  // Not before: the file that globalSetup names is loaded where Vitest's functions for tests are not to be had.
  const { inject } = await import('vitest');
  return await createTestDatabase(inject(key as never), 'Vitest');
}
