import { fileURLToPath } from 'node:url';
import { defineProject } from 'vitest/config';
import { patience } from '../../vitest.shared.ts';

export default defineProject({
  test: {
    ...patience,
    name: 'packaging',
    include: ['*.test.ts'],
    globalSetup: [fileURLToPath(new URL('pack.ts', import.meta.url))],
  },
});
