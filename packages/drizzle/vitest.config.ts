import { fileURLToPath } from 'node:url';
import { defineProject } from 'vitest/config';
import { patience, typescript } from '../../vitest.shared.ts';

const source = (file: string): string => fileURLToPath(new URL(`src/${file}`, import.meta.url));

export default defineProject({
  // What the README imports.
  resolve: {
    alias: [
      { find: /^@pgstream\/drizzle$/, replacement: source('index.ts') },
      { find: /^@pgstream\/drizzle\/kit$/, replacement: source('kit.ts') },
    ],
  },
  test: {
    ...patience,
    name: 'drizzle',
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/v1'],
    // Projects do not inherit the root's type tests: each turns its own on.
    typecheck: {
      enabled: true,
      checker: typescript,
      include: ['test/**/*.test-d.ts'],
      exclude: ['test/v1'],
      tsconfig: './tsconfig.json',
    },
  },
});
