import { extension, inItsNames } from '@pgstream/harness';
import { describe, expect, it } from 'vitest';
import { kitCases } from '../kit/kit-cases.ts';
import { kitProject } from '../kit/kit-project.ts';

kitCases('1.0');

/** With something to create, too, it would ask whether that is a renaming. */
async function withNothingToCreate(): ReturnType<typeof kitProject> {
  const project = await kitProject('1.0');
  await project.client.query('CREATE TABLE app_notes (id integer PRIMARY KEY, body text)');
  return project;
}

const NAMES = ['!order_totals', '!large_orders', '!region_totals', '!large_regions'];

// The same command, with configurations of other making: what the tests above would not see otherwise.
describe('drizzle-kit 1.0 push', () => {
  it.each([
    ['no filter', {}, ['TABLE "order_totals"', 'TABLE "pgstream"."pgs_stream_tables"', 'SCHEMA "pgstream"']],
    ['the names of stream tables alone', { tablesFilter: NAMES }, ['SCHEMA "pgstream"', 'SCHEMA "analytics"']],
    [
      'that and an exclusion of schemas, which lets the change buffers be seen',
      { tablesFilter: NAMES, schemaFilter: [`!${extension.schema}`, '!analytics'] },
      ['TABLE "pgstream_changes"."changes_', 'SCHEMA "pgstream_changes"'],
    ],
  ])('would drop, with %s, what the configuration keeps it off', async (_what, config, dropped) => {
    const { kitOnTerminal } = await withNothingToCreate();
    const plan = await kitOnTerminal(['push', '--explain'], { config });
    for (const each of dropped) expect(plan).toContain(inItsNames(`DROP ${each}`));
  });

  it('drops, with the schemas alone, an empty stream table without a question', async () => {
    const { kit, contents } = await withNothingToCreate();
    await kit(['push'], {
      config: { schemaFilter: ['public'], tablesFilter: ['!order_totals', '!legacy', '!orders'] },
    });
    expect((await contents()).map(({ relation }) => relation)).not.toContain('public.large_orders r');
  });
});
