import type { PostgresClient } from '@prisma/orm-postgres/runtime';
import type { Numeric } from '@prisma/orm-postgres/target/codec-types';
import { expectTypeOf, test } from 'vitest';
import type { StreamTableStatus } from '../src/index.ts';
import type { Contract, Db } from './shop/index.ts';

declare const db: Db;
const { OrderTotals, Customer, Order, Note } = db.orm.public;

type Totals = { customerId: number | null; total: string | null; orders: bigint | null };
type Person = { id: number; name: string; region: string };

test('rows of stream tables have their columns, and no others', () => {
  expectTypeOf(
    OrderTotals.where({ customerId: 1 })
      .orderBy((t) => t.total.desc())
      .limit(3)
      .offset(1)
      .all()
      .toArray(),
  ).resolves.toEqualTypeOf<Totals[]>();
  expectTypeOf(OrderTotals.first({ customerId: 1 })).resolves.toEqualTypeOf<Totals | null>();
  expectTypeOf(
    OrderTotals.where((t) => t.total.gt('1'))
      .select('total')
      .first(),
  ).resolves.toEqualTypeOf<{
    total: string | null;
  } | null>();
  expectTypeOf(OrderTotals.distinct('orders').first()).resolves.toEqualTypeOf<Totals | null>();
  expectTypeOf(
    OrderTotals.orderBy((t) => t.customerId.asc())
      .cursor({ customerId: 1 })
      .distinctOn('customerId')
      .first(),
  ).resolves.toEqualTypeOf<Totals | null>();
  // @ts-expect-error -- no hidden columns
  OrderTotals.select('__pgs_row_id');
});

test('relations from both sides', () => {
  expectTypeOf(OrderTotals.select('total').include('customer').first()).resolves.toEqualTypeOf<{
    total: string | null;
    customer: Person | null;
  } | null>();
  expectTypeOf(Customer.include('totals').include('orders').first()).resolves.toEqualTypeOf<
    | (Person & {
        totals: Totals | null;
        orders: { id: number; customerId: number; product: string | null; amount: Numeric<12, 2> }[];
      } extends infer Row
        ? { [Key in keyof Row]: Row[Key] }
        : never)
    | null
  >();
  // The foreign key is here, and not null.
  expectTypeOf(Order.select('id').include('customer').first()).resolves.toEqualTypeOf<{
    id: number;
    customer: Person;
  } | null>();
});

test('relations that are refined', () => {
  const refined = Customer.select('id')
    .include('orders', (orders) => orders.where({ product: 'tea' }).select('id').limit(1))
    .include('totals', (totals) => totals.select('total'));
  expectTypeOf(refined.first()).resolves.toEqualTypeOf<{
    id: number;
    orders: { id: number }[];
    totals: { total: string | null } | null;
  } | null>();
  expectTypeOf(
    Customer.select('id')
      .include('orders', (orders) => orders.count())
      .first(),
  ).resolves.toEqualTypeOf<{
    id: number;
    orders: number;
  } | null>();
  const combined = Customer.select('id').include('orders', (orders) =>
    orders.combine({ all: orders.count(), first: orders.select('id').limit(1) }),
  );
  expectTypeOf(combined.first()).resolves.toEqualTypeOf<{
    id: number;
    orders: { all: number; first: { id: number }[] };
  } | null>();
});

test('filters, aggregates and groups', () => {
  Customer.where((c) => c.totals.some((t) => t.total.gt('5')));
  OrderTotals.where((t) => t.customer.some((c) => c.region.eq('north')));
  expectTypeOf(OrderTotals.aggregate((a) => ({ rows: a.count(), total: a.sum('total') }))).resolves.toEqualTypeOf<{
    rows: number;
    total: string | null;
  }>();
  expectTypeOf(OrderTotals.groupBy('orders').aggregate((a) => ({ rows: a.count() }))).resolves.toEqualTypeOf<
    { orders: bigint | null; rows: number }[]
  >();
});

test('the SQL builder reads them', () => {
  const plan = db.sql.public.order_totals.select('customer_id', 'total').build();
  expectTypeOf(db.runtime().query(plan).toArray()).resolves.toEqualTypeOf<
    { customer_id: number | null; total: string | null }[]
  >();
});

test('the helpers are on stream tables alone, also in a transaction', async () => {
  expectTypeOf(OrderTotals.isStale()).resolves.toEqualTypeOf<boolean | null>();
  expectTypeOf(db.orm.analytics.RegionTotals.isStale({ maxAgeMs: 1 })).resolves.toEqualTypeOf<boolean>();
  expectTypeOf(OrderTotals.status()).resolves.toEqualTypeOf<StreamTableStatus>();
  expectTypeOf(OrderTotals.refreshAfter(async () => 'written')).resolves.toEqualTypeOf<string>();
  const status = await db.transaction(async (tx) => (await tx.orm.public.OrderTotals.refresh()).status);
  expectTypeOf(status).toEqualTypeOf<'refreshed' | 'skipped'>();
  expectTypeOf<typeof Order>().not.toHaveProperty('isStale');
});

test('a model that leads to no other is what Prisma makes of it', () => {
  const note: PostgresClient<Contract>['orm']['public']['Note'] = Note;
  expectTypeOf(note.where({ id: 1 }).deleteAndCount()).resolves.toEqualTypeOf<number>();
});
