import { age } from '../age.ts';
import { createDatabase, withConnection } from '../databases/index.ts';
import { EmulatorError } from '../errors.ts';
import type { TestServer } from './server.ts';

/** A database of a test file's own. It goes with the emulator, when the run ends. */
export interface TestDatabase {
  /** Its URL, as a superuser without a password. */
  readonly url: string;
  /**
   * Makes a stream table in it older, as if its last refresh had been `ms` milliseconds earlier.
   *
   * @throws EmulatorError where there is no such stream table, or it was never refreshed.
   */
  age(table: string, ms: number): Promise<void>;
}

/** @param runner whose setup would have started the emulator */
export async function createTestDatabase(server: TestServer | undefined, runner: string): Promise<TestDatabase> {
  if (server === undefined) {
    throw new EmulatorError(
      `No emulator was started for these tests. In ${runner}'s configuration name a file as globalSetup that exports by default what ` +
        `emulatorSetup() of @pgstream/emulator/${runner.toLowerCase()} gives.`,
    );
  }
  const { port, template, afterCopy } = server;
  const url = await createDatabase(port, undefined, template);
  if (afterCopy !== undefined) await withConnection(url, (client) => client.query(afterCopy));
  return { url, age: (table, ms) => age(url, table, ms) };
}
