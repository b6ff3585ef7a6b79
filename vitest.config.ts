import { defineConfig } from 'vitest/config';

/** One run for every package: one PostgreSQL server for all of them, one database per test file. */
export default defineConfig({
  test: {
    projects: ['packages/*', 'test/vitest.config.ts', 'test/harness', 'examples/*/vitest.config.ts'],
    globalSetup: ['./test/harness/src/global-setup.ts'],
  },
});
