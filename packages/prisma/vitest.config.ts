import { fileURLToPath } from 'node:url';
import { defineProject } from 'vitest/config';
import { patience, typescript } from '../../vitest.shared.ts';

export default defineProject({
  // What the generated module and the README import.
  resolve: {
    alias: [
      { find: /^@pgstream\/prisma$/, replacement: fileURLToPath(new URL('src/index.ts', import.meta.url)) },
      { find: /^@pgstream\/prisma\/config$/, replacement: fileURLToPath(new URL('src/config.ts', import.meta.url)) },
    ],
  },
  test: {
    ...patience,
    name: 'prisma',
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
