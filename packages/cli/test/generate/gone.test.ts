import { inItsNames, testDatabase } from '@pgstream/harness';
import { expect, test } from 'vitest';
import { runner } from '../run.ts';
import { shop } from '../shop.ts';

const database = testDatabase();
shop(database);
const run = runner(() => database.url);

test('pgstream generate says what it knows nothing of, and goes on with the others', async () => {
  const client = await database.connect();
  await client.query(
    inItsNames(`
    CREATE TABLE public.gone (id int PRIMARY KEY);
    SELECT pgstream.create_stream_table('public.first', 'SELECT id FROM public.gone', '5m', 'FULL');
    SELECT pgstream.create_stream_table('public.last', 'SELECT id FROM public.gone WHERE id > 1', '5m', 'FULL');`),
  );
  // What such a query reads is dropped with what depends on it, the stream tables too; a column of it need not be.
  await client.query(`SET session_replication_role = replica; ALTER TABLE public.gone RENAME COLUMN id TO other`);
  const { code, out, err } = await run('generate', '--orm', 'drizzle');
  expect(code).toBe(0);
  expect(err.split('\n')).toEqual([
    'first: nothing is known of keys and of what is never null, column "id" does not exist.',
    'last: nothing is known of keys and of what is never null, column "id" does not exist.',
    '',
  ]);
  expect(out).toContain("export const first = pgStreamTable('first', {\n  id: integer(),\n});");
  expect(out).toContain("customerId: integer('customer_id').notNull(),");
});
