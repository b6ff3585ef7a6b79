import { defineProject } from 'vitest/config';
import { patience } from '../vitest.shared.ts';

export default defineProject({
  test: {
    ...patience,
    name: 'end to end',
    include: ['documents/**/*.test.ts', 'end-to-end/**/*.test.ts'],
  },
});
