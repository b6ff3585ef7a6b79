import { type InferInsertModel, sql } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import { describe, expectTypeOf, it } from 'vitest';
import { guardStreamTables, streamAlias } from '../src/index.ts';
import * as shop from './shop/schema.ts';

const { orderTotals, customers } = shop;
declare const pgDb: NodePgDatabase;
declare const postgresJsDb: PostgresJsDatabase;
declare const transaction: Parameters<Parameters<NodePgDatabase['transaction']>[0]>[0];
const guarded = guardStreamTables(pgDb);
const other = streamAlias(orderTotals, 'other');

// Each would compile for a table; the reason is always the same: a view has no $inferInsert, and no table's columns.
describe('a write to a stream table does not compile', () => {
  it('insert', () => {
    // @ts-expect-error a stream table is no table
    pgDb.insert(orderTotals);
    // @ts-expect-error a stream table is no table
    postgresJsDb.insert(orderTotals);
    // @ts-expect-error a stream table is no table
    guarded.insert(orderTotals);
    // @ts-expect-error neither is one of another schema, declared with a callback
    pgDb.insert(shop.regionTotals);
    // @ts-expect-error nor its alias
    pgDb.insert(other);
  });

  it('update', () => {
    // @ts-expect-error a stream table is no table
    pgDb.update(orderTotals);
    // @ts-expect-error a stream table is no table
    postgresJsDb.update(orderTotals);
    // @ts-expect-error a stream table is no table
    guarded.update(orderTotals);
    // @ts-expect-error nor is its alias
    pgDb.update(other);
  });

  it('delete', () => {
    // @ts-expect-error a stream table is no table
    pgDb.delete(orderTotals);
    // @ts-expect-error a stream table is no table
    postgresJsDb.delete(orderTotals);
    // @ts-expect-error a stream table is no table
    guarded.delete(orderTotals);
    // @ts-expect-error nor is its alias
    pgDb.delete(other);
  });

  it('with a CTE, or inside one', () => {
    const cte = pgDb.$with('cte').as(pgDb.select().from(customers));
    // @ts-expect-error a stream table is no table
    pgDb.with(cte).insert(orderTotals);
    // @ts-expect-error a stream table is no table
    pgDb.with(cte).update(orderTotals);
    // @ts-expect-error a stream table is no table
    pgDb.with(cte).delete(orderTotals);
    // @ts-expect-error a stream table is no table
    pgDb.$with('gone').as(pgDb.delete(orderTotals).returning());
  });

  it('in a transaction and in a nested one', () => {
    void pgDb.transaction(async (tx) => {
      // @ts-expect-error a stream table is no table
      await tx.insert(orderTotals).values({ customerId: 1 });
      await tx.transaction(async (inner) => {
        // @ts-expect-error a stream table is no table
        await inner.delete(orderTotals);
      });
    });
    // @ts-expect-error a stream table is no table
    transaction.update(orderTotals);
  });

  it('refreshMaterializedView', () => {
    // @ts-expect-error a stream table is no materialized view: streamTable(db, orderTotals).refresh()
    pgDb.refreshMaterializedView(orderTotals);
  });

  it('as a model to insert', () => {
    // @ts-expect-error a view has no rows to insert
    expectTypeOf<InferInsertModel<typeof orderTotals>>().toBeObject(); // oxlint-disable-line typescript/no-generated-empty-object-type -- it is an error, as expected
    // @ts-expect-error a view has no rows to insert
    void orderTotals.$inferInsert;
  });

  it('locking its rows by name', () => {
    // @ts-expect-error only tables can be named
    pgDb.select().from(orderTotals).for('update', { of: orderTotals });
  });
});

describe('writes to other tables compile, with stream tables to read from', () => {
  it('in every position', () => {
    pgDb
      .insert(shop.archive)
      .select(pgDb.select({ customerId: orderTotals.customerId, total: orderTotals.total }).from(orderTotals));
    guarded
      .update(customers)
      .set({ name: sql`upper(name)` })
      .from(orderTotals);
    guarded.delete(customers).where(sql`id in ${pgDb.select({ id: orderTotals.customerId }).from(orderTotals)}`);
  });
});
