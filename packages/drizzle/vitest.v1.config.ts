import { fileURLToPath } from 'node:url';
import { defineProject } from 'vitest/config';
import { patience } from '../../vitest.shared.ts';

const dependent = fileURLToPath(new URL('test/v1/package.json', import.meta.url));

/** The package's tests once more, where `drizzle-orm` is the 1.0 that test/v1 depends on; and those of 1.0 alone. */
export default defineProject({
  plugins: [
    {
      name: 'drizzle-orm 1.0',
      enforce: 'pre',
      resolveId(id, _importer, options) {
        const there = id === 'drizzle-zod' ? 'drizzle-orm/zod' : id;
        return /^drizzle-(orm|seed)(\/|$)/.test(there)
          ? this.resolve(there, dependent, { ...options, skipSelf: true })
          : null;
      },
    },
  ],
  // What the README imports.
  resolve: {
    alias: [{ find: /^@pgstream\/drizzle$/, replacement: fileURLToPath(new URL('src/index.ts', import.meta.url)) }],
  },
  test: {
    ...patience,
    name: 'drizzle 1.0',
    include: [
      'test/v1/*.test.ts',
      'test/{reads,writes,declare,guard,handle,executor,from-drizzle,definitions,abandoned-transactions,views,cache,casing,raw-sql}.test.ts',
      'test/{drivers,property}/*.test.ts',
      'test/kit/config.test.ts',
      'test/tools/{seed,zod}.test.ts',
    ],
  },
});
