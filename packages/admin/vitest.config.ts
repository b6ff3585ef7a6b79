import { fileURLToPath } from 'node:url';
import { defineProject } from 'vitest/config';
import { patience } from '../../vitest.shared.ts';

const source = (file: string): string => fileURLToPath(new URL(`src/${file}`, import.meta.url));

export default defineProject({
  // What the README imports.
  resolve: {
    alias: [
      { find: /^@pgstream\/admin$/, replacement: source('index.ts') },
      { find: /^@pgstream\/admin\/node$/, replacement: source('node.ts') },
    ],
  },
  test: { ...patience, name: 'admin', include: ['test/**/*.test.ts'] },
});
