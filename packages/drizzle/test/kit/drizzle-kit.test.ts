import { describe, expect, it } from 'vitest';
import { kitCases } from './kit-cases.ts';
import { kitProject } from './kit-project.ts';

kitCases('0.31');

// The same commands, with configurations of other making: what the tests above would not see otherwise.
describe('drizzle-kit 0.31 push', () => {
  it.each([
    [
      'no filter',
      { config: {} },
      ['public.large_orders r', 'public.legacy r', 'public.order_totals r', 'public.orders r'],
    ],
    [
      'a name with its schema',
      { config: { tablesFilter: ['!public.order_totals', '!orders', '!large_orders'] } },
      ['public.legacy r', 'public.order_totals r'],
    ],
    [
      'an exclusion beside a positive pattern',
      { config: { tablesFilter: ['app_*', '!order_totals', '!large_orders'] } },
      ['public.legacy r', 'public.orders r'],
    ],
    [
      'the schema of stream tables in schemaFilter',
      { config: { schemaFilter: ['analytics'] }, analytics: true },
      ['analytics.large_regions r', 'analytics.region_totals r'],
    ],
    ['that and what streamTablesConfig() gives', { options: { schemaFilter: ['analytics'] }, analytics: true }, []],
  ])('drops, with %s, what the configuration keeps it off', async (_what, settings, dropped) => {
    const { contents, kit, client } = await kitProject('0.31');
    // With something to create, too, it would ask whether that is a renaming.
    await client.query(`
      CREATE TABLE app_notes (id integer PRIMARY KEY, body text);
      CREATE TABLE analytics.app_regions (id integer PRIMARY KEY)`);
    const tables = async () => (await contents()).map(({ relation }) => relation).filter((name) => name.endsWith(' r'));
    const before = await tables();
    expect(await kit(['push', '--force'], settings)).toContain(dropped.length > 0 ? 'Changes applied' : 'No changes');
    const after = await tables();
    expect(before.filter((name) => !after.includes(name)).toSorted()).toEqual(dropped);
  });
});
