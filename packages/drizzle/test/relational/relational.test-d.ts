import { eq, relations } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { describe, expectTypeOf, it } from 'vitest';
import { relational, streamSchema } from '../../src/index.ts';
import { shop } from '../shop/index.ts';
import * as shopRelations from '../shop/relations.ts';

const { customers, orders, orderTotals, regionTotals, samples } = shop;
const variant = relational(orderTotals);
const schema = streamSchema({
  customers,
  orders,
  orderTotals,
  regionTotals,
  samples,
  ...shopRelations,
  orderTotalsModel: variant,
  answer: 42 as const,
});
declare const db: NodePgDatabase<typeof schema>;

type OrderTotal = typeof orderTotals.$inferSelect;
type Customer = typeof customers.$inferSelect;

describe('what a relational query gives', () => {
  it('is the declared columns', () => {
    const rows = db.query.orderTotals.findMany();
    expectTypeOf<Awaited<typeof rows>>().toEqualTypeOf<OrderTotal[]>();
    const first = db.query.samples.findFirst({ columns: { exact: true, at: true, doc: true } });
    expectTypeOf<Awaited<typeof first>>().toEqualTypeOf<
      { exact: bigint | null; at: Date | null; doc: { readonly n: number } | null } | undefined
    >();
  });

  it('follows relations from a stream table', () => {
    const rows = db.query.orderTotals.findMany({ with: { customer: true, lines: { columns: { id: true } } } });
    type Row = Awaited<typeof rows>[number];
    expectTypeOf<keyof Row>().toEqualTypeOf<keyof OrderTotal | 'customer' | 'lines'>();
    expectTypeOf<Row['total']>().toEqualTypeOf<string | null>();
    expectTypeOf<Row['customer']>().toEqualTypeOf<Customer>();
    expectTypeOf<Row['lines']>().toEqualTypeOf<{ id: number }[]>();
  });

  it('follows relations to a stream table', () => {
    const rows = db.query.customers.findMany({ with: { totals: { with: { customer: true } }, allTotals: true } });
    type Row = Awaited<typeof rows>[number];
    // A customer without orders has none.
    expectTypeOf<null>().toExtend<Row['totals']>();
    type Totals = NonNullable<Row['totals']>;
    expectTypeOf<Totals['orders']>().toEqualTypeOf<number | null>();
    expectTypeOf<Totals['customer']>().toEqualTypeOf<Customer>();
    expectTypeOf<Row['allTotals']>().toEqualTypeOf<OrderTotal[]>();
  });

  it('takes a row for granted where the relation names fields that are not null, as Drizzle does of tables', () => {
    const rows = db.query.orders.findMany({ with: { totals: true } });
    expectTypeOf<Awaited<typeof rows>[number]['totals']>().toEqualTypeOf<OrderTotal>();
  });

  it('knows columns in callbacks', () => {
    void db.query.orderTotals.findMany({
      where: (t) => eq(t.customerId, 1),
      // @ts-expect-error no such column
      orderBy: (t) => t['__pgs_row_id'],
    });
    // @ts-expect-error no such relation
    void db.query.orderTotals.findMany({ with: { nothing: true } });
  });
});

describe('streamSchema', () => {
  it('leaves everything but stream tables as it was', () => {
    expectTypeOf(schema.customers).toEqualTypeOf(customers);
    expectTypeOf(schema.customersRelations).toEqualTypeOf(shopRelations.customersRelations);
    expectTypeOf(schema.answer).toEqualTypeOf<42>();
    expectTypeOf(schema).not.toHaveProperty('orderTotalsModel');
    expectTypeOf(streamSchema({ variant })).toHaveProperty('variant');
  });
});

describe('a relational variant', () => {
  it('is taken by relations()', () => {
    relations(variant, ({ one }) => ({
      customer: one(customers, { fields: [orderTotals.customerId], references: [customers.id] }),
    }));
    relations(variant, ({ one }) => ({
      // @ts-expect-error a column of another table
      customer: one(customers, { fields: [shop.regionTotals.region], references: [customers.id] }),
    }));
  });

  it('is made of stream tables alone', () => {
    // @ts-expect-error a table goes into relations() as it is
    relational(customers);
  });

  it('cannot be written, and is not what reads are for', () => {
    // @ts-expect-error its columns are nobody's to write
    db.insert(variant);
    // @ts-expect-error its columns are nobody's to write
    db.update(variant);
    // @ts-expect-error its columns are nobody's to write
    db.delete(variant);
    // @ts-expect-error nor is it a materialized view
    db.refreshMaterializedView(variant);
    // @ts-expect-error read the stream table itself
    db.select().from(variant);
  });
});
