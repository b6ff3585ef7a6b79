import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** A run inside of a run: its only file leaks on purpose. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  test: { include: ['leak.ts'], globalSetup: ['../../src/global-setup.ts'] },
});
