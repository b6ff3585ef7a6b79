import { defineProject } from 'vitest/config';
import { patience } from '../../vitest.shared.ts';

export default defineProject({ test: { name: 'prisma8-orders', include: ['test/*.test.ts'], ...patience } });
