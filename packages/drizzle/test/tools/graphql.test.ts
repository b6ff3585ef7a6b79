import { createRequire } from 'node:module';
import { relations } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { buildSchema } from 'drizzle-graphql';
import type * as Graphql from 'graphql';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardStreamTables, relational, streamSchema } from '../../src/index.ts';
import { shop, shopDatabase } from '../shop/index.ts';

// As Node finds it for drizzle-graphql; what Vite would find is another copy, and each refuses the other's schemas.
const { graphql } = createRequire(import.meta.url)('graphql') as typeof Graphql;

const { customers, orders, orderTotals, regionTotals } = shop;
const tables = {
  customers,
  orders,
  orderTotals,
  regionTotals,
  ordersRelations: relations(orders, ({ one }) => ({
    customer: one(customers, { fields: [orders.customerId], references: [customers.id] }),
  })),
};

const database = shopDatabase();
let pool: Pool;
beforeAll(() => {
  pool = new Pool({ connectionString: database.url });
});
afterAll(() => pool.end());

describe('drizzle-graphql', () => {
  it('makes a schema of the tables, and knows no stream table', async () => {
    const db = guardStreamTables(drizzle(pool, { schema: streamSchema(tables) }));
    const { schema, entities } = buildSchema(db);
    expect(Object.keys(entities.queries)).toEqual(['customers', 'customersSingle', 'orders', 'ordersSingle']);
    expect(Object.keys(entities.mutations).filter((name) => /totals/i.test(name))).toEqual([]);

    const source = '{ orders(limit: 1, where: { id: { eq: 3 } }) { id customer { name } } }';
    expect(await graphql({ schema, source })).toEqual({ data: { orders: [{ id: 3, customer: { name: 'Bob' } }] } });
  });

  it.each([
    ['to', { customersRelations: relations(customers, ({ many }) => ({ totals: many(relational(orderTotals)) })) }],
    ['from', { totalsRelations: relations(relational(orderTotals), ({ many }) => ({ lines: many(orders) })) }],
  ])('takes no schema with relations %s a stream table: give it one without them', (_way, more) => {
    const db = drizzle(pool, { schema: streamSchema({ ...tables, ...more }) });
    expect(() => buildSchema(db)).toThrow(TypeError);
  });
});
