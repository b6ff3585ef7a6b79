import { fileURLToPath } from 'node:url';
import { defineProject } from 'vitest/config';
import { patience, typescript } from '../../vitest.shared.ts';

const source = (file: string): string => fileURLToPath(new URL(`src/${file}`, import.meta.url));

export default defineProject({
  // What the README imports.
  resolve: {
    alias: [
      { find: /^@pgstream\/typeorm$/, replacement: source('index.ts') },
      { find: /^@pgstream\/typeorm\/nestjs$/, replacement: source('nestjs.ts') },
    ],
  },
  test: {
    ...patience,
    name: 'typeorm',
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
