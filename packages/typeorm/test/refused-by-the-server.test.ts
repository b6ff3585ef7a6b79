import { StreamTableReadOnlyError } from '@pgstream/core';
import { connect, quietEmulator } from '@pgstream/harness';
import { QueryFailedError } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Customer, openDataSource } from './shop/index.ts';

/** pg_trickle refuses writes to its stream tables itself, whoever sends them. */
const emulator = await quietEmulator({ extension: 'pg_trickle', scheduler: false });
afterAll(() => emulator.stop());
let dataSource: Awaited<ReturnType<typeof openDataSource>>;

beforeAll(async () => {
  const url = await emulator.createDatabase();
  const client = await connect(url);
  await client.query(`
    CREATE TABLE public.customers (id int PRIMARY KEY, name text NOT NULL, region text);
    INSERT INTO public.customers VALUES (1, 'Ada', 'north');
    SELECT pgtrickle.create_stream_table(name => 'public.regions', schedule => '1h',
      query => 'SELECT region, count(*) AS n FROM public.customers GROUP BY region');
    CREATE FUNCTION public.clear_regions() RETURNS integer LANGUAGE plpgsql AS
      'BEGIN DELETE FROM public.regions; RETURN 1; END';
    CREATE FUNCTION public.clear_after() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM public.clear_regions(); RETURN NULL; END';
    CREATE TRIGGER clear_after AFTER INSERT ON public.customers EXECUTE FUNCTION public.clear_after()`);
  dataSource = await openDataSource(url);
});

describe('what the server alone can refuse', () => {
  it.each<[what: string, call: () => Promise<unknown>]>([
    ['a function, by dataSource.query()', () => dataSource.query('SELECT public.clear_regions()')],
    ['a function, by a query runner of one’s own', () => ownRunner('SELECT public.clear_regions()')],
    [
      'a function, in a transaction',
      () => dataSource.transaction((manager) => manager.query('SELECT public.clear_regions()')),
    ],
    ['a trigger, by save()', () => dataSource.manager.save(Customer, { id: 2, name: 'Bob' })],
    ['a trigger, by insert()', () => dataSource.manager.insert(Customer, { id: 2, name: 'Bob' })],
  ])(
    'a write to a stream table in %s is a StreamTableReadOnlyError with TypeORM’s error as its cause',
    async (_, call) => {
      const error: unknown = await call().then(undefined, (reason: unknown) => reason);
      expect(error).toBeInstanceOf(StreamTableReadOnlyError);
      expect(error).toMatchObject({ code: 'READ_ONLY', table: 'regions', operation: 'query', sqlState: 'P0001' });
      expect((error as Error).cause).toBeInstanceOf(QueryFailedError);
    },
  );

  it('a change of the columns of a source says what to do', async () => {
    const error: unknown = await dataSource
      .query('ALTER TABLE public.customers ADD COLUMN age int')
      .then(undefined, (reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'SOURCE_DDL_BLOCKED', cause: expect.any(QueryFailedError) as unknown });
  });

  it('leaves every other error as TypeORM made it', async () => {
    await expect(dataSource.query('SELECT 1 / 0')).rejects.toBeInstanceOf(QueryFailedError);
  });
});

async function ownRunner(text: string): Promise<unknown> {
  const runner = dataSource.createQueryRunner();
  try {
    return await runner.query(text);
  } finally {
    await runner.release();
  }
}
