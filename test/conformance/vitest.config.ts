import { defineProject } from 'vitest/config';
import { conformanceReport } from './report/plugin.ts';

/** The suite for every ORM; each test file is a column of the table that is printed at the end. */
export default defineProject({
  plugins: [conformanceReport()],
  test: { name: 'conformance', include: ['*/*.test.ts'] },
});
