import { fileURLToPath } from 'node:url';
import { defineProject } from 'vitest/config';
import { patience } from '../../vitest.shared.ts';

const source = (file: string): string => fileURLToPath(new URL(`src/${file}`, import.meta.url));

export default defineProject({
  // What the README imports.
  resolve: {
    alias: [
      { find: /^@pgstream\/metrics$/, replacement: source('index.ts') },
      { find: /^@pgstream\/metrics\/otel$/, replacement: source('otel.ts') },
    ],
  },
  test: { ...patience, name: 'metrics', include: ['test/**/*.test.ts'] },
});
