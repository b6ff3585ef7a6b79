import { streamAlias } from '@pgstream/drizzle';
import { count, eq, exists, getViewSelectedFields, gt, inArray, lt, sql, sum } from 'drizzle-orm';
import { except, intersect, union, unionAll } from 'drizzle-orm/pg-core';
import type { ReadPath } from '../driver.ts';
import { customers, orderTotals } from './models.ts';
import type { Db, Native } from './session.ts';

const { customerId, total } = orderTotals;
const ada = { customerId: 1, total: '15.50', orders: 2n };
const bob = { customerId: 2, total: '7.25', orders: 1n };
const di = { customerId: 4, total: '1.00', orders: 1n };
const all = [ada, bob, di];

/** Every way in which Drizzle reads a view, and those that only a table or a subquery has. */
export const reads: readonly ReadPath<Native>[] = [
  read('select', (db) => db.select().from(orderTotals).orderBy(customerId), all),
  read('selectDistinct', (db) => db.selectDistinct().from(orderTotals).orderBy(customerId), all),
  read('selectDistinctOn', (db) => db.selectDistinctOn([customerId]).from(orderTotals).orderBy(customerId), all),
  read(
    'all columns as one field',
    (db) =>
      db
        .select({ row: getViewSelectedFields(orderTotals) })
        .from(orderTotals)
        .where(eq(customerId, 2)),
    [{ row: bob }],
  ),
  read(
    'a prepared query, twice',
    async (db) => {
      const prepared = db
        .select()
        .from(orderTotals)
        .where(eq(customerId, sql.placeholder('id')))
        .prepare('order_totals_by_id');
      return [await prepared.execute({ id: 1 }), await prepared.execute({ id: 2 })];
    },
    [[ada], [bob]],
  ),
  read('a dynamic query', (db) => db.select().from(orderTotals).$dynamic().where(eq(customerId, 1)), [ada]),
  read('$count', (db) => db.$count(orderTotals, gt(total, '5')), 2),
  read('aggregates', (db) => db.select({ n: count(), all: sum(total) }).from(orderTotals), [{ n: 3, all: '23.75' }]),
  read(
    'group by and having',
    (db) =>
      db.select({ orders: orderTotals.orders }).from(orderTotals).groupBy(orderTotals.orders).having(gt(count(), 1)),
    [{ orders: 1n }],
  ),
  read(
    'a join',
    (db) => db.select().from(orderTotals).innerJoin(customers, eq(customers.id, customerId)).where(eq(customers.id, 1)),
    [{ order_totals: ada, customers: { id: 1, name: 'Ada', region: 'north' } }],
  ),
  read(
    'a self-join',
    (db) => {
      const other = streamAlias(orderTotals, 'other');
      return db.select().from(orderTotals).innerJoin(other, lt(total, other.total)).where(eq(other.customerId, 2));
    },
    [{ order_totals: di, other: bob }],
  ),
  read(
    'a lateral join',
    (db) => {
      const named = db.select({ name: customers.name }).from(customers).where(eq(customers.id, customerId)).as('named');
      return db
        .select({ name: named.name })
        .from(orderTotals)
        .innerJoinLateral(named, sql`true`)
        .orderBy(named.name);
    },
    [{ name: 'Ada' }, { name: 'Bob' }, { name: 'Di' }],
  ),
  read(
    'a subquery',
    (db) => {
      const large = db.select().from(orderTotals).where(gt(total, '5')).as('large');
      return db.select().from(large).orderBy(large.customerId);
    },
    [ada, bob],
  ),
  read(
    'a CTE',
    (db) => {
      const large = db.$with('large').as(db.select().from(orderTotals).where(gt(total, '5')));
      return db.with(large).select().from(large).orderBy(large.customerId);
    },
    [ada, bob],
  ),
  read(
    'a condition',
    (db) =>
      db
        .select({ name: customers.name })
        .from(customers)
        .where(inArray(customers.id, db.select({ id: customerId }).from(orderTotals).where(gt(total, '10')))),
    [{ name: 'Ada' }],
  ),
  read(
    'exists',
    (db) =>
      db
        .select({ name: customers.name })
        .from(customers)
        .where(
          exists(
            db
              .select({ one: sql`1` })
              .from(orderTotals)
              .where(eq(customerId, customers.id)),
          ),
        )
        .orderBy(customers.id)
        .limit(1),
    [{ name: 'Ada' }],
  ),
  read('union', (db) => union(whole(db), whole(db)).orderBy(customerId), all),
  read('union all', (db) => unionAll(one(db, 1), one(db, 2)), [ada, bob]),
  read('intersect', (db) => intersect(whole(db), one(db, 4)), [di]),
  read('except', (db) => except(one(db, 4), one(db, 1)), [di]),
  read('in a transaction', (db) => db.transaction((tx) => one(tx, 1)), [ada]),
  read('in a nested transaction', (db) => db.transaction((tx) => tx.transaction((inner) => one(inner, 1))), [ada]),
  read('locking what is read', (db) => one(db, 1).for('share'), [ada]),
  read(
    'SQL of one’s own',
    async (db) => {
      const result: unknown = await db.execute(sql`select count(${customerId})::int as n from ${orderTotals}`);
      return Array.isArray(result) ? [...(result as unknown[])] : (result as { rows: unknown[] }).rows;
    },
    [{ n: 3 }],
  ),
];

function read(name: string, call: (db: Db) => PromiseLike<unknown>, gives: unknown): ReadPath<Native> {
  return { name, call: ({ db }) => call(db), gives };
}

function whole(db: Db) {
  return db.select().from(orderTotals);
}

function one(db: Db, id: number) {
  return db.select().from(orderTotals).where(eq(customerId, id));
}
