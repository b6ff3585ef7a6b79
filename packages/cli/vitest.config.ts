import { defineProject } from 'vitest/config';
import { patience, typescript } from '../../vitest.shared.ts';

export default defineProject({
  test: {
    ...patience,
    name: 'cli',
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
