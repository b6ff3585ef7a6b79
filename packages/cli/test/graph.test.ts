import { testDatabase } from '@pgstream/harness';
import { beforeAll, describe, expect, test } from 'vitest';
import { runner } from './run.ts';
import { shop } from './shop.ts';

const database = testDatabase();
shop(database);
const run = runner(() => database.url);

const STREAM_TABLES = {
  big_totals: 'SELECT customer_id, total FROM public.order_totals WHERE total > 10',
  joined: 'SELECT o.id, t.total FROM public.orders o JOIN public.order_totals t USING (customer_id)',
};

beforeAll(async () => {
  for (const [name, query] of Object.entries(STREAM_TABLES)) {
    await run('create', name, query, '--mode', 'FULL', '--no-initialize');
  }
});

describe('graph', () => {
  test.for(['tree', 'mermaid', 'dot'])('as %s', async (format) => {
    const { out } = await run('graph', '--format', format);
    const steady = out.replaceAll(/ (?:fresh|stale|no bound)$/gm, '').replaceAll(/\bn\d+/g, 'n1');
    // The order of two that read the same is that of their oids.
    expect(steady.split('\n').toSorted()).toMatchSnapshot();
  });

  test('names what is gone, and the way to it', async () => {
    const client = await database.connect();
    await client.query('CREATE TABLE public.shortlived (id int PRIMARY KEY)');
    await run('create', 'orphan', 'SELECT id FROM public.shortlived', '--mode', 'FULL');
    await client.query('DROP TABLE public.shortlived');
    expect((await run('graph')).err).toMatch(/^Something is gone: orphan reads gone \(oid \d+\)\n$/);
  });
});
