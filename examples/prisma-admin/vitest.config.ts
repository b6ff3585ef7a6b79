import { defineProject } from 'vitest/config';
import { patience } from '../../vitest.shared.ts';

export default defineProject({ test: { ...patience, name: 'prisma-admin', include: ['test/*.test.ts'] } });
