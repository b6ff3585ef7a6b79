import { defineProject } from 'vitest/config';
import { patience } from '../../../../vitest.shared.ts';
import { conformanceReport } from '../../report/plugin.ts';

/** Two columns more: `drizzle-orm` is 1.0, for the suite and for `@pgstream/drizzle` alike. */
export default defineProject({
  plugins: [conformanceReport()],
  resolve: { alias: [{ find: /^drizzle-orm(?=$|\/)/, replacement: 'drizzle-orm-1.0' }] },
  test: { ...patience, name: 'conformance of Drizzle 1.0', include: ['*.test.ts'] },
});
