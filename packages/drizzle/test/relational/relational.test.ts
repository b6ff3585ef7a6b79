import { PGlite } from '@electric-sql/pglite';
import { pgstreamEmulator } from '@pgstream/emulator/pglite';
import { sameExtension } from '@pgstream/harness';
import { eq, gt, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { withReplicas } from 'drizzle-orm/pg-core';
import { drizzle as drizzleOverPglite } from 'drizzle-orm/pglite';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardStreamTables, relational, streamAlias, streamSchema } from '../../src/index.ts';
import { SHOP, shop, shopDatabase } from '../shop/index.ts';
import * as relations from '../shop/relations.ts';

const { byKey, customers, orders, orderTotals, regionTotals, samples } = shop;

const schema = {
  customers,
  orders,
  orderTotals,
  regionTotals,
  samples,
  largest: streamAlias(orderTotals, 'largest'),
  ...relations,
};

const database = shopDatabase();
let pool: Pool;
const open = () => guardStreamTables(drizzle(pool, { schema: streamSchema(schema) }));
type Db = ReturnType<typeof open>;
let opened: Db;

beforeAll(() => {
  pool = new Pool({ connectionString: database.url });
  opened = open();
});
afterAll(() => pool.end());

const ada = { customerId: 1, total: '15.50', orders: 2 };
const bob = { customerId: 2, total: '7.25', orders: 1 };
// Drizzle reads what is inside `with` from JSON, where PostgreSQL's numbers have no trailing zeros.
const adaInside = { ...ada, total: '15.5' };
const adaRow = { id: 1, name: 'Ada', region: 'north' };
const bobRow = { id: 2, name: 'Bob', region: 'south' };
const cyRow = { id: 3, name: 'Cy', region: 'north' };

interface QueryCase {
  readonly name: string;
  readonly query: (db: Db) => PromiseLike<unknown>;
  readonly rows: unknown;
}

const QUERIES: readonly QueryCase[] = [
  {
    name: 'findMany() with an order',
    query: (db) => db.query.orderTotals.findMany({ orderBy: (t, { desc }) => desc(t.customerId) }),
    rows: [bob, ada],
  },
  {
    name: 'findFirst() with a condition on the stream table’s own column',
    query: (db) => db.query.orderTotals.findFirst({ where: eq(orderTotals.customerId, 2) }),
    rows: bob,
  },
  {
    name: 'findFirst() of nothing',
    query: (db) => db.query.orderTotals.findFirst({ where: (t, { lt }) => lt(t.total, '0') }),
    rows: undefined,
  },
  {
    name: 'a condition, limit and offset',
    query: (db) =>
      db.query.orderTotals.findMany({
        where: (t, { and, isNotNull }) => and(isNotNull(t.total), gt(t.orders, 0)),
        orderBy: [orderTotals.total],
        limit: 1,
        offset: 1,
      }),
    rows: [ada],
  },
  {
    name: 'some columns and an extra',
    query: (db) =>
      db.query.orderTotals.findMany({
        columns: { total: true },
        extras: (t) => ({ twice: sql<string>`${t.total} * 2`.as('twice') }),
        orderBy: orderTotals.customerId,
      }),
    rows: [
      { total: '15.50', twice: '31.00' },
      { total: '7.25', twice: '14.50' },
    ],
  },
  {
    name: 'all columns but one',
    query: (db) => db.query.orderTotals.findFirst({ columns: { total: false }, orderBy: orderTotals.customerId }),
    rows: { customerId: 1, orders: 2 },
  },
  {
    name: 'one table of a stream table',
    query: (db) => db.query.orderTotals.findMany({ with: { customer: true }, orderBy: orderTotals.customerId }),
    rows: [
      { ...ada, customer: adaRow },
      { ...bob, customer: bobRow },
    ],
  },
  {
    name: 'many rows of a table of a stream table',
    query: (db) =>
      db.query.orderTotals.findFirst({
        where: eq(orderTotals.customerId, 1),
        with: { lines: { columns: { id: true }, orderBy: orders.id } },
      }),
    rows: { ...ada, lines: [{ id: 1 }, { id: 2 }] },
  },
  {
    name: 'one stream table of a table, null where there is none',
    query: (db) =>
      db.query.customers.findMany({ with: { totals: true }, where: (t) => gt(t.id, 1), orderBy: customers.id }),
    rows: [
      { ...bobRow, totals: bob },
      { ...cyRow, totals: null },
    ],
  },
  {
    name: 'many rows of a stream table of a table',
    query: (db) => db.query.customers.findMany({ with: { allTotals: true }, orderBy: customers.id, limit: 1 }),
    rows: [{ ...adaRow, allTotals: [adaInside] }],
  },
  {
    name: 'many rows of a stream table, ordered, some columns',
    query: (db) =>
      db.query.customers.findFirst({
        columns: { id: true },
        with: {
          allTotals: {
            columns: { orders: true },
            orderBy: orderTotals.total,
            limit: 5,
            where: gt(orderTotals.total, '1'),
          },
        },
        orderBy: customers.id,
      }),
    rows: { id: 1, allTotals: [{ orders: 2 }] },
  },
  {
    name: 'through a stream table to another, of another schema',
    query: (db) =>
      db.query.orders.findFirst({
        columns: { id: true },
        where: eq(orders.id, 3),
        with: { totals: { with: { customer: { with: { regional: { with: { customers: true } } } } } } },
      }),
    rows: {
      id: 3,
      totals: { ...bob, customer: { ...bobRow, regional: { region: 'south', total: '7.25', customers: [bobRow] } } },
    },
  },
  {
    name: 'an alias under its own name',
    query: (db) => db.query.largest.findFirst({ orderBy: (t, { desc }) => desc(t.total) }),
    rows: ada,
  },
  {
    name: 'columns of every mode',
    query: (db) => db.query.samples.findFirst({ where: eq(samples.id, 1) }),
    rows: expect.objectContaining({
      exact: 9007199254740993n,
      long: '12345678901234567890.0123456789',
      at: new Date('2024-02-29T12:00:00.123Z'),
      tags: ['a', 'b,c'],
      doc: { n: 1 },
    }) as unknown,
  },
  {
    name: 'prepared, with a placeholder',
    query: (db) =>
      db.query.orderTotals
        .findFirst({ where: eq(orderTotals.customerId, sql.placeholder('id')) })
        .prepare('by_id')
        .execute({ id: 2 }),
    rows: bob,
  },
  {
    name: 'in a transaction',
    query: (db) => db.transaction((tx) => tx.query.orderTotals.findFirst({ orderBy: orderTotals.customerId })),
    rows: ada,
  },
  {
    name: 'of a db with replicas',
    query: (db) => withReplicas(db, [db]).query.orderTotals.findFirst({ orderBy: orderTotals.customerId }),
    rows: ada,
  },
];

describe('a relational query', () => {
  it.each(QUERIES)('reads $name', async ({ query, rows }) => {
    expect(await query(opened)).toEqual(rows);
  });

  it('names columns by the casing of the db', async () => {
    const snake = drizzle(pool, { casing: 'snake_case', schema: streamSchema({ byKey }) });
    expect(await snake.query.byKey.findFirst({ where: eq(byKey.customerId, 1) })).toEqual({
      customerId: 1,
      total: '15.50',
    });
  });

  it('goes to the declared schema whatever the search_path', async () => {
    const row = await opened.transaction(async (tx) => {
      await tx.execute(sql`set local search_path = analytics`);
      return await tx.query.orderTotals.findFirst({ orderBy: orderTotals.customerId });
    });
    expect(row).toEqual(ada);
  });
});

it('is read over PGlite, too', async () => {
  const client = await PGlite.create({ extensions: { pgstream: pgstreamEmulator(sameExtension) } });
  await client.exec(SHOP);
  const { query } = drizzleOverPglite({ client, schema: streamSchema(schema) });
  const row = await query.customers.findFirst({ where: eq(customers.id, 2), with: { totals: true } });
  await client.close();
  expect(row).toEqual({ ...bobRow, totals: bob });
});

describe('the declared columns are all that a variant shows', () => {
  const declared = ['customer_id', 'orders', 'total'];

  it('in SQL of one’s own', async () => {
    const { rows } = await opened.execute(sql`select to_jsonb(q) as row from (${relational(orderTotals)}) q`);
    expect(rows.map(({ row }) => Object.keys(row as object).toSorted())).toEqual([declared, declared]);
  });

  it('as a whole row among many', async () => {
    const found = await opened.query.customers.findFirst({
      columns: {},
      where: eq(customers.id, 1),
      with: { allTotals: { columns: {}, extras: { all: sql<object>`to_jsonb("customers_allTotals")`.as('all') } } },
    });
    expect(found?.allTotals.map(({ all }) => Object.keys(all).toSorted())).toEqual([declared]);
  });

  it('of two that read one column in two modes, once', async () => {
    const { rows } = await opened.execute(sql`select * from (${relational(samples)}) q order by id limit 1`);
    expect(Object.keys(rows[0] ?? {})).toEqual(['id', 'big', 'num', 'at', 'day', 'tags', 'doc', 'nothing']);
  });
});

describe('streamSchema', () => {
  it('leaves everything but stream tables as it was', () => {
    const given = { ...schema, orderTotalsModel: relational(orderTotals) };
    const made = streamSchema(given);
    expect(Object.keys(made)).toEqual(Object.keys(schema));
    expect(made).toMatchObject({ customers, orders, ...relations });
    expect(made.orderTotals).toBe(given.orderTotalsModel);
    expect(given.orderTotals).toBe(orderTotals);
  });

  it('keeps a variant that is exported alone', async () => {
    const { query } = drizzle(pool, { schema: streamSchema({ model: relational(orderTotals) }) });
    expect(await query.model.findFirst({ orderBy: orderTotals.customerId })).toEqual(ada);
  });
});

describe('relational', () => {
  it('is one variant of a stream table', () => {
    expect(relational(orderTotals)).toBe(relational(orderTotals));
    expect(relational(regionTotals)).not.toBe(relational(orderTotals));
  });

  it.each([
    ['a table', customers],
    ['a variant', relational(orderTotals)],
    ['nothing', undefined],
  ])('refuses %s with a sentence', (_what, value) => {
    expect(() => relational(value as never)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('relational() takes') as string,
      }),
    );
  });
});
