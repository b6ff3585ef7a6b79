import { relational, streamSchema } from '@pgstream/drizzle';
import { asc, eq, gt, relations, sql } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { ReadPath } from '../driver.ts';
import { customers, orderTotals, visits } from './models.ts';
import type { Native, Relational } from './session.ts';

/** What relational queries of Drizzle 0.45 know. */
export const schema = streamSchema({
  customers,
  orderTotals,
  visits,
  customersRelations: relations(customers, ({ many }) => ({
    totals: many(relational(orderTotals)),
    visits: many(relational(visits)),
  })),
  visitsRelations: relations(relational(visits), ({ one }) => ({
    customer: one(customers, { fields: [visits.customerId], references: [customers.id] }),
  })),
  orderTotalsRelations: relations(relational(orderTotals), ({ one }) => ({
    customer: one(customers, { fields: [orderTotals.customerId], references: [customers.id] }),
  })),
});

type Query = NodePgDatabase<typeof schema>['query'];

const { customerId, total } = orderTotals;
const ada = { customerId: 1, total: '15.50', orders: 2n };
const bob = { customerId: 2, total: '7.25', orders: 1n };
const di = { customerId: 4, total: '1.00', orders: 1n };

const reads: readonly ReadPath<Native>[] = [
  read('query.findMany()', (query) => query.orderTotals.findMany({ orderBy: asc(customerId) }), [ada, bob, di]),
  read('query.findFirst()', (query) => query.orderTotals.findFirst({ where: eq(customerId, 2) }), bob),
  read(
    'query with some columns and an expression',
    (query) =>
      query.orderTotals.findFirst({
        columns: { total: true },
        extras: { twice: sql<string>`2 * ${total}`.as('twice') },
        where: eq(customerId, 1),
      }),
    { total: '15.50', twice: '31.00' },
  ),
  read(
    'query with a relation from the stream table',
    (query) => query.orderTotals.findFirst({ where: eq(customerId, 1), with: { customer: true } }),
    { ...ada, customer: { id: 1, name: 'Ada', region: 'north' } },
  ),
  read(
    'query with a relation to the stream table',
    (query) =>
      query.customers.findMany({
        columns: { name: true },
        where: gt(customers.id, 2),
        orderBy: asc(customers.id),
        with: { totals: { columns: { customerId: true } } },
      }),
    [
      { name: 'Cy', totals: [] },
      { name: 'Di', totals: [{ customerId: 4 }] },
    ],
  ),
  read(
    'query with a page of a relation',
    (query) =>
      query.customers.findFirst({
        columns: { name: true },
        where: eq(customers.id, 2),
        with: { totals: { columns: { customerId: true }, orderBy: asc(customerId), limit: 1 } },
      }),
    { name: 'Bob', totals: [{ customerId: 2 }] },
  ),
];

function read(name: string, call: (query: Query) => PromiseLike<unknown>, gives: unknown): ReadPath<Native> {
  return { name, call: ({ db }) => call(queryOf(db)), gives };
}

export const relational045: Relational = {
  reads,
  async customersWithVisits(db, { skip, take }) {
    const found = await queryOf(db).customers.findMany({
      with: { visits: true },
      orderBy: asc(customers.id),
      limit: take,
      offset: skip,
    });
    return found.map((customer) => ({ name: customer.name, notes: customer.visits.map(({ note }) => note) }));
  },
  async visitsWithCustomers(db) {
    const found = await queryOf(db).visits.findMany({ with: { customer: true } });
    return found.map(({ note, customer }) => ({ note, customer: customer?.name ?? null }));
  },
};

function queryOf(db: object): Query {
  return (db as { readonly query: Query }).query;
}
