import { fileURLToPath } from 'node:url';
import { defineProject } from 'vitest/config';
import { patience, typescript } from '../../vitest.shared.ts';

export default defineProject({
  // What the README imports.
  resolve: {
    alias: [
      { find: /^@pgstream\/prisma8$/, replacement: fileURLToPath(new URL('src/index.ts', import.meta.url)) },
      {
        find: /^@pgstream\/prisma8\/migration$/,
        replacement: fileURLToPath(new URL('src/migration.ts', import.meta.url)),
      },
    ],
  },
  test: {
    ...patience,
    name: 'prisma8',
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
