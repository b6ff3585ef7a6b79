import { defineProject } from 'vitest/config';
import { patience } from '../../vitest.shared.ts';

export default defineProject({ test: { name: 'drizzle-flights', include: ['test/*.test.ts'], ...patience } });
