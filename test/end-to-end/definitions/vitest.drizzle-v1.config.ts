import { fileURLToPath } from 'node:url';
import { defineProject } from 'vitest/config';
import { patience } from '../../../vitest.shared.ts';

const dependent = fileURLToPath(new URL('../../../packages/drizzle/test/v1/package.json', import.meta.url));

/** Drizzle's test once more, where `drizzle-orm` and `drizzle-kit` are 1.0: for the test and for `@pgstream/drizzle` alike. */
export default defineProject({
  plugins: [
    {
      name: 'drizzle 1.0',
      enforce: 'pre',
      resolveId(id, _importer, options) {
        const there = id === 'drizzle-kit/api' ? 'drizzle-kit/api-postgres' : id;
        return /^drizzle-(orm|kit)(\/|$)/.test(there)
          ? this.resolve(there, dependent, { ...options, skipSelf: true })
          : null;
      },
    },
  ],
  test: { ...patience, name: 'end to end of Drizzle 1.0', include: ['drizzle.test.ts'] },
});
