import { age, type Emulator } from '@pgstream/emulator';
import { connect } from '@pgstream/harness';
import { expect, test } from 'vitest';
import { emulatorOfTest } from '../server/database.ts';

/** How old a stream table is by its data and by its last refresh, in seconds. */
async function ages(url: string): Promise<unknown> {
  const client = await connect(url);
  const { rows } = await client.query(`
    SELECT pgs_schema || '.' || pgs_name AS name, round(extract(epoch FROM now() - data_timestamp))::int / 100 AS data,
           round(extract(epoch FROM now() - last_refresh_at))::int / 100 AS refresh, stale
    FROM pgstream.stream_tables_info ORDER BY 1`);
  return rows;
}

async function withTables(emulator: Emulator): Promise<string> {
  const url = await emulator.createDatabase();
  const client = await connect(url);
  await client.query(`
    CREATE TABLE public.source (id int PRIMARY KEY);
    SELECT pgstream.create_stream_table('public.a', 'SELECT id FROM public.source', '5m');
    SELECT pgstream.create_stream_table('public.b', 'SELECT id FROM public.source', '5m');
    SELECT pgstream.create_stream_table('public.empty', 'SELECT id FROM public.source', '5m', initialize => false)`);
  return url;
}

test('age() makes one stream table older, and no other; again adds to it', async () => {
  const url = await withTables(await emulatorOfTest());
  await age(url, 'a', 600_000);
  expect(await ages(url)).toMatchObject([
    { name: 'public.a', data: 6, refresh: 6, stale: true },
    { name: 'public.b', data: 0, refresh: 0, stale: false },
    { name: 'public.empty' },
  ]);
  await age(url, 'public.a', 600_000);
  expect(await ages(url)).toMatchObject([{ data: 12, refresh: 12, stale: true }, { data: 0 }, {}]);
  await age(url, 'a', -1_200_000);
  expect(await ages(url)).toMatchObject([{ data: 0, refresh: 0, stale: false }, { data: 0 }, {}]);
});

test('age() says what is wrong', async () => {
  const url = await withTables(await emulatorOfTest());
  await expect(age(url, 'nope', 1)).rejects.toThrow(/^There is no stream table "public"\."nope" in database db_/);
  await expect(age(url, 'other.a', 1)).rejects.toThrow('There is no stream table "other"."a"');
  await expect(age(url, 'empty', 1)).rejects.toThrow('"public"."empty" in database');
  await expect(age(url, 'a', Number.NaN)).rejects.toThrow('age() takes a number of milliseconds, not NaN.');
});
