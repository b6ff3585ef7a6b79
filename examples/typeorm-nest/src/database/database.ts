import { DataSource, type DataSourceOptions } from 'typeorm';
import { Customer } from '../customers/customer.entity';
import { OrderTotals } from '../totals/order-totals.entity';
import { Shop1767225600000 } from './migrations/1767225600000-shop';
import { StreamTables1767225660000 } from './migrations/1767225660000-stream-tables';

/** How the application connects, and how migrations do. */
export function connectionTo(url: string): Extract<DataSourceOptions, { type: 'postgres' }> {
  return { type: 'postgres', url, applicationName: 'shop', synchronize: false };
}

/** A DataSource for migrations, which an application of yours runs by TypeORM's command line. */
export function migrationDataSource(url: string): DataSource {
  return new DataSource({
    ...connectionTo(url),
    entities: [Customer, OrderTotals],
    migrations: [Shop1767225600000, StreamTables1767225660000],
  });
}

/** Brings a database up to date. */
export async function migrate(url: string): Promise<void> {
  const dataSource = await migrationDataSource(url).initialize();
  try {
    await dataSource.runMigrations();
    // The first refresh computes everything, and readers wait for it. Later ones take in what has changed.
    await OrderTotals.refresh({ on: dataSource });
  } finally {
    await dataSource.destroy();
  }
}
