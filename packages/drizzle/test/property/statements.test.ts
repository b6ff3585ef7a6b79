import { writeTargets } from '@pgstream/core/statement';
import { drizzle } from 'drizzle-orm/node-postgres';
import { getTableConfig } from 'drizzle-orm/pg-core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { guardStreamTables } from '../../src/index.ts';
import type { Db } from '../shop/index.ts';
import { recipes, statementOf, writesOf } from './queries.ts';

/** Both build statements as they would send them. */
const plain: Db = drizzle.mock();
const guarded: Db = guardStreamTables(drizzle.mock());

it('10,000 statements that Drizzle makes, of reads and of writes to ordinary tables, are as without the guard', () => {
  const texts = new Set<string>();
  fc.assert(
    fc.property(recipes, (recipe) => {
      const built = statementOf(plain, recipe).toSQL();
      expect(statementOf(guarded, recipe).toSQL()).toEqual(built);
      expect(writeTargets(built.sql)).toEqual(
        writesOf(recipe).map(({ operation, table }) => {
          const { schema, name } = getTableConfig(table);
          return { operation, schema, name };
        }),
      );
      texts.add(built.sql);
    }),
    { numRuns: 10_000 },
  );
  // Many of one kind would prove little.
  expect(texts.size).toBeGreaterThan(8_000);
});
