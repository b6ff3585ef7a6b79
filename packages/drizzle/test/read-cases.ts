import { and, desc, eq, exists, getViewSelectedFields, gt, inArray, lt, sql, sum } from 'drizzle-orm';
import { except, union, unionAll } from 'drizzle-orm/pg-core';
import { expect } from 'vitest';
import { streamAlias } from '../src/index.ts';
import { type Db, shop } from './shop/index.ts';

const { analyticsOrderTotals, customers, orders, orderTotals, regionTotals, samples } = shop;

const ada = { customerId: 1, total: '15.50', orders: 2 };
const bob = { customerId: 2, total: '7.25', orders: 1 };
const [adaRow, bobRow, cyRow] = [
  { id: 1, name: 'Ada', region: 'north' },
  { id: 2, name: 'Bob', region: 'south' },
  { id: 3, name: 'Cy', region: 'north' },
];

const other = streamAlias(orderTotals, 'other');
const { customerId, total } = orderTotals;

export interface ReadCase {
  readonly name: string;
  readonly read: (db: Db) => PromiseLike<unknown>;
  readonly rows: unknown;
  /** HTTP drivers have no transactions. */
  readonly inTransaction?: true;
}

/** Every way to read a stream table that Drizzle has, over the rows of the shop. */
export const READS: readonly ReadCase[] = [
  { name: 'select', read: (db) => db.select().from(orderTotals).orderBy(customerId), rows: [ada, bob] },
  {
    name: 'a partial select with an expression',
    read: (db) =>
      db
        .select({ id: customerId, twice: sql<string>`${total} * 2` })
        .from(orderTotals)
        .orderBy(total),
    rows: [
      { id: 2, twice: '14.50' },
      { id: 1, twice: '31.00' },
    ],
  },
  {
    name: 'where, order by, limit and offset',
    read: (db) => db.select().from(orderTotals).where(gt(total, '1')).orderBy(desc(total)).limit(1).offset(1),
    rows: [bob],
  },
  {
    name: 'all columns as one field',
    read: (db) =>
      db
        .select({ totals: getViewSelectedFields(orderTotals) })
        .from(orderTotals)
        .where(eq(customerId, 1)),
    rows: [{ totals: ada }],
  },
  {
    name: 'distinct',
    read: (db) => db.selectDistinct({ one: sql<number>`1` }).from(orderTotals),
    rows: [{ one: 1 }],
  },
  {
    name: 'distinct on',
    read: (db) => db.selectDistinctOn([customerId]).from(orderTotals).orderBy(customerId, total),
    rows: [ada, bob],
  },
  {
    name: 'group by and having',
    read: (db) =>
      db
        .select({ region: customers.region, all: sum(total) })
        .from(orderTotals)
        .innerJoin(customers, eq(customers.id, customerId))
        .groupBy(customers.region)
        .having(gt(sum(total), '10')),
    rows: [{ region: 'north', all: '15.50' }],
  },
  {
    name: 'inner join',
    read: (db) => db.select().from(orderTotals).innerJoin(customers, eq(customers.id, customerId)).orderBy(customerId),
    rows: [
      { order_totals: ada, customers: adaRow },
      { order_totals: bob, customers: bobRow },
    ],
  },
  {
    name: 'left join, with null where nothing matches',
    read: (db) => db.select().from(customers).leftJoin(orderTotals, eq(customers.id, customerId)).orderBy(customers.id),
    rows: [
      { customers: adaRow, order_totals: ada },
      { customers: bobRow, order_totals: bob },
      { customers: cyRow, order_totals: null },
    ],
  },
  {
    name: 'right join',
    read: (db) =>
      db
        .select()
        .from(orderTotals)
        .rightJoin(customers, eq(customers.id, customerId))
        .orderBy(desc(customers.id))
        .limit(1),
    rows: [{ order_totals: null, customers: cyRow }],
  },
  {
    name: 'full join of a partial select',
    read: (db) =>
      db
        .select({ name: customers.name, totals: { total } })
        .from(orderTotals)
        .fullJoin(customers, eq(customers.id, customerId))
        .orderBy(customers.name),
    rows: [
      { name: 'Ada', totals: { total: '15.50' } },
      { name: 'Bob', totals: { total: '7.25' } },
      { name: 'Cy', totals: null },
    ],
  },
  {
    name: 'cross join with a condition as a callback',
    read: (db) =>
      db
        .select({ id: customerId, other: other.customerId })
        .from(orderTotals)
        .innerJoin(other, (fields) => lt(fields.id, fields.other)),
    rows: [{ id: 1, other: 2 }],
  },
  {
    name: 'self-join by an alias',
    read: (db) => db.select().from(orderTotals).leftJoin(other, gt(other.total, total)).orderBy(customerId),
    rows: [
      { order_totals: ada, other: null },
      { order_totals: bob, other: ada },
    ],
  },
  {
    name: 'an alias alone',
    read: (db) => db.select().from(other).where(eq(other.customerId, 2)),
    rows: [bob],
  },
  {
    name: 'lateral join',
    read: (db) => {
      const latest = db
        .select({ amount: orders.amount })
        .from(orders)
        .where(eq(orders.customerId, customerId))
        .orderBy(desc(orders.id))
        .limit(1)
        .as('latest');
      return db
        .select({ id: customerId, last: latest.amount })
        .from(orderTotals)
        .leftJoinLateral(latest, sql`true`)
        .orderBy(customerId);
    },
    rows: [
      { id: 1, last: '5.50' },
      { id: 2, last: '7.25' },
    ],
  },
  {
    name: 'subquery',
    read: (db) => {
      const inner = db.select().from(orderTotals).where(gt(total, '10')).as('inner');
      return db.select().from(inner).innerJoin(customers, eq(customers.id, inner.customerId));
    },
    rows: [{ inner: ada, customers: adaRow }],
  },
  {
    name: 'CTE',
    read: (db) => {
      const cte = db.$with('cte').as(db.select().from(orderTotals));
      return db.with(cte).select({ id: cte.customerId }).from(cte).where(eq(cte.total, '7.25'));
    },
    rows: [{ id: 2 }],
  },
  {
    name: 'CTE by a callback',
    read: (db) => {
      const cte = db.$with('cte').as((qb) => qb.select({ id: customerId }).from(orderTotals));
      return db.with(cte).select().from(cte).orderBy(cte.id);
    },
    rows: [{ id: 1 }, { id: 2 }],
  },
  {
    name: 'in, exists and scalar subqueries',
    read: (db) =>
      db
        .select({
          name: customers.name,
          total: sql<string>`${db.select({ total }).from(orderTotals).where(eq(customerId, customers.id))}`,
        })
        .from(customers)
        .where(
          and(
            inArray(customers.id, db.select({ id: customerId }).from(orderTotals)),
            exists(db.select().from(orderTotals).where(eq(customerId, customers.id))),
          ),
        )
        .orderBy(customers.id),
    rows: [
      { name: 'Ada', total: '15.50' },
      { name: 'Bob', total: '7.25' },
    ],
  },
  {
    name: 'union',
    read: (db) => union(db.select().from(orderTotals), db.select().from(other)).orderBy(customerId),
    rows: [ada, bob],
  },
  {
    name: 'union all and except',
    read: (db) =>
      except(
        unionAll(db.select({ id: customers.id }).from(customers), db.select({ id: customers.id }).from(customers)),
        db.select({ id: customerId }).from(orderTotals),
      ),
    rows: [{ id: 3 }],
  },
  { name: '$count', read: (db) => db.$count(orderTotals), rows: 2 },
  { name: '$count with a filter', read: (db) => db.$count(orderTotals, gt(total, '10')), rows: 1 },
  {
    name: '$count as a field',
    read: (db) =>
      db
        .select({ name: customers.name, n: db.$count(orderTotals, eq(customerId, customers.id)) })
        .from(customers)
        .orderBy(customers.id),
    rows: [
      { name: 'Ada', n: 1 },
      { name: 'Bob', n: 1 },
      { name: 'Cy', n: 0 },
    ],
  },
  {
    name: 'prepared, with a placeholder',
    read: (db) => {
      const prepared = db
        .select()
        .from(orderTotals)
        .where(eq(customerId, sql.placeholder('id')))
        .prepare('by_id');
      return prepared.execute({ id: 1 }).then(async (first) => [first, await prepared.execute({ id: 2 })]);
    },
    rows: [[ada], [bob]],
  },
  {
    name: '$dynamic',
    read: (db) => db.select().from(orderTotals).$dynamic().where(eq(customerId, 1)).limit(5),
    rows: [ada],
  },
  {
    name: 'in a transaction and a nested one',
    read: (db) =>
      db.transaction((tx) => tx.transaction((inner) => inner.select().from(orderTotals).orderBy(customerId))),
    rows: [ada, bob],
    inTransaction: true,
  },
  {
    name: 'another schema',
    read: (db) => db.select().from(regionTotals).orderBy(regionTotals.region),
    rows: [
      { region: 'north', total: '15.50' },
      { region: 'south', total: '7.25' },
    ],
  },
  {
    name: 'two stream tables of one name, in two schemas',
    read: (db) => {
      const theirs = streamAlias(analyticsOrderTotals, 'theirs');
      return db.select().from(orderTotals).innerJoin(theirs, eq(theirs.customerId, customerId));
    },
    rows: [{ order_totals: bob, theirs: { customerId: 2, total: '14.50' } }],
  },
  {
    name: 'locking the rows that are read',
    read: (db) => db.select().from(orderTotals).orderBy(customerId).for('share'),
    rows: [ada, bob],
  },
  {
    name: 'columns of every kind and mode',
    read: (db) => db.select().from(samples).orderBy(samples.id),
    rows: [
      {
        id: 1,
        exact: 9007199254740993n,
        long: '12345678901234567890.0123456789',
        approximate: 12345678901234567000,
        at: new Date('2024-02-29T12:00:00.123Z'),
        atText: expect.stringMatching(/^2024-02-29 \d\d:00:00\.123[+-]\d\d$/) as unknown,
        day: '2024-02-29',
        tags: ['a', 'b,c'],
        doc: { n: 1 },
        nothing: null,
      },
      {
        id: 2,
        exact: null,
        long: null,
        approximate: null,
        at: null,
        atText: null,
        day: null,
        tags: null,
        doc: null,
        nothing: null,
      },
    ],
  },
];
