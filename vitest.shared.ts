import { fileURLToPath } from 'node:url';

/** For every project: time enough for a machine that has much else to do. What takes longer hangs. */
export const patience = { testTimeout: 180_000, hookTimeout: 180_000 };

/** Type tests are checked by the TypeScript that makes the declarations; `tsc` in the shell is the next one, which checks all. */
export const typescript = fileURLToPath(import.meta.resolve('typescript/bin/tsc'));
