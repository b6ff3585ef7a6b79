import { defineProject } from 'vitest/config';

export default defineProject({
  test: {
    name: 'end to end',
    include: ['end-to-end/**/*.test.ts', 'packaging/**/*.test.ts'],
    testTimeout: 180_000,
  },
});
