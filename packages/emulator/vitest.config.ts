import { fileURLToPath } from 'node:url';
import { defineProject } from 'vitest/config';
import { patience, typescript } from '../../vitest.shared.ts';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineProject({
  resolve: {
    // As in tsconfig.json; what is tested is what was built.
    alias: {
      '@pgstream/emulator/jest': file('dist/jest.mjs'),
      '@pgstream/emulator/pglite': file('dist/pglite.mjs'),
      '@pgstream/emulator/testcontainers': file('dist/testcontainers.mjs'),
      '@pgstream/emulator': file('dist/index.mjs'),
      '@pgstream/harness': file('../../test/harness/src/index.ts'),
    },
  },
  plugins: [
    {
      name: 'sql-as-text',
      enforce: 'pre',
      transform: (code, id) => (id.endsWith('.sql') ? `export default ${JSON.stringify(code)};` : undefined),
    },
  ],
  test: {
    ...patience,
    name: 'emulator',
    include: ['test/**/*.test.ts'],
    // Projects do not inherit the root's type tests: each turns its own on.
    typecheck: {
      enabled: true,
      checker: typescript,
      include: ['test/**/*.test-d.ts'],
      tsconfig: './tsconfig.json',
    },
  },
});
