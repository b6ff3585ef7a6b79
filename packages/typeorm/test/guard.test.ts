import { isPgStreamError } from '@pgstream/core';
import { Query } from 'pg';
import QueryStream from 'pg-query-stream';
import {
  BaseEntity,
  Column,
  DataSource,
  Entity,
  EntityManager,
  EntitySchema,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  Repository,
} from 'typeorm';
import { beforeAll, describe, expect, it } from 'vitest';
import { protectStreamTables, StreamTable, StreamTableEntity, streamRepository } from '../src/index.ts';
import {
  Archive,
  Customer,
  newDataSource,
  openDataSource,
  Order,
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

/** A parent that would take stream rows along with it. */
@Entity('customers')
class Cascading {
  @PrimaryColumn('int') id!: number;
  @Column('text') name!: string;
  @OneToMany(() => CascadedTotals, (totals) => totals.customer, { cascade: true }) totals?: CascadedTotals[];
}

@StreamTable('order_totals')
class CascadedTotals extends StreamTableEntity {
  @PrimaryColumn('int', { name: 'customer_id' }) customerId!: number;
  @Column('numeric') total!: string;
  @ManyToOne(() => Cascading, (customer) => customer.totals)
  @JoinColumn({ name: 'customer_id' })
  customer?: Cascading;
}

const Plain = new EntitySchema<{ customerId: number; total: string }>({
  name: 'PlainTotals',
  tableName: 'order_totals',
  columns: { customerId: { type: 'int', name: 'customer_id', primary: true }, total: { type: 'numeric' } },
});

/** In whatever schema the DataSource says. */
@StreamTable('region_totals')
class Unnamed extends StreamTableEntity {
  @PrimaryColumn('text') region!: string;
}

async function expectRefused(call: Promise<unknown>, operation: string, table = 'order_totals'): Promise<void> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(isPgStreamError(error, 'READ_ONLY')).toBe(true);
  expect(error).toMatchObject({ name: 'StreamTableReadOnlyError', operation, table, schema: 'public' });
}

async function stored(): Promise<unknown> {
  return await dataSource.query('SELECT customer_id, total FROM public.order_totals ORDER BY customer_id');
}
const untouched = [
  { customer_id: 1, total: '15.50' },
  { customer_id: 2, total: '7.25' },
  { customer_id: 4, total: '1.00' },
];

describe('a refused write', () => {
  it('sends nothing at all, not even what TypeORM would read first', async () => {
    const found = await OrderTotals.findOneByOrFail({ customerId: 1 });
    found.total = '0';
    const { length } = dataSource.sent;
    await expectRefused(dataSource.manager.save(found), 'save');
    await expectRefused(dataSource.manager.remove([found]), 'remove');
    await expectRefused(dataSource.getRepository(OrderTotals).softRemove(found), 'softRemove');
    await expectRefused(dataSource.getRepository('OrderTotals').increment({}, 'total', 1), 'increment');
    await expectRefused((found as unknown as BaseEntity).save(), 'save');
    await expectRefused((OrderTotals as unknown as typeof BaseEntity).clear(), 'clear');
    await expectRefused(
      (streamRepository(dataSource, Repeated) as unknown as Repository<Repeated>).delete({}),
      'delete',
      'repeated',
    );
    expect(dataSource.sent.slice(length)).toEqual([]);
  });

  it('is a rejection, never thrown where the call is made', async () => {
    const calls = [
      () => dataSource.manager.save(OrderTotals, {}),
      () => dataSource.manager.insert(OrderTotals, {}),
      () => dataSource.manager.clear(OrderTotals),
    ];
    for (const call of calls)
      await expect(call().catch((error: Error) => error.name)).resolves.toBe('StreamTableReadOnlyError');
  });

  it('of SQL text is refused too, streamed or not, in a runner or not', async () => {
    await expectRefused(dataSource.query('DELETE FROM "order_totals"'), 'delete');
    await expectRefused(dataSource.query('WITH d AS (DELETE FROM public.order_totals RETURNING 1) SELECT 1'), 'delete');
    const runner = dataSource.createQueryRunner();
    await expectRefused(runner.query('SELECT 1; TRUNCATE order_totals'), 'truncate');
    await expectRefused(runner.stream('UPDATE order_totals SET total = 0 RETURNING *'), 'update');
    await expectRefused(runner.clearTable('order_totals'), 'truncate');
    await expectRefused(runner.dropTable('public.order_totals'), 'drop table');
    await runner.release();
    expect(await stored()).toEqual(untouched);
  });

  it('of an unqualified name is one to the default schema', async () => {
    // analytics.region_totals is a stream table, public.region_totals is nothing.
    await expect(dataSource.query('DELETE FROM region_totals')).rejects.toThrow('does not exist');
    await expect(dataSource.query('DELETE FROM analytics.region_totals')).rejects.toThrow('is a stream table');
  });

  it('of a definition says how to go about it', async () => {
    await expect(dataSource.query('ALTER TABLE order_totals DROP COLUMN total')).rejects.toThrow(
      /^alter table was refused: .* drop\(\) of @pgstream\/core/,
    );
  });
});

const open = () => openDataSource(database.url, { entities: [Cascading, CascadedTotals] });
const family = (id: number): Cascading =>
  Object.assign(new Cascading(), { id, name: 'New', totals: [Object.assign(new CascadedTotals(), { total: '1' })] });

describe('a cascade to a stream table', () => {
  it.each([
    ['with listeners', {}],
    ['without listeners', { listeners: false }],
    ['without a transaction', { transaction: false }],
    ['without either', { listeners: false, transaction: false }],
    ['by chunks', { chunk: 1 }],
  ])('%s is refused, and nothing of the parent is written', async (_, options) => {
    const cascading = await open();
    const { length } = cascading.sent;
    await expectRefused(
      cascading.manager.save([Object.assign(new Cascading(), { id: 8, name: 'Alone' }), family(9)], options),
      'insert',
    );
    expect(
      cascading.sent
        .slice(length)
        .filter((statement) => /order_totals/.test(statement) && !statement.startsWith('SELECT')),
    ).toEqual([]);
    expect(await cascading.manager.countBy(Cascading, [{ id: 8 }, { id: 9 }])).toBe(0);

    await cascading.transaction(async (manager) => {
      await manager.query(`INSERT INTO notes (body) VALUES ('before')`);
      await expectRefused(
        manager.save([Object.assign(new Cascading(), { id: 8, name: 'Alone' }), family(9)], options),
        'insert',
      );
      expect(await manager.countBy(Cascading, [{ id: 8 }, { id: 9 }])).toBe(0);
    });
    expect(await cascading.query('DELETE FROM notes RETURNING body')).toEqual([[{ body: 'before' }], 1]);
  });

  it('is none when the stream rows are as they are stored', async () => {
    const cascading = await open();
    const ada = await cascading.manager.findOneOrFail(Cascading, { where: { id: 1 }, relations: { totals: true } });
    ada.name = 'Ada L.';
    await cascading.manager.save(ada);
    ada.name = 'Ada';
    await cascading.manager.save(ada, { listeners: false });
    expect(await cascading.manager.findOneBy(Cascading, { id: 1 })).toEqual({ id: 1, name: 'Ada' });
  });

  it('by attaching or orphaning a stream row is refused, without a cascade as well', async () => {
    @Entity('customers')
    class Owner {
      @PrimaryColumn('int') id!: number;
      @OneToMany(() => Owned, (order) => order.owner) orders?: Owned[];
    }
    @StreamTable('placed')
    class Owned {
      @PrimaryColumn('int', { name: 'order_id' }) orderId!: number;
      @ManyToOne(() => Owner, (owner) => owner.orders)
      @JoinColumn({ name: 'customer_id' })
      owner?: Owner;
    }
    const { manager } = await openDataSource(database.url, { entities: [Owner, Owned] });
    const owners = await manager.find(Owner, { relations: { orders: true }, order: { id: 'ASC' } });
    const [ada, bob, cy] = owners;
    expect([ada, bob, cy].map((owner) => owner?.orders?.length)).toEqual([2, 1, 0]);
    const relation = manager.createQueryBuilder().relation(Owner, 'orders').of(3);
    for (const call of [
      () => manager.save(Object.assign(cy!, { orders: bob!.orders })),
      () => manager.save(Object.assign(ada!, { orders: [] })),
      () => manager.save(Object.assign(bob!, { orders: [] }), { listeners: false }),
      () => relation.add(1),
      () => relation.remove(1),
    ]) {
      await expectRefused(call(), 'update', 'placed');
    }
    expect(await manager.countBy(Owned, { owner: { id: 1 } })).toBe(2);
  });
});

describe('everything else goes on', () => {
  it('ordinary entities are written, also from a stream table, and in a transaction that had a refusal', async () => {
    await dataSource.transaction(async (manager) => {
      const order = await manager.save(manager.create(Order, { customerId: 3, amount: '2.00' }));
      await expectRefused(manager.delete(OrderTotals, { customerId: 1 }), 'delete');
      await manager.query('INSERT INTO archive SELECT customer_id, total FROM order_totals');
      expect(await manager.count(Archive)).toBe(3);
      await manager.remove(order);
      await manager.clear(Archive);
    });
    expect(await dataSource.getRepository(Customer).countBy({ region: 'north' })).toBe(2);
  });

  it('no class of TypeORM is changed, and no other DataSource', async () => {
    const untouchedMethods = new DataSource({ type: 'postgres', url: database.url });
    for (const method of ['save', 'insert', 'delete'] as const) {
      expect(untouchedMethods.manager[method]).toBe(EntityManager.prototype[method]);
      expect(Object.hasOwn(Repository.prototype, method)).toBe(true);
    }
    expect(untouchedMethods.createQueryRunner).toBe(DataSource.prototype.createQueryRunner);
    expect(BaseEntity).not.toHaveProperty('refresh');
  });

  it('a subscriber of the application is told of ordinary entities, once', async () => {
    const told: string[] = [];
    dataSource.subscribers.push({ beforeInsert: ({ metadata }) => void told.push(metadata.name) });
    const order = dataSource.manager.create(Order, { customerId: 3, amount: '2.00' });
    await dataSource.manager.save(order);
    await dataSource.manager.remove(order);
    dataSource.subscribers.pop();
    expect(told).toEqual(['Order']);
  });
});

describe('the guard of a DataSource', () => {
  it('is there again when the DataSource is initialised again', async () => {
    const again = await openDataSource(database.url);
    await again.destroy();
    await again.initialize();
    await again.synchronize();
    await expectRefused(again.manager.delete(OrderTotals, {}), 'delete');
    await expectRefused(again.query('DELETE FROM order_totals'), 'delete');
    expect(again.subscribers).toHaveLength(1);
  });

  it('covers whatever is mapped to the table of a stream entity', async () => {
    const both = await openDataSource(database.url, { entities: [Customer, OrderTotals, Plain] });
    await expectRefused(both.getRepository('PlainTotals').save({ customerId: 1, total: '0' }), 'save');
    await expectRefused(both.getRepository(Plain).createQueryBuilder().delete().execute(), 'delete');
    expect(await stored()).toEqual(untouched);
  });

  it('can be asked for: entities without a class are named', async () => {
    const named = newDataSource(database.url, { entities: [Plain], synchronize: true });
    expect(protectStreamTables(named, { entities: ['PlainTotals'] })).toBe(named);
    await named.initialize();
    await expectRefused(
      named.getRepository('PlainTotals').upsert({ customerId: 1, total: '0' }, ['customerId']),
      'upsert',
    );
    await expectRefused(named.query('TRUNCATE TABLE order_totals'), 'truncate');
    expect(await streamRepository(named, Plain).countBy({ customerId: 1 })).toBe(1);
    expect(await streamRepository(named, Plain).isStale()).toBe(false);
    await named.destroy();
    await named.initialize();
    await expectRefused(named.getRepository(Plain).clear(), 'clear');
  });

  it('is asked for in vain where it could not be complete', async () => {
    expect(() => protectStreamTables({} as DataSource)).toThrow('takes a DataSource');
    const other = new DataSource({ type: 'cockroachdb', url: database.url, timeTravelQueries: false });
    expect(() => protectStreamTables(other)).toThrow("Stream tables are PostgreSQL's");
  });
});

describe('what pg takes in place of a text', () => {
  it.each<readonly [name: string, statement: unknown]>([
    ['a config object', { text: 'DELETE FROM order_totals' }],
    ['rows as arrays', { text: 'DELETE FROM order_totals RETURNING 1', rowMode: 'array' }],
    ['a named statement', { name: 'wipe', text: 'DELETE FROM order_totals WHERE true', values: [] }],
    ['a Query', new Query('DELETE FROM order_totals')],
    ['a stream', new QueryStream('DELETE FROM order_totals RETURNING *')],
  ])('%s is looked at by its text', async (_, statement) => {
    const runner = dataSource.createQueryRunner();
    await expectRefused(dataSource.query(statement as string), 'delete');
    await expectRefused(runner.query(statement as string), 'delete');
    await expectRefused(runner.manager.query(statement as string), 'delete');
    await runner.release();
    expect(await stored()).toEqual(untouched);
  });

  it('goes on as ever where it writes to no stream table', async () => {
    const asArrays = { text: 'SELECT 1 AS one', rowMode: 'array' } as unknown as string;
    expect(await dataSource.query(asArrays)).toEqual([[1]]);
    const named = {
      name: 'note',
      text: 'INSERT INTO notes (body) VALUES ($1)',
      values: ['named'],
    } as unknown as string;
    await dataSource.query(named);
    expect(await dataSource.query('DELETE FROM notes RETURNING body')).toEqual([[{ body: 'named' }], 1]);
  });
});

describe('an unqualified name in a text', () => {
  it('with a schema of the DataSource is that schema’s, or the search_path’s', async () => {
    const inAnalytics = await openDataSource(database.url, {
      entities: [Unnamed, OrderTotals, Customer],
      schema: 'analytics',
    });
    await expect(inAnalytics.query('DELETE FROM region_totals')).rejects.toMatchObject({
      code: 'READ_ONLY',
      schema: 'analytics',
    });
    await expectRefused(inAnalytics.query('DELETE FROM order_totals'), 'delete');
    expect(await stored()).toEqual(untouched);
  });

  it('is in the first schema of the search_path, where the connection has one of its own', async () => {
    const elsewhere = await openDataSource(database.url, {
      entities: [RegionTotals],
      extra: { options: '-c search_path=analytics' },
    });
    await expect(elsewhere.query('DELETE FROM region_totals')).rejects.toMatchObject({ code: 'READ_ONLY' });
  });
});
