import { PGlite } from '@electric-sql/pglite';
import { pgstreamEmulator } from '@pgstream/emulator/pglite';
import { expect, onTestFinished, test } from 'vitest';

test.for([
  ['0.67', '0.67.0'],
  ['0.108', '0.108.3'],
] as const)('PGlite has pg_trickle %s', async ([version, extversion]) => {
  const pg = await PGlite.create({ extensions: { pgtrickle: pgstreamEmulator({ extension: 'pg_trickle', version }) } });
  onTestFinished(() => pg.close());
  const rows = async (statement: string): Promise<unknown[]> => (await pg.query(statement)).rows;
  expect(
    await rows(`SELECT extname, extversion, current_setting('pg_trickle.min_schedule_seconds') AS min
                FROM pg_extension WHERE extname <> 'plpgsql'`),
  ).toEqual([{ extname: 'pg_trickle', extversion, min: '1' }]);
  await pg.exec(`
    CREATE TABLE orders (id int PRIMARY KEY, customer text, amount int);
    INSERT INTO orders VALUES (1, 'Ada', 10);
    SELECT pgtrickle.create_stream_table('public.totals', 'SELECT customer, sum(amount) AS total FROM public.orders GROUP BY customer');
    SELECT pgtrickle.create_stream_table('public.at_once', 'SELECT count(*) AS n FROM public.orders', refresh_mode => 'IMMEDIATE');
    INSERT INTO orders VALUES (2, 'Ada', 5)`);
  expect(await rows('SELECT n::int FROM at_once')).toEqual([{ n: 2 }]);
  await pg.exec(`SELECT pgtrickle.refresh_stream_table('totals')`);
  expect(await rows('SELECT total::int FROM totals')).toEqual([{ total: 15 }]);
  await expect(pg.exec('DELETE FROM totals')).rejects.toMatchObject({ code: 'P0001' });
});
