import { asModule, type Block, blocksOf } from '@pgstream/harness';

const all: readonly Block[] = blocksOf(new URL('../../README.md', import.meta.url));

/**
 * Without "Try it", which stands for itself: test/packaging runs that in an empty folder. And without what only Drizzle 1.0
 * can run.
 */
export const blocks: readonly Block[] = all.filter(({ section }) => !['Try it', 'Drizzle 1.0'].includes(section));

/** What Drizzle 1.0 runs, and the schema that it is about. */
export const blocksOf1: readonly Block[] = all.filter(
  ({ section, file }) => section === 'Drizzle 1.0' || file === 'schema.ts',
);

/** What the README leaves out of its examples, by where it comes from. */
const IMPORTS = {
  'drizzle-orm': ['eq', 'gt', 'sql'],
  'drizzle-orm/node-postgres': ['drizzle'],
  '@pgstream/core': ['createPgStream', 'readOnlyRoleSql'],
  '@pgstream/drizzle': ['fromDrizzle', 'guardStreamTables', 'streamAlias', 'streamTable', 'StreamTableReadOnlyError'],
  './db': ['db'],
  './schema': ['customers', 'orders', 'orderTotals', 'regionTotals'],
};

/** An example as a module of its own. */
export function exampleModule(code: string): string {
  return asModule(code, IMPORTS);
}
