import { eq, getViewSelectedFields, sql, sum } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { integer, numeric, pgView, text, union } from 'drizzle-orm/pg-core';
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import { describe, expectTypeOf, it } from 'vitest';
import { guardStreamTables, pgStreamSchema, pgStreamTable, streamAlias, streamTable } from '../src/index.ts';
import * as shop from './shop/schema.ts';

const { orderTotals, customers, samples, regionTotals } = shop;
declare const db: NodePgDatabase;

interface OrderTotal {
  customerId: number;
  total: string | null;
  orders: number | null;
}

describe('a stream table', () => {
  it('is none of the types that let everything through', () => {
    expectTypeOf(orderTotals).not.toBeAny();
    expectTypeOf(orderTotals.total).not.toBeAny();
    expectTypeOf(streamAlias(orderTotals, 'other')).not.toBeAny();
    expectTypeOf(orderTotals.$inferSelect).not.toBeAny();
  });
});

describe('what a select gives', () => {
  it('is the declared columns, null where notNull() is missing', () => {
    const rows = db.select().from(orderTotals);
    expectTypeOf<Awaited<typeof rows>>().toEqualTypeOf<OrderTotal[]>();
    expectTypeOf<typeof orderTotals.$inferSelect>().toEqualTypeOf<OrderTotal>();
  });

  it('follows the callback form and other schemas', () => {
    const rows = db.select().from(regionTotals);
    expectTypeOf<Awaited<typeof rows>>().toEqualTypeOf<{ region: string; total: string | null }[]>();
  });

  it('follows the columns’ modes and $type', () => {
    expectTypeOf<typeof samples.$inferSelect>().toEqualTypeOf<{
      id: number;
      exact: bigint | null;
      long: string | null;
      approximate: number | null;
      at: Date | null;
      atText: string | null;
      day: string | null;
      tags: string[] | null;
      doc: { readonly n: number } | null;
      nothing: string | null;
    }>();
  });

  it('is partial, computed, counted and aggregated', () => {
    const rows = db
      .select({ id: orderTotals.customerId, shout: sql<string>`upper('x')`, all: sum(orderTotals.total) })
      .from(orderTotals);
    expectTypeOf<Awaited<typeof rows>>().toEqualTypeOf<{ id: number; shout: string; all: string | null }[]>();
    expectTypeOf<Awaited<ReturnType<typeof db.$count>>>().toEqualTypeOf<number>();
    void db.$count(orderTotals, eq(orderTotals.customerId, 1));
  });

  it('is keyed by table in joins, and null on the outer side', () => {
    const inner = db.select().from(orderTotals).innerJoin(customers, eq(customers.id, orderTotals.customerId));
    expectTypeOf<Awaited<typeof inner>>().toEqualTypeOf<
      { order_totals: OrderTotal; customers: { id: number; name: string; region: string } }[]
    >();
    const left = db.select().from(customers).leftJoin(orderTotals, eq(customers.id, orderTotals.customerId));
    expectTypeOf<Awaited<typeof left>>().toEqualTypeOf<
      { customers: { id: number; name: string; region: string }; order_totals: OrderTotal | null }[]
    >();
  });

  it('knows an alias by its name', () => {
    const other = streamAlias(orderTotals, 'other');
    const rows = db.select().from(orderTotals).leftJoin(other, eq(other.customerId, orderTotals.customerId));
    expectTypeOf<Awaited<typeof rows>>().toEqualTypeOf<{ order_totals: OrderTotal; other: OrderTotal | null }[]>();
  });

  it('goes through subqueries, CTEs and set operations', () => {
    const inner = db.select().from(orderTotals).as('inner');
    const cte = db.$with('cte').as(db.select({ total: inner.total }).from(inner));
    const rows = db.with(cte).select().from(cte);
    expectTypeOf<Awaited<typeof rows>>().toEqualTypeOf<{ total: string | null }[]>();
    const both = union(db.select().from(orderTotals), db.select().from(orderTotals));
    expectTypeOf<Awaited<typeof both>>().toEqualTypeOf<OrderTotal[]>();
  });

  it('takes all columns as one field', () => {
    const rows = db.select({ totals: getViewSelectedFields(orderTotals) }).from(orderTotals);
    expectTypeOf<Awaited<typeof rows>>().toEqualTypeOf<{ totals: OrderTotal }[]>();
  });
});

describe('columns that cannot be declared', () => {
  it('are those of the extension, by key', () => {
    // @ts-expect-error DrizzleTypeError<'"__pgs_row_id" is a column of the extension's own bookkeeping: leave it out'>
    pgStreamTable('t', { __pgs_row_id: integer() });
    // @ts-expect-error the same in the other dialect
    pgStreamTable('t', { id: integer(), __pgt_count: integer() });
    // @ts-expect-error the same in the callback form
    pgStreamTable('t', (t) => ({ __pgs_count: t.integer() }));
    // @ts-expect-error the same in another schema
    pgStreamSchema('s').streamTable('t', { __pgs_count: integer() });
  });

  it('are those whose key Drizzle has taken', () => {
    // @ts-expect-error DrizzleTypeError<'"getSQL" is taken by Drizzle: choose another key'>
    pgStreamTable('t', { getSQL: text() });
  });

  it('are no others', () => {
    pgStreamTable('t', { pgs: text('pgs_row_id'), _pgs_: text(), count: numeric('__count') });
    expectTypeOf(orderTotals).not.toHaveProperty('__pgs_row_id');
  });
});

describe('functions that take dbs and stream tables', () => {
  it('take every PostgreSQL db, and its transactions', () => {
    const postgresJsDb = {} as PostgresJsDatabase;
    void streamTable(db, orderTotals);
    void streamTable(postgresJsDb, regionTotals);
    void streamTable(guardStreamTables(postgresJsDb), streamAlias(orderTotals, 'a'));
    void db.transaction((tx) => streamTable(tx, orderTotals).isStale());
  });

  it('take nothing else', () => {
    // @ts-expect-error a table is no stream table
    void streamTable(db, customers);
    // @ts-expect-error nor is a view
    void streamTable(db, pgView('v', { id: integer() }).existing());
    // @ts-expect-error a view has an alias() of Drizzle's
    streamAlias(pgView('v', { id: integer() }).existing(), 'a');
    // @ts-expect-error a stream table is no db
    void streamTable(orderTotals, orderTotals);
  });

  it('give the db back as what it was', () => {
    expectTypeOf(guardStreamTables(db)).toEqualTypeOf<NodePgDatabase>();
  });

  it('give helpers, and no way to alter or drop', () => {
    const handle = streamTable(db, orderTotals);
    expectTypeOf(handle.isStale()).resolves.toEqualTypeOf<boolean | null>();
    expectTypeOf(handle.isStale({ maxAgeMs: 1 })).resolves.toEqualTypeOf<boolean>();
    expectTypeOf(handle.lastRefreshAt()).resolves.toEqualTypeOf<Date | null>();
    expectTypeOf(handle.stalenessMs()).resolves.toEqualTypeOf<number | null>();
    expectTypeOf(handle.refreshAfter(() => db.$count(customers))).resolves.toEqualTypeOf<number>();
    // @ts-expect-error -- with braces it gives nothing to wait for, and Drizzle sends nothing
    void handle.refreshAfter(() => {
      void db.$count(customers);
    });
    expectTypeOf<keyof typeof handle>().toEqualTypeOf<
      | 'isStale'
      | 'lastRefreshAt'
      | 'stalenessMs'
      | 'status'
      | 'verify'
      | 'refresh'
      | 'refreshIfStale'
      | 'refreshAfter'
      | 'waitUntilFresh'
    >();
  });
});
