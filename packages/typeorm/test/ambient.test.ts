import { AsyncLocalStorage } from 'node:async_hooks';
import { createPgStream } from '@pgstream/core';
import type { DataSource, EntityManager } from 'typeorm';
import {
  addTransactionalDataSource,
  deleteDataSourceByName,
  initializeTransactionalContext,
  runInTransaction,
  StorageDriver,
} from 'typeorm-transactional';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Client } from 'pg';
import { fromTypeORM, type StreamTableHandle, streamRepository } from '../src/index.ts';
import { getStreamRepositoryToken, StreamTablesModule } from '../src/nestjs.ts';
import { endingDataSource, start } from './nestjs/application.ts';
import { openDataSource, Order, OrderTotals, shopDatabase } from './shop/index.ts';

const database = shopDatabase();
let other: Client;
beforeAll(async () => {
  other = await database.connect();
});

type Transaction = <T>(work: () => Promise<T>) => Promise<T>;

/** What lets code be part of a transaction that it is not given: each makes a DataSource's `manager` that of the moment. */
const HOSTS: readonly (readonly [name: string, follow: (dataSource: DataSource) => Transaction])[] = [
  [
    'typeorm-transactional',
    (dataSource) => {
      initializeTransactionalContext({ storageDriver: StorageDriver.ASYNC_LOCAL_STORAGE });
      addTransactionalDataSource(dataSource);
      onTestFinished(() => void deleteDataSourceByName('default'));
      return (work) => runInTransaction(work);
    },
  ],
  [
    'an AsyncLocalStorage of the application’s',
    (dataSource) => {
      const context = new AsyncLocalStorage<EntityManager>();
      const own = dataSource.manager;
      Object.defineProperty(dataSource, 'manager', { get: () => context.getStore() ?? own });
      return (work) => own.transaction((manager) => context.run(manager, work));
    },
  ],
];

type Helpers = Pick<StreamTableHandle, 'refresh' | 'lastRefreshAt'>;

/** What is made once, before any transaction. */
const MADE: readonly (readonly [name: string, make: (dataSource: DataSource) => Helpers | Promise<Helpers>])[] = [
  ['createPgStream(fromTypeORM(dataSource))', (ds) => createPgStream(fromTypeORM(ds)).table('order_totals')],
  ['createPgStream(fromTypeORM(manager))', (ds) => createPgStream(fromTypeORM(ds.manager)).table('order_totals')],
  ['streamRepository(dataSource)', (ds) => streamRepository(ds, OrderTotals)],
  [
    'an injected repository',
    async (ds) => {
      const module = await start({
        imports: [
          endingDataSource({ type: 'postgres' }, { dataSourceFactory: async () => ds }),
          StreamTablesModule.forFeature([OrderTotals]),
        ],
      });
      return module.get(getStreamRepositoryToken(OrderTotals));
    },
  ],
  ['the class', () => OrderTotals],
  [
    'the class with { on }',
    (on) => ({
      refresh: (options) => OrderTotals.refresh({ ...options, on }),
      lastRefreshAt: () => OrderTotals.lastRefreshAt({ on }),
    }),
  ],
];

describe.each(HOSTS)('in a transaction of %s', (_host, follow) => {
  let dataSource: DataSource;
  let transaction: Transaction;
  beforeEach(async () => {
    dataSource = await openDataSource(database.url);
    transaction = follow(dataSource);
  });
  const order = () => dataSource.manager.getRepository(Order).insert({ customerId: 9, amount: '1.00' });
  const orders = () => dataSource.getRepository(Order).countBy({ customerId: 9 });

  describe.each(MADE)('%s, made before it', (_name, make) => {
    it('knows that it is in it: a refusal leaves what was written', async () => {
      const before = await orders();
      const totals = await make(dataSource);
      await other.query('BEGIN; INSERT INTO orders (customer_id, amount) VALUES (3, 1)');
      await transaction(async () => {
        await order();
        await expect(totals.refresh()).rejects.toMatchObject({ code: 'SOURCES_BUSY' });
      });
      await other.query('ROLLBACK');
      expect(await orders()).toBe(before + 1);
    });

    it('is rolled back with it, and asks inside of it', async () => {
      const totals = await make(dataSource);
      const at = await totals.lastRefreshAt();
      const onPurpose = new Error('rolled back on purpose');
      const work = transaction(async () => {
        await order();
        expect(await totals.refresh({ timeoutMs: 60_000 })).toMatchObject({ status: 'refreshed', shared: false });
        expect(await totals.lastRefreshAt()).not.toEqual(at);
        throw onPurpose;
      });
      await expect(work).rejects.toBe(onPurpose);
      expect(await totals.lastRefreshAt()).toEqual(at);
      expect(await totals.refresh({ timeoutMs: 60_000 })).toMatchObject({ status: 'refreshed' });
    });
  });

  // A manager that was asked for inside of it is its own, and ends with it.
  it.each(MADE.filter(([name]) => !name.includes('(manager)')))(
    '%s, made inside of it, is good afterwards',
    async (_name, make) => {
      const totals = await transaction(async () => await make(dataSource));
      expect(await totals.refresh()).toMatchObject({ status: 'refreshed' });
    },
  );

  it('a repository that was made before reads what it wrote', async () => {
    const totals = streamRepository(dataSource, OrderTotals);
    await other.query('DELETE FROM orders WHERE customer_id = 9');
    await totals.refresh();
    const seen = await transaction(async () => {
      await order();
      await totals.refresh();
      return await Promise.all([totals.countBy({ customerId: 9 }), totals.createQueryBuilder('t').getCount()]);
    });
    expect(seen).toEqual([1, 4]);
    expect(await totals.countBy({ customerId: 9 })).toBe(1);
  });
});
