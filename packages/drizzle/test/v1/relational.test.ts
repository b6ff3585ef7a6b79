import { PGlite } from '@electric-sql/pglite';
import { isPgStreamError } from '@pgstream/core';
import { pgstreamEmulator } from '@pgstream/emulator/pglite';
import { sameExtension } from '@pgstream/harness';
import { aliasedTable, is, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { PgTable, withReplicas } from 'drizzle-orm/pg-core';
import { drizzle as drizzleOverPglite } from 'drizzle-orm/pglite';
import { drizzle as drizzleOverPostgresJs } from 'drizzle-orm/postgres-js';
import { Pool } from 'pg';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardStreamTables, relational, streamSchema } from '../../src/index.ts';
import { SHOP, shopDatabase } from '../shop/database.ts';
import * as shop from '../shop/schema.ts';
import { direct, NAMESAKES, odd, relations, unrelated } from './relations.ts';

const { customers, orderTotals, regionTotals } = shop;
const database = shopDatabase();
let pool: Pool;
let client: postgres.Sql;

const overPg = () => guardStreamTables(drizzle({ client: pool, relations }));
type Db = ReturnType<typeof overPg>;
const DRIVERS: readonly (readonly [driver: string, open: () => Pick<Db, 'query'>])[] = [
  ['node-postgres', overPg],
  ['node-postgres, with jit', () => guardStreamTables(drizzle({ client: pool, relations, jit: true }))],
  ['postgres.js', () => guardStreamTables(drizzleOverPostgresJs({ client, relations }))],
];

beforeAll(async () => {
  pool = new Pool({ connectionString: database.url });
  await pool.query(NAMESAKES);
  client = postgres(database.url, { max: 2, onnotice: () => {} });
});
afterAll(() => Promise.all([pool.end(), client.end()]));

const ada = { customerId: 1, total: '15.50', orders: 2 };
const bob = { customerId: 2, total: '7.25', orders: 1 };
const adaRow = { id: 1, name: 'Ada', region: 'north' };
const bobRow = { id: 2, name: 'Bob', region: 'south' };
const cyRow = { id: 3, name: 'Cy', region: 'north' };

interface QueryCase {
  readonly name: string;
  readonly query: (db: Pick<Db, 'query'>) => PromiseLike<unknown>;
  readonly rows: unknown;
}

const QUERIES: readonly QueryCase[] = [
  {
    name: 'findMany() with an order',
    query: ({ query }) => query.orderTotals.findMany({ orderBy: { customerId: 'desc' } }),
    rows: [bob, ada],
  },
  {
    name: 'an order by a callback',
    query: ({ query }) => query.orderTotals.findMany({ orderBy: (t, { desc }) => [desc(t.total)] }),
    rows: [ada, bob],
  },
  {
    name: 'findFirst() with a condition',
    query: ({ query }) => query.orderTotals.findFirst({ where: { customerId: 2, total: { gt: '1' } } }),
    rows: bob,
  },
  {
    name: 'findFirst() of nothing',
    query: ({ query }) => query.orderTotals.findFirst({ where: { total: { lt: '0' } } }),
    rows: undefined,
  },
  {
    name: 'a condition in SQL of one’s own',
    query: ({ query }) => query.orderTotals.findMany({ where: { RAW: (t) => sql`${t.total} * 2 > 20` } }),
    rows: [ada],
  },
  {
    name: 'the same, with others',
    query: ({ query }) =>
      query.orderTotals.findMany({
        where: { OR: [{ RAW: (t, { gt }) => gt(t.total, '100') }, { NOT: { customerId: 1 } }] },
      }),
    rows: [bob],
  },
  {
    name: 'an order, limit and offset',
    query: ({ query }) => query.orderTotals.findMany({ orderBy: { total: 'asc' }, limit: 1, offset: 1 }),
    rows: [ada],
  },
  {
    name: 'some columns and an extra',
    query: ({ query }) =>
      query.orderTotals.findMany({
        columns: { total: true },
        extras: { twice: (t, { sql: own }) => own<string>`${t.total} * 2` },
        orderBy: { customerId: 'asc' },
      }),
    rows: [
      { total: '15.50', twice: '31.00' },
      { total: '7.25', twice: '14.50' },
    ],
  },
  {
    name: 'all columns but one',
    query: ({ query }) => query.orderTotals.findFirst({ columns: { total: false }, orderBy: { customerId: 'asc' } }),
    rows: { customerId: 1, orders: 2 },
  },
  {
    name: 'one table of a stream table, with all the digits of a numeric',
    query: ({ query }) => query.orderTotals.findMany({ with: { customer: true }, orderBy: { customerId: 'asc' } }),
    rows: [
      { ...ada, customer: adaRow },
      { ...bob, customer: bobRow },
    ],
  },
  {
    name: 'many rows of a table of a stream table',
    query: ({ query }) =>
      query.orderTotals.findFirst({
        where: { customerId: 1 },
        with: { lines: { columns: { id: true }, orderBy: { id: 'asc' } } },
      }),
    rows: { ...ada, lines: [{ id: 1 }, { id: 2 }] },
  },
  {
    name: 'one stream table of a table, null where there is none',
    query: ({ query }) =>
      query.customers.findMany({ with: { totals: true }, where: { id: { gt: 1 } }, orderBy: { id: 'asc' } }),
    rows: [
      { ...bobRow, totals: bob },
      { ...cyRow, totals: null },
    ],
  },
  {
    name: 'many rows of a stream table of a table, with what they are limited to',
    query: ({ query }) =>
      query.customers.findFirst({
        columns: { id: true },
        with: {
          allTotals: {
            columns: { orders: true, total: true },
            extras: { half: (t) => sql<string>`(${t.total} / 2)::numeric(8,3)` },
            where: { total: { gt: '1' } },
            orderBy: (t, { desc }) => desc(t.total),
            limit: 5,
          },
        },
        orderBy: { id: 'asc' },
      }),
    rows: { id: 1, allTotals: [{ orders: 2, total: '15.50', half: 7.75 }] },
  },
  {
    name: 'a filter across a relation to a stream table',
    query: ({ query }) => query.customers.findMany({ where: { totals: { total: { gt: '10' } } } }),
    rows: [adaRow],
  },
  {
    name: 'a filter across a relation from one',
    query: ({ query }) => query.orderTotals.findMany({ where: { customer: { name: 'Bob' } } }),
    rows: [bob],
  },
  {
    name: 'a filter on what there is of a stream table',
    query: ({ query }) => query.customers.findMany({ where: { NOT: { totals: true } } }),
    rows: [cyRow],
  },
  {
    name: 'through stream tables to another, of another schema',
    query: ({ query }) =>
      query.orders.findFirst({
        columns: { id: true },
        where: { id: 3 },
        with: { totals: { with: { customer: { with: { regional: { with: { customers: true } } } } } } },
      }),
    rows: {
      id: 3,
      totals: { ...bob, customer: { ...bobRow, regional: { region: 'south', total: '7.25', customers: [bobRow] } } },
    },
  },
  {
    name: 'through a table',
    query: ({ query }) => query.orderTotals.findFirst({ where: { customerId: 1 }, with: { regional: true } }),
    rows: { ...ada, regional: { region: 'north', total: '15.50' } },
  },
  {
    name: 'two stream tables of one name, in two schemas, in one query',
    query: ({ query }) =>
      query.customers.findFirst({
        columns: {},
        where: { id: 2 },
        extras: { one: sql`1` },
        with: { totals: true, theirTotals: true },
      }),
    rows: { one: 1, totals: bob, theirTotals: { customerId: 2, total: '14.50' } },
  },
  {
    name: 'a table and a stream table of one name, in two schemas, in one query',
    query: ({ query }) =>
      query.customers.findFirst({
        where: { id: 1, visited: { value: { gt: '1' } } },
        with: { visits: { orderBy: { id: 'asc' } }, visited: { with: { visits: true } } },
      }),
    rows: {
      ...adaRow,
      visits: [
        { id: 1, customerId: 1 },
        { id: 2, customerId: 1 },
      ],
      visited: {
        customerId: 1,
        value: '21.00',
        visits: [
          { id: 1, customerId: 1 },
          { id: 2, customerId: 1 },
        ],
      },
    },
  },
  {
    name: 'a column that is called as what Drizzle keeps in its objects',
    query: ({ query }) =>
      query.odd.findFirst({
        where: { RAW: (t) => sql`${t.value} = 7` },
        extras: { more: (t) => sql<number>`${t.value} + 1` },
        orderBy: (t) => t.value,
      }),
    rows: { value: 7, queryChunks: 'seven', more: 8 },
  },
  {
    name: 'an alias under its own name',
    query: ({ query }) => query.largest.findFirst({ orderBy: { total: 'desc' } }),
    rows: ada,
  },
  {
    name: 'columns of every mode',
    query: ({ query }) => query.samples.findFirst({ where: { id: 1 } }),
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
    query: ({ query }) =>
      query.orderTotals
        .findFirst({ where: { customerId: { eq: sql.placeholder('id') } } })
        .prepare('by_id')
        .execute({ id: 2 }),
    rows: bob,
  },
];

describe.each(DRIVERS)('a relational query over %s', (_driver, open) => {
  it.each(QUERIES)('reads $name', async ({ query, rows }) => {
    expect(await query(open())).toEqual(rows);
  });
});

describe('a relational query', () => {
  it('is one in a transaction, and goes to the declared schema whatever the search_path', async () => {
    const row = await overPg().transaction(async (tx) => {
      await tx.execute(sql`set local search_path = analytics`);
      return await tx.query.orderTotals.findFirst({ orderBy: { customerId: 'asc' } });
    });
    expect(row).toEqual(ada);
  });

  it('is one of a db with replicas', async () => {
    const db = overPg();
    const row = await withReplicas(db, [db]).query.orderTotals.findFirst({ orderBy: { customerId: 'asc' } });
    expect(row).toEqual(ada);
  });

  it('is read over PGlite, too', async () => {
    const lite = await PGlite.create({ extensions: { pgstream: pgstreamEmulator(sameExtension) } });
    await lite.exec(SHOP);
    const { query } = drizzleOverPglite({ client: lite, relations });
    const row = await query.customers.findFirst({ where: { id: 2 }, with: { totals: true } });
    await lite.close();
    expect(row).toEqual({ ...bobRow, totals: bob });
  });
});

const overPgDirectly = () => drizzle({ client: pool, relations: direct });

describe('a stream table that is handed to defineRelations() as it is', () => {
  it.each<[string, () => PromiseLike<unknown>]>([
    ['read', () => overPgDirectly().query.orderTotals.findMany()],
    [
      'read by a condition',
      () => overPgDirectly().query.orderTotals.findFirst({ where: { RAW: (t) => sql`${t.total} > 1` } }),
    ],
    ['read with a table', () => overPgDirectly().query.customers.findMany({ with: { totals: true } })],
    [
      'what a table is filtered by',
      () => overPgDirectly().query.customers.findMany({ where: { totals: { orders: 2 } } }),
    ],
    ['read without any relations', () => drizzle({ client: pool, relations: unrelated }).query.orderTotals.findMany()],
    ['read on a guarded db', () => guardStreamTables(overPgDirectly()).query.orderTotals.findMany()],
  ])('is named in a sentence that says what to give instead, where it is %s', async (_how, read) => {
    const error: unknown = await (async () => await read())().catch((thrown: unknown) => thrown);
    expect(isPgStreamError(error, 'INVALID_ARGUMENT')).toBe(true);
    expect((error as Error).message).toContain('do not take the stream table "order_totals" as it is');
    expect((error as Error).message).toContain('defineRelations(streamSchema(schema)');
  });

  it('is read by everything else as ever', async () => {
    expect(await overPgDirectly().select().from(orderTotals).orderBy(orderTotals.total)).toEqual([bob, ada]);
    expect(await overPgDirectly().query.customers.findMany({ where: { id: 1 } })).toEqual([adaRow]);
  });
});

describe('streamSchema', () => {
  it('leaves everything but stream tables as it was, and gives each its one variant', () => {
    const made: Readonly<Record<string, unknown>> = streamSchema({ customers, orderTotals, regionTotals });
    expect(Object.keys(made)).toEqual(['customers', 'orderTotals', 'regionTotals']);
    expect(made['customers']).toBe(customers);
    expect(made['orderTotals']).toBe(relational(orderTotals));
    expect(relational(regionTotals)).not.toBe(relational(orderTotals));
  });

  it('gives nothing that tools take for a table', () => {
    for (const table of [orderTotals, odd]) expect(is(relational(table), PgTable)).toBe(false);
  });
});

describe('the declared columns are all that a variant shows', () => {
  it.each([
    [orderTotals, ['customer_id', 'orders', 'total']],
    [odd, ['query_chunks', 'value']],
  ])('in SQL of one’s own (%#)', async (table, declared) => {
    const rows = await overPg().execute(sql`select to_jsonb(q) as row from (${relational(table)}) q`, 'objects');
    for (const { row } of rows) expect(Object.keys(row as object).toSorted()).toEqual(declared);
    expect(rows.length).toBeGreaterThan(0);
  });
});

/** The table of a callback, as the types would never give it. */
async function handedOut(db: Db): Promise<shop.Writable> {
  let given: unknown;
  await db.query.orderTotals.findMany({
    where: {
      RAW: (t) => {
        given = t;
        return sql`true`;
      },
    },
  });
  return given as shop.Writable;
}

describe('what a callback is given', () => {
  const WRITES: readonly (readonly [name: string, operation: string, write: (db: Db, t: shop.Writable) => unknown])[] =
    [
      ['insert()', 'insert', (db, t) => db.insert(t).values({ customerId: 9, total: '1', orders: 1 })],
      ['update()', 'update', (db, t) => db.update(t).set({ total: '0' })],
      ['update() of every column', 'update', (db, t) => db.update(t).set({ customerId: 9, total: '0', orders: 0 })],
      ['delete()', 'delete', (db, t) => db.delete(t)],
      ['update() of an alias', 'update', (db, t) => db.update(aliasedTable(t, 'z')).set({ total: '0' })],
      ['delete() of an alias', 'delete', (db, t) => db.delete(aliasedTable(t, 'order_totals'))],
    ];

  it.each(WRITES)('is not written by %s on a guarded db', async (_name, operation, write) => {
    const db = overPg();
    const table = await handedOut(db);
    await expect(async () => await write(db, table)).rejects.toMatchObject({ code: 'READ_ONLY', operation });
  });

  it.each(WRITES.filter(([name]) => !name.includes('every')))(
    'is not written by %s on a db without a guard',
    async (_name, _operation, write) => {
      const db = drizzle({ client: pool, relations });
      const table = await handedOut(db);
      await expect(async () => await write(db, table)).rejects.toThrow(/was refused|Failed query/);
      expect(await db.select().from(orderTotals).orderBy(orderTotals.total)).toEqual([bob, ada]);
    },
  );
});
