import { defineRelations, type InferViewSelectModel } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { describe, expectTypeOf, it } from 'vitest';
import { relational, streamSchema } from '../../src/index.ts';
import * as shop from '../shop/schema.ts';
import type { relations } from './relations.ts';

const { customers, orderTotals } = shop;
declare const db: NodePgDatabase<typeof relations>;

type OrderTotal = typeof orderTotals.$inferSelect;
type Customer = typeof customers.$inferSelect;

describe('what a relational query gives', () => {
  it('is the declared columns', () => {
    const rows = db.query.orderTotals.findMany();
    expectTypeOf<Awaited<typeof rows>>().toEqualTypeOf<OrderTotal[]>();
    expectTypeOf<InferViewSelectModel<typeof orderTotals>>().toEqualTypeOf<OrderTotal>();
    const first = db.query.samples.findFirst({ columns: { exact: true, at: true, doc: true } });
    expectTypeOf<Awaited<typeof first>>().toEqualTypeOf<
      { exact: bigint | null; at: Date | null; doc: { readonly n: number } | null } | undefined
    >();
  });

  it('follows relations from a stream table', () => {
    const rows = db.query.orderTotals.findMany({ with: { customer: true, lines: { columns: { id: true } } } });
    type Row = Awaited<typeof rows>[number];
    expectTypeOf<Row['total']>().toEqualTypeOf<string | null>();
    expectTypeOf<Row['customer']>().toEqualTypeOf<Customer>();
    expectTypeOf<Row['lines']>().toEqualTypeOf<{ id: number }[]>();
  });

  it('follows relations to a stream table', () => {
    const rows = db.query.customers.findMany({ with: { totals: true, allTotals: true } });
    type Row = Awaited<typeof rows>[number];
    expectTypeOf<Row['totals']>().toEqualTypeOf<OrderTotal | null>();
    expectTypeOf<Row['allTotals']>().toEqualTypeOf<OrderTotal[]>();
  });

  it('knows columns and relations', () => {
    void db.query.orderTotals.findMany({
      where: { customerId: 1 },
      // @ts-expect-error no such column
      orderBy: (t) => t.pgsRowId,
    });
    // @ts-expect-error no such relation
    void db.query.orderTotals.findMany({ with: { nothing: true } });
    // @ts-expect-error a total is text
    void db.query.orderTotals.findMany({ where: { total: { gt: 7 } } });
  });
});

describe('the table that a callback is given', () => {
  it('is read, and not written', () => {
    void db.query.orderTotals.findMany({
      where: {
        RAW: (t, { sql }) => {
          // @ts-expect-error a stream table is no table
          db.update(t);
          // @ts-expect-error a stream table is no table
          db.delete(t);
          return sql`${t.total} > 1`;
        },
      },
    });
  });
});

describe('streamSchema', () => {
  it('leaves everything as it was', () => {
    const schema = streamSchema({ customers, orderTotals, answer: 42 as const });
    expectTypeOf(schema.customers).toEqualTypeOf(customers);
    expectTypeOf(schema.orderTotals).toEqualTypeOf(orderTotals);
    expectTypeOf(schema.answer).toEqualTypeOf<42>();
  });

  it('is what defineRelations() takes', () => {
    defineRelations(streamSchema({ customers, orderTotals }), (r) => ({
      orderTotals: {
        customer: r.one.customers({ from: r.orderTotals.customerId, to: r.customers.id }),
        // @ts-expect-error no such column
        other: r.one.customers({ from: r.orderTotals.nothing, to: r.customers.id }),
      },
    }));
  });
});

describe('a relational variant', () => {
  const variant = relational(orderTotals);

  it('is made of stream tables alone', () => {
    // @ts-expect-error a table goes into defineRelations() as it is
    relational(customers);
  });

  it('cannot be written', () => {
    // @ts-expect-error a stream table is no table
    db.insert(variant);
    // @ts-expect-error a stream table is no table
    db.update(variant);
    // @ts-expect-error a stream table is no table
    db.delete(variant);
    // @ts-expect-error nor is it a materialized view
    db.refreshMaterializedView(variant);
  });
});
