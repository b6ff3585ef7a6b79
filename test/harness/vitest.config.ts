import { defineProject } from 'vitest/config';
import { patience } from '../../vitest.shared.ts';

export default defineProject({ test: { ...patience, name: 'harness', include: ['test/*.test.ts'] } });
