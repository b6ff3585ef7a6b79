import { defineConfig } from 'vitest/config';

/** One run for every package: one PostgreSQL server for all of them, one database per test file. */
export default defineConfig({
  test: {
    // The tests mostly wait, for PostgreSQL: more of them than processors can.
    maxWorkers: 4,
    projects: [
      'packages/*',
      'packages/drizzle/vitest.v1.config.ts',
      'test/vitest.config.ts',
      'test/end-to-end/definitions/vitest.drizzle-v1.config.ts',
      'test/packaging',
      'test/harness',
      'test/conformance',
      'test/conformance/drizzle/v1/vitest.config.ts',
      'test/conformance/prisma8/*/vitest.config.ts',
      'test/conformance/typeorm/*/vitest.config.ts',
      'examples/*/vitest.config.ts',
    ],
    globalSetup: ['./test/harness/src/temporary-files.ts', './test/harness/src/global-setup.ts'],
  },
});
