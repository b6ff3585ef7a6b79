import { streamSchema } from '@pgstream/drizzle';
import { defineRelations, sql } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { ReadPath } from '../../driver.ts';
import { customers, orderTotals, visits } from '../models.ts';
import type { Native, Relational } from '../session.ts';

/** What relational queries of Drizzle 1.0 know. */
export const relations = defineRelations(streamSchema({ customers, orderTotals, visits }), (r) => ({
  customers: {
    totals: r.many.orderTotals({ from: r.customers.id, to: r.orderTotals.customerId }),
    visits: r.many.visits({ from: r.customers.id, to: r.visits.customerId }),
  },
  visits: { customer: r.one.customers({ from: r.visits.customerId, to: r.customers.id }) },
  orderTotals: { customer: r.one.customers({ from: r.orderTotals.customerId, to: r.customers.id }) },
}));

type Query = NodePgDatabase<typeof relations>['query'];

const ada = { customerId: 1, total: '15.50', orders: 2n };
const bob = { customerId: 2, total: '7.25', orders: 1n };
const di = { customerId: 4, total: '1.00', orders: 1n };

const reads: readonly ReadPath<Native>[] = [
  read('query.findMany()', (query) => query.orderTotals.findMany({ orderBy: { customerId: 'asc' } }), [ada, bob, di]),
  read('query.findFirst()', (query) => query.orderTotals.findFirst({ where: { customerId: 2 } }), bob),
  read(
    'query with some columns and an expression',
    (query) =>
      query.orderTotals.findFirst({
        columns: { total: true },
        extras: { twice: (t) => sql<string>`2 * ${t.total}` },
        where: { customerId: 1 },
      }),
    { total: '15.50', twice: '31.00' },
  ),
  read(
    'query with a condition in SQL of one’s own',
    (query) => query.orderTotals.findMany({ where: { RAW: (t) => sql`${t.total} < 5` } }),
    [di],
  ),
  read(
    'query with a relation from the stream table',
    (query) => query.orderTotals.findFirst({ where: { customerId: 1 }, with: { customer: true } }),
    { ...ada, customer: { id: 1, name: 'Ada', region: 'north' } },
  ),
  read(
    'query with a relation to the stream table',
    (query) =>
      query.customers.findMany({
        columns: { name: true },
        where: { id: { gt: 2 } },
        orderBy: { id: 'asc' },
        with: { totals: { columns: { customerId: true } } },
      }),
    [
      { name: 'Cy', totals: [] },
      { name: 'Di', totals: [{ customerId: 4 }] },
    ],
  ),
  read(
    'query with a filter across a relation',
    (query) => query.customers.findMany({ columns: { name: true }, where: { totals: { total: { gt: '10' } } } }),
    [{ name: 'Ada' }],
  ),
  read(
    'query with a page of a relation',
    (query) =>
      query.customers.findFirst({
        columns: { name: true },
        where: { id: 2 },
        with: { totals: { columns: { customerId: true }, orderBy: { customerId: 'asc' }, limit: 1 } },
      }),
    { name: 'Bob', totals: [{ customerId: 2 }] },
  ),
];

function read(name: string, call: (query: Query) => PromiseLike<unknown>, gives: unknown): ReadPath<Native> {
  return { name, call: ({ db }) => call(queryOf(db)), gives };
}

export const relational1: Relational = {
  reads,
  async customersWithVisits(db, { skip, take }) {
    const found = await queryOf(db).customers.findMany({
      with: { visits: true },
      orderBy: { id: 'asc' },
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
