import type { DataSource } from 'typeorm';
import { Entity, EntitySchema, PrimaryColumn } from 'typeorm';
import { beforeAll, describe, expect, it } from 'vitest';
import { StreamTable, StreamTableEntity, streamRepository } from '../src/index.ts';
import {
  Customer,
  openDataSource,
  OrderTotals,
  RegionTotals,
  Repeated,
  type Sent,
  shopDatabase,
} from './shop/index.ts';

const database = shopDatabase();
let dataSource: DataSource & { readonly sent: Sent };
beforeAll(async () => {
  dataSource = await openDataSource(database.url);
});

const ada = { customerId: 1, total: '15.50', orders: '2' };
const bob = { customerId: 2, total: '7.25', orders: '1' };

describe('an entity with a key', () => {
  it('is read by its class, as instances of it', async () => {
    const found = await OrderTotals.findOneByOrFail({ customerId: 1 });
    expect(found).toBeInstanceOf(OrderTotals);
    expect(found).toEqual(ada);
    expect(await OrderTotals.findAndCount({ order: { total: 'DESC' }, skip: 1, take: 1 })).toEqual([[bob], 3]);
    expect(await OrderTotals.countBy({ customerId: 9 })).toBe(0);
    expect(await OrderTotals.sum('customerId')).toBe(7);
  });

  it('is read by its repository, and by those of TypeORM', async () => {
    const repositories = [streamRepository(dataSource, OrderTotals), dataSource.getRepository(OrderTotals)];
    for (const repository of repositories) expect(await repository.findBy({ customerId: 2 })).toEqual([bob]);
    expect(await dataSource.manager.findBy('OrderTotals', { customerId: 2 })).toEqual([bob]);
  });

  it('reloads', async () => {
    const found = await OrderTotals.findOneByOrFail({ customerId: 1 });
    found.total = 'forged';
    await found.reload();
    expect(found).toEqual(ada);
    expect(found.hasId()).toBe(true);
  });

  it('never has a column of the extension in a statement', async () => {
    const { length } = dataSource.sent;
    await OrderTotals.find({ relations: { customer: true }, skip: 0, take: 2 });
    await OrderTotals.createQueryBuilder('t').getManyAndCount();
    const sent = dataSource.sent.slice(length);
    expect(sent.length).toBeGreaterThan(2);
    expect(sent.filter((statement) => statement.includes('__pg'))).toEqual([]);
  });
});

const repeated = () => streamRepository(dataSource, Repeated);

describe('an entity without a key', () => {
  const north = { region: 'north', amount: 5 };
  const nothing = { region: null, amount: null };
  const south = { region: 'south', amount: null };
  const rows = [north, north, south, nothing, nothing];

  it('has every row, equal ones and rows of nothing but NULLs', async () => {
    expect(await repeated().find({ order: { region: 'ASC' } })).toEqual(rows);
    expect(await dataSource.getRepository(Repeated).find({ order: { region: 'ASC' } })).toEqual(rows);
    expect(await repeated().createQueryBuilder('r').orderBy('r.region').getMany()).toEqual(rows);
    expect(await repeated().count()).toBe(5);
  });

  it('has no trace of what tells the rows apart', async () => {
    for (const row of await repeated().find()) expect(Object.keys(row).toSorted()).toEqual(['amount', 'region']);
    const { length } = dataSource.sent;
    await repeated().find();
    expect(dataSource.sent.slice(length).join()).not.toContain('__pg');
  });

  it('has every row when some properties are selected', async () => {
    const options = { select: { amount: true }, order: { region: 'ASC' } } as const;
    const amounts = rows.map(({ amount }) => ({ amount }));
    expect(await repeated().find(options)).toEqual(amounts);
    expect(await repeated().findAndCount(options)).toEqual([amounts, 5]);
    expect(await repeated().findOne({ ...options, where: { region: 'south' } })).toEqual({ amount: null });
    expect(await repeated().count({ select: { amount: true } })).toBe(5);
  });

  it('has the row of the NULL group, whose row id is NULL, alone and in a join by pages', async () => {
    expect(await RegionTotals.find({ order: { region: 'ASC' } })).toEqual([
      { region: 'north', total: '10', n: '2' },
      { region: 'south', total: null, n: '1' },
      { region: null, total: null, n: '2' },
    ]);
    const pages = [0, 2, 4].map((skip) =>
      repeated()
        .createQueryBuilder('r')
        .leftJoinAndMapMany('r.customers', Customer, 'c', 'c.region = r.region')
        .orderBy('r.region')
        .skip(skip)
        .take(2)
        .getMany(),
    );
    const found = (await Promise.all(pages)).map((page) => page.map(({ region }) => region));
    expect(found).toEqual([['north', 'north'], ['south', null], [null]]);
  });
});

describe('relations', () => {
  it.each(['join', 'query'] as const)('to and from stream entities, by %s', async (relationLoadStrategy) => {
    const customers = await dataSource.getRepository(Customer).find({
      relations: { totals: true },
      order: { id: 'ASC' },
      skip: 1,
      take: 2,
      relationLoadStrategy,
    });
    expect(customers.map(({ name, totals }) => ({ name, totals }))).toEqual([
      { name: 'Bob', totals: [bob] },
      { name: 'Cy', totals: [] },
    ]);
    const [total] = await OrderTotals.find({
      where: { customerId: 1 },
      relations: { customer: true },
      relationLoadStrategy,
    });
    expect(total?.customer).toMatchObject({ id: 1, name: 'Ada' });
  });

  it('filter by stream rows, and stream rows by ordinary ones', async () => {
    const large = await dataSource.getRepository(Customer).find({ where: { totals: { customerId: 2 } } });
    expect(large.map(({ name }) => name)).toEqual(['Bob']);
    expect(await OrderTotals.find({ where: { customer: { name: 'Ada' } } })).toEqual([ada]);
  });
});

describe('names', () => {
  it('without a schema are in public, whatever the search_path', async () => {
    @StreamTable('order_totals')
    class Unqualified extends StreamTableEntity {
      @PrimaryColumn('int', { name: 'customer_id' }) customerId!: number;
    }
    const other = await openDataSource(database.url, { entities: [Unqualified] });
    await other.transaction(async (manager) => {
      await manager.query(`SELECT set_config('search_path', 'analytics', true)`);
      expect(await streamRepository(manager, Unqualified).count()).toBe(3);
      expect(await Unqualified.status({ on: manager })).toMatchObject({ schema: 'public', name: 'order_totals' });
    });
  });

  it('without a schema are in the schema of the DataSource', async () => {
    @StreamTable('region_totals')
    class Ours extends StreamTableEntity {
      @PrimaryColumn('text') region!: string;
    }
    const other = await openDataSource(database.url, { entities: [Ours], schema: 'analytics' });
    expect(await Ours.status()).toMatchObject({ schema: 'analytics', name: 'region_totals' });
    expect(await other.getRepository(Ours).countBy({ region: 'north' })).toBe(1);
  });

  it('follow the naming strategy and the prefix of the DataSource', async () => {
    @StreamTable()
    class Totals extends StreamTableEntity {
      @PrimaryColumn('int', { name: 'customer_id' }) customerId!: number;
    }
    await openDataSource(database.url, { entities: [Totals], entityPrefix: 'order_' });
    expect(await Totals.count()).toBe(3);
    expect(await Totals.isStale()).toBe(false);
  });
});

it('rows can be streamed', async () => {
  const stream = await OrderTotals.createQueryBuilder('t').orderBy('t.customerId').stream();
  const rows = await stream.toArray();
  expect(rows.map((row: Record<string, unknown>) => row['t_total'])).toEqual(['15.50', '7.25', '1.00']);
});

it('entities of other kinds are as they were', async () => {
  @Entity('notes')
  class Note {
    @PrimaryColumn('int') id!: number;
  }
  const Plain = new EntitySchema({
    name: 'Plain',
    tableName: 'archive',
    columns: { customer_id: { type: 'int', primary: true } },
  });
  const other = await openDataSource(database.url, { entities: [Note, Plain] });
  expect(Object.hasOwn(other, 'createQueryRunner')).toBe(false);
  expect(other.subscribers).toEqual([]);
});
