import { afterAll, onTestFinished, TestRunner } from 'vitest';
import { throwIfWarned } from './warnings.ts';

type CleanUp = () => Promise<void>;

const atEndOfFile: CleanUp[] = [];

/**
 * Runs when the test that is running ends, or, asked for outside of a test, at the end of the file; the latest first.
 * Not for concurrent tests: which of them asked cannot be told.
 */
export function cleanUpLater(cleanUp: CleanUp): void {
  if (TestRunner.getCurrentTest()) onTestFinished(cleanUp);
  else atEndOfFile.push(cleanUp);
}

// Registered when a test file imports the harness, so before any hook of its own: vitest runs it after all of them.
afterAll(async () => {
  const failures: unknown[] = [];
  for (const cleanUp of [throwIfWarned, ...atEndOfFile.splice(0)].toReversed()) {
    await cleanUp().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 1) throw new AggregateError(failures, failures.map(String).join('\n'));
  if (failures.length === 1) throw failures[0];
});
