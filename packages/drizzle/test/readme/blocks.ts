import { asModule, type Block, blocksOf } from '@pgstream/harness';

/** Without "Try it", which stands for itself: test/packaging runs that in an empty folder. */
export const blocks: readonly Block[] = blocksOf(new URL('../../README.md', import.meta.url)).filter(
  ({ section }) => section !== 'Try it',
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
