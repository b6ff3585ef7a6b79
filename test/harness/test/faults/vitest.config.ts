import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** A run inside of a run: each of its files does on purpose what the harness does not let pass. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  test: { include: ['leak.ts', 'impatient.ts'], globalSetup: ['../../src/global-setup.ts'] },
});
