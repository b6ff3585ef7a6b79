import { freshDatabase, inItsNames } from '@pgstream/harness';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { expect, it, onTestFinished } from 'vitest';
import { connectionTo, migrationDataSource } from '../src/database/database';
import { Customer } from '../src/customers/customer.entity';
import { Order } from '../src/orders/order.entity';
import { OrderTotals } from '../src/totals/order-totals.entity';
import { RegionTotals } from '../src/totals/region-totals.entity';

async function open(dataSource: DataSource): Promise<DataSource> {
  onTestFinished(() => dataSource.destroy());
  return await dataSource.initialize();
}

async function rows(url: string, query: string): Promise<unknown[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text: query, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

const TABLES = `SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1`;
const STREAM_TABLES = inItsNames('SELECT pgs_name FROM pgstream.pgs_stream_tables ORDER BY 1');
const TRIGGERS = 'SELECT count(*)::int FROM pg_trigger WHERE NOT tgisinternal';

it('make the stream tables, and take everything back', async () => {
  const url = await freshDatabase();
  const triggersBefore = await rows(url, TRIGGERS);
  const dataSource = await open(migrationDataSource(url));
  await dataSource.runMigrations();
  expect(await rows(url, TABLES)).toEqual(['customers', 'migrations', 'order_totals', 'orders', 'region_totals']);
  expect(await rows(url, STREAM_TABLES)).toEqual(['order_totals', 'region_totals']);

  await dataSource.undoLastMigration();
  expect(await rows(url, STREAM_TABLES)).toEqual([]);
  expect(await rows(url, TABLES)).toEqual(['customers', 'migrations', 'orders']);
  expect(await rows(url, TRIGGERS)).toEqual(triggersBefore);
  await dataSource.undoLastMigration();
  expect(await rows(url, TABLES)).toEqual(['migrations']);
});

it('are all there is to do: TypeORM would generate none for the stream tables', async () => {
  const url = await freshDatabase();
  await (await open(migrationDataSource(url))).runMigrations();
  const entities = [Customer, Order, OrderTotals, RegionTotals];
  const dataSource = await open(new DataSource({ ...connectionTo(url), entities }));
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  expect(upQueries.map(({ query }) => query).filter((query) => query.includes('_totals'))).toEqual([]);
});
