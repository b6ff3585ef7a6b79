import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { extension } from '@pgstream/harness';
import {
  getDataSourceToken,
  getRepositoryToken,
  InjectDataSource,
  InjectRepository,
  TypeOrmModule,
} from '@nestjs/typeorm';
import { DataSource, EntityManager, EntitySchema, type Repository } from 'typeorm';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from 'pg';
import { defineStreamTable, type StreamRepository, StreamTableReadOnlyError } from '../../src/index.ts';
import { getStreamRepositoryToken, InjectStreamRepository, StreamTablesModule } from '../../src/nestjs.ts';
import { Archive, Customer, Order, OrderTotals, RegionTotals, Repeated, shopDatabase } from '../shop/index.ts';
import { connectionTo, endingDataSource, start } from './application.ts';

const database = shopDatabase();
const archive = shopDatabase();
let admin: Client;
beforeAll(async () => {
  admin = await database.connect();
});

/** The service of an application, as it would be written but for parameter properties. */
@Injectable()
class Shop {
  readonly orders: Repository<Order>;
  readonly totals: StreamRepository<OrderTotals>;
  readonly dataSource: DataSource;

  constructor(
    @InjectRepository(Order) orders: Repository<Order>,
    @InjectStreamRepository(OrderTotals) totals: StreamRepository<OrderTotals>,
    @InjectDataSource() dataSource: DataSource,
  ) {
    this.orders = orders;
    this.totals = totals;
    this.dataSource = dataSource;
  }

  async order(customerId: number, amount: string): Promise<OrderTotals> {
    await this.orders.save({ customerId, amount });
    await this.totals.refresh();
    return await this.totals.findOneByOrFail({ customerId });
  }
}

@Module({
  imports: [TypeOrmModule.forFeature([Customer, Order]), StreamTablesModule.forFeature([OrderTotals])],
  providers: [Shop],
  exports: [Shop],
})
// oxlint-disable-next-line typescript/no-extraneous-class -- a module of Nest is a class
class ShopModule {}

const shopApplication = () => ({
  imports: [TypeOrmModule.forRoot(connectionTo(database.url, { autoLoadEntities: true })), ShopModule],
});

describe('forFeature', () => {
  it('provides the read-only repository with its helpers, by its token', async () => {
    const module = await start({
      imports: [
        TypeOrmModule.forRoot(connectionTo(database.url, { entities: [Customer, OrderTotals] })),
        StreamTablesModule.forFeature([OrderTotals]),
      ],
    });
    const totals: StreamRepository<OrderTotals> = module.get(getStreamRepositoryToken(OrderTotals));
    expect(await totals.findOneBy({ customerId: 2 })).toEqual({ customerId: 2, total: '7.25', orders: '1' });
    expect(await totals.isStale()).toBe(false);
    expect(await totals.lastRefreshAt()).toBeInstanceOf(Date);
    expect(await totals.status()).toMatchObject({ schema: 'public', name: 'order_totals', status: 'ACTIVE' });
    expect(await totals.refresh()).toMatchObject({ status: 'refreshed' });
    expect(await OrderTotals.isStale()).toBe(false);
  });

  it('provides no repository whose types allow writes', async () => {
    const module = await start({
      imports: [
        TypeOrmModule.forRoot(connectionTo(database.url, { entities: [Customer, OrderTotals] })),
        StreamTablesModule.forFeature([OrderTotals]),
      ],
    });
    expect(() => module.get(getRepositoryToken(OrderTotals))).toThrow('could not find OrderTotalsRepository');
  });

  it('loads the entities of its stream tables by autoLoadEntities, beside those of TypeOrmModule.forFeature', async () => {
    const module = await start(shopApplication());
    const shop = module.get(Shop);
    const { total, orders } = await shop.totals.findOneByOrFail({ customerId: 4 });
    expect(await shop.order(4, '2.50')).toEqual({
      customerId: 4,
      total: (Number(total) + 2.5).toFixed(2),
      orders: String(Number(orders) + 1),
    });
    expect(
      await module
        .get(DataSource)
        .getRepository(Customer)
        .findOne({ where: { id: 4 }, relations: { totals: true } }),
    ).toMatchObject({ name: 'Di', totals: [{ customerId: 4 }] });
  });

  it('works with forRootAsync', async () => {
    const module = await start({
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: async () => connectionTo(database.url, { autoLoadEntities: true }),
        }),
        ShopModule,
      ],
    });
    expect(await module.get(Shop).totals.exists()).toBe(true);
  });

  it('waits for nothing where the DataSource is initialised by hand', async () => {
    const module = await start({
      imports: [
        TypeOrmModule.forRoot(connectionTo(database.url, { autoLoadEntities: true, manualInitialization: true })),
        ShopModule,
      ],
    });
    await module.get(DataSource).initialize();
    expect(await module.get(Shop).totals.exists()).toBe(true);
  });

  it('takes classes without a base class, those of defineStreamTable, and an EntitySchema', async () => {
    const ByCustomer = new EntitySchema<{ customerId: number; total: string }>({
      name: 'ByCustomer',
      tableName: 'order_totals',
      synchronize: false,
      columns: {
        customerId: { name: 'customer_id', type: 'int', primary: true },
        total: { type: 'numeric' },
      },
    });
    const module = await start({
      imports: [
        TypeOrmModule.forRoot(connectionTo(database.url, { name: 'each', autoLoadEntities: true, synchronize: false })),
        StreamTablesModule.forFeature([Repeated, RegionTotals, ByCustomer], 'each'),
      ],
    });
    const repeated: StreamRepository<Repeated> = module.get(getStreamRepositoryToken(Repeated, 'each'));
    expect(await repeated.find()).toHaveLength(5);
    const regions: StreamRepository<RegionTotals> = module.get(getStreamRepositoryToken(RegionTotals, 'each'));
    expect(await regions.find({ order: { region: 'ASC' }, take: 1 })).toEqual([
      { region: 'north', total: '10', n: '2' },
    ]);
    const byCustomer: StreamRepository<{ customerId: number; total: string }> = module.get(
      getStreamRepositoryToken(ByCustomer, 'each'),
    );
    expect(await byCustomer.findOneBy({ customerId: 1 })).toEqual({ customerId: 1, total: '15.50' });
    await expect((byCustomer as never as Repository<object>).clear()).rejects.toThrow(StreamTableReadOnlyError);
  });
});

describe('with several DataSources', () => {
  @Injectable()
  class Reports {
    @InjectStreamRepository(OrderTotals) readonly current!: StreamRepository<OrderTotals>;
    @InjectStreamRepository(OrderTotals, 'archive') readonly archived!: StreamRepository<OrderTotals>;
  }

  const application = () => ({
    imports: [
      TypeOrmModule.forRoot(connectionTo(database.url, { autoLoadEntities: true })),
      TypeOrmModule.forRoot(connectionTo(archive.url, { name: 'archive', autoLoadEntities: true })),
      TypeOrmModule.forFeature([Customer]),
      TypeOrmModule.forFeature([Customer], 'archive'),
      StreamTablesModule.forFeature([OrderTotals]),
      StreamTablesModule.forFeature([OrderTotals], 'archive'),
    ],
    providers: [Reports],
  });

  it('each has its own repository, and a refresh is that of one database', async () => {
    const module = await start(application());
    const { current, archived } = module.get(Reports);
    const before = await current.lastRefreshAt();
    const client = await archive.connect();
    await client.query('INSERT INTO public.orders (customer_id, amount) VALUES (3, 100)');
    await archived.refresh();
    expect(await archived.findOneBy({ customerId: 3 })).toMatchObject({ total: '100.00' });
    expect(await current.findOneBy({ customerId: 3 })).toBeNull();
    expect(await current.lastRefreshAt()).toEqual(before);
  });

  it('the class alone cannot know which is meant, and says so', async () => {
    const module = await start(application());
    await expect(OrderTotals.refresh()).rejects.toThrow(/^2 DataSources have the entity OrderTotals/);
    const named: DataSource = module.get(getDataSourceToken('archive'));
    expect(await OrderTotals.isStale({ on: named })).toBe(false);
  });

  it.each([
    ['nothing', undefined, 'OrderTotalsStreamRepository'],
    ['the name of the default one', 'default', 'OrderTotalsStreamRepository'],
    ['a name', 'archive', 'archive_OrderTotalsStreamRepository'],
    ['options with a name', { name: 'archive', type: 'postgres' as const }, 'archive_OrderTotalsStreamRepository'],
    ['options without one', { type: 'postgres' as const }, 'OrderTotalsStreamRepository'],
  ])('the token by %s', (_, dataSource, token) => {
    expect(getStreamRepositoryToken(OrderTotals, dataSource).description).toBe(token);
    expect(getStreamRepositoryToken(OrderTotals, dataSource)).toBe(getStreamRepositoryToken(OrderTotals, dataSource));
  });
});

describe('classes of one name', () => {
  const columns = { total: { type: 'bigint', nullable: true } } as const;
  const Ours = defineStreamTable({ name: 'region_totals', schema: 'analytics', columns });
  const Theirs = defineStreamTable({ name: 'region_totals', schema: 'tenant_b', columns });
  beforeAll(async () => {
    await admin.query(`CREATE SCHEMA tenant_b;
      SELECT pgstream.create_stream_table(name => 'tenant_b.region_totals', schedule => '1h', refresh_mode => 'FULL',
        query => 'SELECT max(77)::bigint AS total FROM public.readings')`);
  });

  @Injectable()
  class Reports {
    @InjectStreamRepository(Ours) readonly ours!: StreamRepository<InstanceType<typeof Ours>>;
    @InjectStreamRepository(Theirs) readonly theirs!: StreamRepository<InstanceType<typeof Theirs>>;
  }

  it.each([
    ['in one module', [[Ours, Theirs]]],
    ['in two modules', [[Ours], [Theirs]]],
  ])('each has its own repository, %s', async (_, features) => {
    expect(Ours.name).toBe(Theirs.name);
    const module = await start({
      imports: [
        TypeOrmModule.forRoot(connectionTo(database.url, { autoLoadEntities: true })),
        ...features.map((entities) => StreamTablesModule.forFeature(entities)),
      ],
      providers: [Reports],
    });
    const { ours, theirs } = module.get(Reports);
    expect(await theirs.find()).toEqual([{ total: '77' }]);
    expect(await ours.sum('total' as never)).toBe(10);
    expect([(await ours.status()).schema, (await theirs.status()).schema]).toEqual(['analytics', 'tenant_b']);
    expect(module.get(getStreamRepositoryToken(Theirs))).toBe(theirs);
  });

  it('a class that extends another one has its own token, and a schema that of its class', () => {
    class Extended extends OrderTotals {}
    const schema = new EntitySchema({ target: OrderTotals, columns: {} } as never);
    expect(getStreamRepositoryToken(Extended)).not.toBe(getStreamRepositoryToken(OrderTotals));
    expect(getStreamRepositoryToken(schema)).toBe(getStreamRepositoryToken(OrderTotals));
  });
});

describe('writes are refused', () => {
  @Injectable()
  class Writers {
    @InjectRepository(OrderTotals) readonly plain!: Repository<OrderTotals>;
    @InjectStreamRepository(OrderTotals) readonly readOnly!: StreamRepository<OrderTotals>;
  }

  const application = () => ({
    imports: [
      TypeOrmModule.forRoot(connectionTo(database.url, { autoLoadEntities: true })),
      TypeOrmModule.forFeature([Customer, OrderTotals]),
      StreamTablesModule.forFeature([OrderTotals]),
    ],
    providers: [Writers],
  });
  const row = { customerId: 9, total: '1', orders: '1' };

  it.each<[operation: string, write: (repository: Repository<OrderTotals>) => Promise<unknown>]>([
    ['save', (repository) => repository.save(row)],
    ['insert', (repository) => repository.insert(row)],
    ['update', (repository) => repository.update({ customerId: 1 }, { total: '0' })],
    ['upsert', (repository) => repository.upsert(row, ['customerId'])],
    ['delete', (repository) => repository.delete({ customerId: 1 })],
    ['remove', async (repository) => repository.remove(await repository.findOneByOrFail({ customerId: 1 }))],
    ['increment', (repository) => repository.increment({ customerId: 1 }, 'total', 1)],
    ['clear', (repository) => repository.clear()],
    ['delete', (repository) => repository.createQueryBuilder().delete().where({ customerId: 1 }).execute()],
  ])('%s, through @InjectRepository and past the types of @InjectStreamRepository', async (operation, write) => {
    const rows = 'SELECT customer_id, total, orders FROM order_totals ORDER BY customer_id';
    const before = (await admin.query(rows)).rows;
    const { plain, readOnly } = (await start(application())).get(Writers);
    for (const repository of [plain, readOnly as unknown as Repository<OrderTotals>]) {
      await expect(write(repository)).rejects.toMatchObject({
        name: 'StreamTableReadOnlyError',
        table: 'order_totals',
        operation,
      });
    }
    expect((await admin.query(rows)).rows).toEqual(before);
  });

  it('through the EntityManager that Nest injects, in SQL text too', async () => {
    const manager = (await start(application())).get(EntityManager);
    await expect(manager.insert(OrderTotals, row)).rejects.toThrow(StreamTableReadOnlyError);
    await expect(manager.query('DELETE FROM order_totals')).rejects.toThrow(StreamTableReadOnlyError);
  });
});

/** What the extension made of a stream table, and the foreign keys of everything. */
const STORAGE = `
  SELECT attname AS name, format_type(atttypid, atttypmod) AS definition FROM pg_attribute
   WHERE attrelid = 'order_totals'::regclass AND attnum > 0
  UNION ALL SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'order_totals'
  UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' ORDER BY name`;

describe('synchronize: true, as Nest’s documentation has it', () => {
  it('makes the tables of other entities, and leaves stream tables as they are', async () => {
    const client = await archive.connect();
    const state = async (): Promise<unknown[]> => (await client.query(STORAGE)).rows;
    const before = await state();
    expect(before).toContainEqual({ name: `${extension.hiddenPrefix}row_id`, definition: extension.rowIdType });
    await client.query('DROP TABLE public.archive');

    const module = await start({
      imports: [
        TypeOrmModule.forRoot(
          connectionTo(archive.url, { name: 'synchronized', autoLoadEntities: true, synchronize: true }),
        ),
        TypeOrmModule.forFeature([Customer, Archive], 'synchronized'),
        StreamTablesModule.forFeature([OrderTotals], 'synchronized'),
      ],
    });
    expect((await client.query('SELECT customer_id FROM public.archive')).rows).toEqual([]);
    expect(await state()).toEqual(before);
    const totals: StreamRepository<OrderTotals> = module.get(getStreamRepositoryToken(OrderTotals, 'synchronized'));
    expect(await totals.refresh()).toMatchObject({ status: 'refreshed' });
  });
});

describe('in a transaction', () => {
  it.each<[by: string, refresh: (manager: EntityManager, shop: Shop) => Promise<unknown>]>([
    ['the class', (manager) => OrderTotals.refresh({ on: manager })],
    [
      'the injected repository',
      (manager, { totals }) =>
        manager.withRepository(totals as never as Repository<OrderTotals> & typeof totals).refresh(),
    ],
  ])('a refresh by %s sees what was written before it, and is taken back with it', async (_, refresh) => {
    const shop = (await start(shopApplication())).get(Shop);
    const before = await shop.totals.findOneByOrFail({ customerId: 1 });
    const interrupted = shop.dataSource.transaction(async (manager) => {
      await manager.insert(Order, { customerId: 1, amount: '1000' });
      await refresh(manager, shop);
      expect(await manager.findOneBy(OrderTotals, { customerId: 1 })).toMatchObject({
        total: (Number(before.total) + 1_000).toFixed(2),
      });
      throw new Error('never mind');
    });
    await expect(interrupted).rejects.toThrow('never mind');
    expect(await shop.totals.findOneByOrFail({ customerId: 1 })).toEqual(before);
  });
});

/** What else a test of the service provides where it has no database. */
const orders = { provide: getRepositoryToken(Order), useValue: { save: async () => {} } };
const dataSource = { provide: getDataSourceToken(), useValue: {} };

describe('what cannot be', () => {
  it('an entity that the DataSource does not have: the application does not start, and says what to do', async () => {
    const starting = start({
      imports: [
        endingDataSource(connectionTo(database.url, { entities: [Customer, OrderTotals] })),
        StreamTablesModule.forFeature([Repeated]),
      ],
    });
    await expect(starting).rejects.toThrow(
      'The DataSource has no entity Repeated. Add it to the entities of TypeOrmModule.forRoot(), or set autoLoadEntities: true there.',
    );
  });

  it('an entity that is not declared as a stream table', () => {
    expect(() => StreamTablesModule.forFeature([Customer])).toThrow(
      'StreamTablesModule.forFeature() was given Customer, which is not declared as a stream table.',
    );
  });

  it('an EntitySchema that TypeORM would synchronise', () => {
    const schema = new EntitySchema({ name: 'Careless', columns: { id: { type: 'int', primary: true } } });
    expect(() => StreamTablesModule.forFeature([schema])).toThrow(/EntitySchema Careless.* synchronize: false/);
  });

  it('an entity that is not defined yet, because imports go in a circle: as in @nestjs/typeorm', () => {
    const undefinedYet = undefined as never as typeof OrderTotals;
    expect(() => InjectStreamRepository(undefinedYet)).toThrow('A circular dependency has been detected');
    expect(() => StreamTablesModule.forFeature([undefinedYet])).toThrow('A circular dependency has been detected');
  });

  it('a repository that no module provides: Nest names it', async () => {
    const starting = start({ providers: [Shop, orders, dataSource] });
    await expect(starting).rejects.toThrow('Symbol(OrderTotalsStreamRepository) at index [1] is available');
  });
});

describe('the tests of an application', () => {
  const totals = { refresh: async () => {}, findOneByOrFail: async () => ({ customerId: 7, total: '3', orders: '1' }) };

  it('provide a double by the token, without a database', async () => {
    const module = await Test.createTestingModule({
      providers: [Shop, orders, dataSource, { provide: getStreamRepositoryToken(OrderTotals), useValue: totals }],
    }).compile();
    expect(await module.get(Shop).order(7, '3')).toEqual({ customerId: 7, total: '3', orders: '1' });
  });

  it('replace the repository of a module', async () => {
    const module = await Test.createTestingModule({
      imports: [endingDataSource(connectionTo(database.url, { autoLoadEntities: true })), ShopModule],
    })
      .overrideProvider(getStreamRepositoryToken(OrderTotals))
      .useValue(totals)
      .compile();
    expect(module.get(Shop).totals).toBe(totals);
  });
});

describe('when the application ends', () => {
  it('no connection is left, and another one can start in its place', async () => {
    const connections = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'ending'`;
    for (let run = 0; run < 2; run += 1) {
      const module = await start({
        imports: [
          TypeOrmModule.forRoot(connectionTo(database.url, { autoLoadEntities: true, applicationName: 'ending' })),
          ShopModule,
        ],
      });
      await module.get(Shop).totals.refresh();
      expect((await admin.query(connections)).rows).not.toEqual([{ n: 0 }]);
      await module.close();
      await expect.poll(async () => (await admin.query(connections)).rows).toEqual([{ n: 0 }]);
      await expect(OrderTotals.refresh()).rejects.toThrow(
        /^No DataSource that is initialised has the entity OrderTotals/,
      );
    }
  });
});
