import { orm } from '@prisma/orm-postgres/orm-client';
import { withTransaction } from '@prisma/orm-postgres/family-runtime';
import type { ReadPath } from '../driver.ts';
import type { Collection, Loose, Tx } from './client.ts';
import { templateOf } from './raw.ts';
import type { Native } from './session.ts';
import type { InSomeVersions, Version } from './version.ts';

const ada = { customerId: 1, total: '15.50', orders: 2n };
const bob = { customerId: 2, total: '7.25', orders: 1n };
const di = { customerId: 4, total: '1.00', orders: 1n };
const customer = { id: 1, name: 'Ada', region: 'north' };
const asc = (field: 'customerId' | 'id' | 'orders') => (f: Loose) => f[field].asc();

/** Every way in which Prisma reads a model, from both sides of its relations. */
export const reads: readonly (ReadPath<Native> & InSomeVersions)[] = [
  totals('all', (t) => t.orderBy(asc('customerId')).all(), [ada, bob, di]),
  of(
    'rows one by one',
    async ({ tx }) => {
      const seen: unknown[] = [];
      const rows = tx.orm.public.OrderTotals.orderBy(asc('customerId')).all() as unknown as AsyncIterable<unknown>;
      for await (const row of rows) seen.push(row);
      return seen;
    },
    [ada, bob, di],
  ),
  totals('first', (t) => t.where({ customerId: 2 }).first(), bob),
  totals('first of a filter', (t) => t.first({ customerId: 2 }), bob),
  totals('first of nothing', (t) => t.where({ customerId: 3 }).first(), null),
  totals(
    'where() of conditions',
    (t) =>
      t
        .where((f: Loose) => f.total.gte('1.5'))
        .where({ orders: 2n })
        .all(),
    [ada],
  ),
  totals('where() of a list', (t) => t.where((f: Loose) => f.customerId.in([1, 3])).all(), [ada]),
  totals('a page', (t) => t.orderBy(asc('customerId')).offset(1).limit(1).all(), [bob]),
  totals('from a cursor', (t) => t.orderBy(asc('customerId')).cursor({ customerId: 1 }).all(), [bob, di]),
  totals('distinct', (t) => t.orderBy(asc('orders')).select('orders').distinct('orders').all(), [
    { orders: 1n },
    { orders: 2n },
  ]),
  totals('distinctOn', (t) => t.orderBy(asc('orders')).orderBy(asc('customerId')).distinctOn('orders').all(), [
    bob,
    ada,
  ]),
  totals('select', (t) => t.where({ customerId: 1 }).select('total').all(), [{ total: '15.50' }]),
  totals(
    'aggregate',
    (t) =>
      t
        .where((f: Loose) => f.customerId.lt(4))
        .aggregate((a: Loose) => ({ n: a.count(), total: a.sum('total'), least: a.min('orders') })),
    { n: 2, total: '22.75', least: 1n },
  ),
  of(
    'groupBy with having',
    ({ tx }) =>
      tx.orm.public.OrderTotals.groupBy('orders')
        .having((h: Loose) => h.count().gt(1))
        .aggregate((a: Loose) => ({ total: a.sum('total') })),
    [{ orders: 1n, total: '8.25' }],
  ),
  totals('include of the other side', (t) => t.where({ customerId: 1 }).include('customer').first(), {
    ...ada,
    customer,
  }),
  totals(
    'include, at depth, and back to the stream table',
    (t) =>
      t
        .where({ customerId: 2 })
        .include('customer', (c: Loose) => c.select('name').include('totals'))
        .first(),
    { ...bob, customer: { name: 'Bob', totals: bob } },
  ),
  customers(
    'include from the other side',
    (c) =>
      c
        .where((f: Loose) => f.id.gte(3))
        .orderBy(asc('id'))
        .select('id')
        .include('totals')
        .all(),
    [
      { id: 3, totals: null },
      { id: 4, totals: di },
    ],
  ),
  customers(
    'include of many, refined',
    (c) =>
      c
        .where({ id: 1 })
        .select('id')
        .include('visits', (v: Loose) => v.where({ note: 'tea' }).select('note').limit(1))
        .first(),
    { id: 1, visits: [{ note: 'tea' }] },
  ),
  customers(
    'a count of a relation',
    (c) =>
      c
        .orderBy(asc('id'))
        .select('id')
        .include('visits', (v: Loose) => v.count())
        .limit(2)
        .all(),
    [
      { id: 1, visits: 4 },
      { id: 2, visits: 1 },
    ],
  ),
  customers(
    'several of a relation at once',
    (c) =>
      c
        .where({ id: 2 })
        .select('id')
        .include('visits', (v: Loose) => v.combine({ n: v.count(), first: v.select('note').limit(1) }))
        .first(),
    { id: 2, visits: { n: 1, first: [{ note: null }] } },
  ),
  of(
    'include from a table with the foreign key',
    ({ tx }) => tx.orm.public.Order.where({ id: 3 }).select('id').include('totals').first(),
    {
      id: 3,
      totals: bob,
    },
  ),
  customers(
    'a relation filter: some',
    (c) => ids(c.where((f: Loose) => f.totals.some((t: Loose) => t.total.gt('5')))),
    [1, 2],
  ),
  customers('a relation filter: none', (c) => ids(c.where((f: Loose) => f.totals.none())), [3]),
  customers('a relation filter: every', (c) => ids(c.where((f: Loose) => f.totals.every({ orders: 2n }))), [1, 3]),
  totals(
    'a relation filter of the stream table',
    (t) => t.where((f: Loose) => f.customer.some({ region: 'south' })).all(),
    [bob],
  ),
  since(
    '8.0.0-rc.13',
    totals('in the order of a relation', (t) => t.orderBy((f: Loose) => f.customer.name.desc()).all(), [di, bob, ada]),
  ),
  since(
    '8.0.0-rc.13',
    totals(
      'in the order of a count of a relation',
      (t) => t.orderBy((f: Loose) => f.placed.count().desc()).first(),
      ada,
    ),
  ),
  of('the SQL builder', ({ tx }) => tx.query(builder(tx)), [{ total: '15.50' }]),
  since(
    '8.0.0-rc.13',
    of(
      'a prepared query of the ORM',
      async ({ db }) => {
        const query = await db.prepare({ id: 'pg/int4@1' }, ({ id }) =>
          db.orm.public.OrderTotals.where({ customerId: id }).prepared.first(),
        );
        return await query.query(db.runtime(), { id: 1 });
      },
      ada,
    ),
  ),
  of(
    'a prepared query of the SQL builder',
    async ({ db }) => {
      const query = await db.runtime().prepare({ id: 'pg/int4@1' }, ({ id }) =>
        db.sql.public.order_totals
          .select('total')
          .where((f: Loose, functions: Loose) => functions.eq(f.customer_id, id))
          .build(),
      );
      return await query.query(db.runtime(), { id: 1 });
    },
    [{ total: '15.50' }],
  ),
  of('in a transaction', ({ db }) => db.transaction((tx) => tx.orm.public.OrderTotals.first({ customerId: 1 })), ada),
  of(
    'a connection of the runtime',
    async ({ db }) => {
      const connection = await db.runtime().connection();
      const rows = await connection.query(builder(db));
      await connection.release();
      return rows;
    },
    [{ total: '15.50' }],
  ),
  of(
    'another orm() over the runtime',
    ({ db }) =>
      (orm({ runtime: db.runtime(), context: db.context } as never) as unknown as Tx['orm']).public.OrderTotals.first({
        customerId: 1,
      }),
    ada,
  ),
  of(
    'a transaction of the runtime',
    ({ db }) => withTransaction(db.runtime() as never, async (tx) => await tx.query(builder(db) as never)),
    [{ total: '15.50' }],
  ),
  of(
    'SQL of one’s own',
    ({ db }) =>
      db
        .runtime()
        .query(
          db.raw
            .sql(templateOf('select count(customer_id)::int as n from order_totals where customer_id > ', ''), 1)
            .returnsRow({ n: 'pg/int4@1' })
            .build(),
        ),
    [{ n: 2 }],
  ),
];

function builder({ sql }: Pick<Tx, 'sql'>): object {
  return sql.public.order_totals
    .select('total')
    .where((f: Loose, functions: Loose) => functions.eq(f.customer_id, 1))
    .build();
}

async function ids(rows: Collection): Promise<unknown> {
  return ((await rows.orderBy(asc('id')).select('id').all()) as { readonly id: number }[]).map(({ id }) => id);
}

function totals(name: string, call: (totals: Collection) => PromiseLike<unknown>, gives: unknown): ReadPath<Native> {
  return of(name, ({ tx }) => call(tx.orm.public.OrderTotals), gives);
}

function customers(
  name: string,
  call: (customers: Collection) => PromiseLike<unknown>,
  gives: unknown,
): ReadPath<Native> {
  return of(name, ({ tx }) => call(tx.orm.public.Customer), gives);
}

function of(name: string, call: (native: Native) => PromiseLike<unknown>, gives: unknown): ReadPath<Native> {
  return { name, call, gives };
}

function since(version: Version, path: ReadPath<Native>): ReadPath<Native> & InSomeVersions {
  return { ...path, since: version };
}
