import type * as Testcontainers from 'testcontainers';
import { EmulatorError, hasCode } from '../errors.ts';

export type Docker = typeof Testcontainers;

/**
 * Testcontainers, where it can reach Docker or what stands for it; undefined where there is none.
 *
 * @throws EmulatorError where the package is not installed.
 */
export async function reachDocker(): Promise<Docker | undefined> {
  const testcontainers = await load();
  try {
    await testcontainers.getContainerRuntimeClient();
  } catch {
    return undefined;
  }
  return testcontainers;
}

async function load(): Promise<Docker> {
  try {
    return await import('testcontainers');
  } catch (cause) {
    if (!hasCode(cause, 'ERR_MODULE_NOT_FOUND') && !hasCode(cause, 'MODULE_NOT_FOUND')) throw cause;
    throw new EmulatorError(
      'PgStreamContainer needs the package testcontainers: npm install --save-dev testcontainers. Without it there is ' +
        'startEmulator() of @pgstream/emulator, which needs no Docker either.',
      { cause },
    );
  }
}
