import type { EmulatorOptions } from '../emulator.ts';

export interface EmulatorSetupOptions extends Pick<EmulatorOptions, 'cacheDir' | 'extension' | 'version'> {
  /**
   * Runs your migrations in the database that the tests' own are copied from: once for all test files. Where it is left out,
   * they have the extension and nothing else. What it connects with it closes before it is done: an EmulatorError otherwise.
   *
   * @param url of that database, as a superuser
   */
  readonly migrate?: (url: string) => unknown;
  /** Whether stream tables are refreshed by their schedules. Default: false: a refresh happens when a test says so. */
  readonly scheduler?: boolean;
}
