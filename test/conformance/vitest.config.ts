import { defineProject } from 'vitest/config';
import { patience } from '../../vitest.shared.ts';
import { conformanceReport } from './report/plugin.ts';

/** The suite for every ORM; each test file is a column of the table that is printed at the end. */
export default defineProject({
  plugins: [conformanceReport()],
  test: { ...patience, name: 'conformance', include: ['*/*.test.ts'] },
});
