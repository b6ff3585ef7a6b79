import type { Numeric } from '@prisma/orm-postgres/target/codec-types';
import type { PostgresClient } from '@prisma/orm-postgres/runtime';
import { expectTypeOf, test } from 'vitest';
import { type StreamTableIsReadOnly, streamTables } from '../src/index.ts';
import type { Contract, Db } from './shop/index.ts';

declare const db: Db;
const { OrderTotals, Customer, Order, Product } = db.orm.public;
const amount = '1' as Numeric<12, 2>;

test('a stream table has no writes, and the compiler says why', () => {
  expectTypeOf(OrderTotals.create).toEqualTypeOf<StreamTableIsReadOnly<'OrderTotals', 'create'>>();
  // @ts-expect-error
  OrderTotals.create({ total: '1' });
  // @ts-expect-error
  OrderTotals.createAll([]);
  // @ts-expect-error
  OrderTotals.createAndCount([]);
  // @ts-expect-error
  OrderTotals.upsert({ create: {}, update: {} });
  // @ts-expect-error
  OrderTotals.where({ customerId: 1 }).update({ total: '0' });
  // @ts-expect-error
  OrderTotals.where({ customerId: 1 }).limit(1).updateAll({ total: '0' });
  // @ts-expect-error
  OrderTotals.where((t) => t.total.gt('1')).updateAndCount({ total: '0' });
  // @ts-expect-error
  OrderTotals.where({ customerId: 1 }).delete();
  // @ts-expect-error
  OrderTotals.where({ customerId: 1 }).include('customer').deleteAll();
  const chained = OrderTotals.select('total')
    .where({ customerId: 1 })
    .orderBy((t) => t.total.asc());
  // @ts-expect-error
  chained.deleteAndCount();
  // @ts-expect-error
  db.orm.analytics.RegionTotals.createAll([]);
});

test('nor in an include that is refined', () => {
  // @ts-expect-error
  Customer.include('totals', (totals) => totals.where({ customerId: 1 }).deleteAndCount());
  // @ts-expect-error
  Customer.include('totals', (totals) => totals.create({ total: '1' }));
});

test('nor nested in writes of other models', () => {
  const parent = { id: 2, name: 'x', region: 'x' };
  // @ts-expect-error
  void Customer.create({ ...parent, totals: (t) => t.create({ total: '1' }) });
  // @ts-expect-error
  void Customer.where({ id: 1 }).update({ totals: (t) => t.disconnect() });
  const chained = Customer.where({ id: 1 }).include('orders');
  // @ts-expect-error
  void chained.update({ totals: (t) => t.connect({ customerId: 2 }) });
  // @ts-expect-error -- deeper
  void Order.create({ id: 1, amount, customer: (c) => c.create({ ...parent, totals: (t) => t.disconnect() }) });
  // @ts-expect-error -- a stream table is between
  void Customer.where({ id: 1 }).update({ bought: (b) => b.connect({ name: 'tea' }) });
  // @ts-expect-error -- from the other side
  void Product.where({ name: 'tea' }).update({ buyers: (b) => b.connect({ id: 1 }) });
});

test('nor by the SQL builder', async () => {
  // @ts-expect-error
  db.sql.public.order_totals.insert([{ total: '1' }]);
  // @ts-expect-error
  db.sql.public.order_totals.update({ total: '1' });
  // @ts-expect-error
  db.sql.analytics.region_totals.delete();
  await db.transaction(async (tx) => {
    // @ts-expect-error
    await tx.orm.public.OrderTotals.where({ customerId: 1 }).deleteAndCount();
    // @ts-expect-error
    tx.sql.public.order_totals.delete();
  });
});

test('other tables are written as ever', () => {
  void Customer.create({ id: 1, name: 'x', region: 'x', orders: (o) => o.create([{ id: 2, amount }]) });
  void Order.where({ id: 1 }).update({ amount, customer: (c) => c.connect({ id: 2 }) });
  Order.createAll([{ id: 1, amount, customerId: 1 }]);
  void Order.createAndCount([{ id: 1, amount, customerId: 1 }]);
  void Customer.upsert({ create: { id: 1, name: 'x', region: 'x' }, update: { name: 'y' }, conflictOn: { id: 1 } });
  void Order.where({ id: 1 }).updateAll({ product: 'tea' });
  expectTypeOf(Order.where({ id: 1 }).select('id').delete()).resolves.toEqualTypeOf<{ id: number } | null>();
  expectTypeOf(Order.where({ id: 1 }).deleteAndCount()).resolves.toEqualTypeOf<number>();
  expectTypeOf(Order.where({ id: 1 }).select('id').deleteAll().toArray()).resolves.toEqualTypeOf<{ id: number }[]>();
  db.sql.public.orders.insert([{ id: 1, amount: '1', customer_id: 1 }]);
  // @ts-expect-error -- of all rows
  Order.deleteAndCount();
  // @ts-expect-error -- of all rows
  void Order.updateAll({ product: 'tea' });
  // @ts-expect-error -- not a column
  void Customer.create({ id: 1, name: 'x', region: 'x', nothing: 1 });
});

test('a guard is for a client whose contract has its models', () => {
  const client = {} as PostgresClient<Contract>;
  streamTables({}, { public: ['OrderTotals'] }).extend(client);
  // @ts-expect-error
  streamTables({}, { public: ['OrderTotal'] }).extend(client);
  // @ts-expect-error
  streamTables({}, { elsewhere: ['OrderTotals'] }).extend(client);
});
