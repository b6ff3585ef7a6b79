import { TestRunner } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** What became of the write that a test is about, for the report. */
    conformance?: string;
  }
}

/** Notes what the write did that the running test is about: the report counts or lists it. */
export function note(did: string): void {
  const test = TestRunner.getCurrentTest();
  if (test) test.meta.conformance = did;
}
