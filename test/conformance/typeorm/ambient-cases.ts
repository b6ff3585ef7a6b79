import { AsyncLocalStorage } from 'node:async_hooks';
import { createPgStream } from '@pgstream/core';
import {
  fromTypeORM,
  type StreamTableHandle,
  StreamTable,
  StreamTableEntity,
  streamRepository,
} from '@pgstream/typeorm';
import { cleanUpLater, connect, freshDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { Column, DataSource, Entity, type EntityManager, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import { beforeAll, describe, expect, it } from 'vitest';
import { OVER } from './driver.ts';
import type { Version } from './version.ts';

@Entity('sales')
class Sale {
  @PrimaryGeneratedColumn() id!: number;
  @Column('int') shop!: number;
}

@StreamTable('shop_totals')
class ShopTotals extends StreamTableEntity {
  @PrimaryColumn('int') shop!: number;
  @Column('bigint') sales!: string;
}

type Helpers = Pick<StreamTableHandle, 'refresh' | 'lastRefreshAt'>;

/** What is made once, before any transaction. */
const MADE: readonly (readonly [name: string, make: (dataSource: DataSource) => Helpers])[] = [
  ['createPgStream(fromTypeORM(dataSource))', (ds) => createPgStream(fromTypeORM(ds)).table('shop_totals')],
  ['createPgStream(fromTypeORM(manager))', (ds) => createPgStream(fromTypeORM(ds.manager)).table('shop_totals')],
  ['streamRepository(dataSource)', (ds) => streamRepository(ds, ShopTotals)],
  ['the class', () => ShopTotals],
  [
    'the class with { on }',
    (on) => ({
      refresh: (options) => ShopTotals.refresh({ ...options, on }),
      lastRefreshAt: () => ShopTotals.lastRefreshAt({ on }),
    }),
  ],
];

/** Transactions that code is part of without being given them: `dataSource.manager` is that of the moment. */
export function ambientCases(version: Version): void {
  describe(`TypeORM ${version}, ${OVER}`, () => {
    describe('transactions', () => {
      describe('one of which `dataSource.manager` is part for the time being', () => {
        let dataSource: DataSource;
        let other: Client;
        let transaction: <T>(work: () => Promise<T>) => Promise<T>;

        beforeAll(async () => {
          const url = await freshDatabase();
          other = await connect(url);
          await other.query(`
            CREATE TABLE public.sales (id serial PRIMARY KEY, shop int NOT NULL);
            INSERT INTO public.sales (shop) VALUES (1);
            SELECT pgstream.create_stream_table('public.shop_totals', schedule => '1h', query =>
              'SELECT shop, count(*) AS sales FROM public.sales GROUP BY shop')`);
          await other.query(`SELECT pgstream.refresh_stream_table('public.shop_totals')`);
          dataSource = new DataSource({ type: 'postgres', url, entities: [Sale, ShopTotals] });
          await dataSource.initialize();
          cleanUpLater(() => dataSource.destroy());
          const context = new AsyncLocalStorage<EntityManager>();
          const own = dataSource.manager;
          Object.defineProperty(dataSource, 'manager', { get: () => context.getStore() ?? own });
          transaction = (work) => own.transaction((manager) => context.run(manager, work));
        });

        const sell = (shop: number) => dataSource.manager.insert(Sale, { shop });
        const sales = (shop: number) => dataSource.manager.countBy(Sale, { shop });

        it.each(MADE)(
          '%s, made before it, knows that it is in it: a refusal leaves what was written',
          async (_, make) => {
            const before = await sales(9);
            const totals = make(dataSource);
            await other.query('BEGIN; INSERT INTO public.sales (shop) VALUES (3)');
            await transaction(async () => {
              await sell(9);
              await expect(totals.refresh()).rejects.toMatchObject({ code: 'SOURCES_BUSY' });
            });
            await other.query('ROLLBACK');
            expect(await sales(9)).toBe(before + 1);
          },
        );

        it.each(MADE)('%s, made before it, is rolled back with it, and asks inside of it', async (_, make) => {
          const totals = make(dataSource);
          const at = await totals.lastRefreshAt();
          const onPurpose = new Error('rolled back on purpose');
          const work = transaction(async () => {
            await sell(9);
            expect(await totals.refresh({ timeoutMs: 60_000 })).toMatchObject({ status: 'refreshed', shared: false });
            expect(await totals.lastRefreshAt()).not.toEqual(at);
            throw onPurpose;
          });
          await expect(work).rejects.toBe(onPurpose);
          expect(await totals.lastRefreshAt()).toEqual(at);
          expect(await totals.refresh({ timeoutMs: 60_000 })).toMatchObject({ status: 'refreshed' });
        });

        // A manager that was asked for inside of it is its own, and ends with it.
        it.each(MADE.filter(([name]) => !name.includes('(manager)')))(
          '%s, made inside of it, is good afterwards',
          async (_, make) => {
            const totals = await transaction(() => Promise.resolve(make(dataSource)));
            expect(await totals.refresh()).toMatchObject({ status: 'refreshed' });
          },
        );

        it('a repository that was made before it reads what it wrote', async () => {
          const totals = streamRepository(dataSource, ShopTotals);
          const seen = await transaction(async () => {
            await sell(7);
            await totals.refresh();
            return [
              await totals.countBy({ shop: 7 }),
              await totals.createQueryBuilder('t').where('t.shop = 7').getCount(),
            ];
          });
          expect(seen).toEqual([1, 1]);
          expect(await totals.countBy({ shop: 7 })).toBe(1);
        });
      });
    });
  });
}
