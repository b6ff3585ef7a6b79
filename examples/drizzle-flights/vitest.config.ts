import { defineProject } from 'vitest/config';

export default defineProject({ test: { name: 'drizzle-flights', include: ['test/*.test.ts'] } });
