import { gt, inArray, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { alias, integer, numeric, pgMaterializedView, pgView } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { guardStreamTables, streamAlias } from '../src/index.ts';
import { type Db, expectUnseen, openPg, type Opened, shop, shopDatabase } from './shop/index.ts';

const { customers, orders, orderTotals } = shop;
const database = shopDatabase();

/** What PostgreSQL writes through to the stream table, as its owner would have made it by hand. */
const VIEWS = `
  CREATE VIEW public.totals_view AS SELECT customer_id, total FROM public.order_totals;
  CREATE VIEW public.large_totals AS SELECT customer_id, total FROM public.totals_view WHERE total > 0;
  CREATE VIEW public.buyers AS SELECT * FROM public.customers WHERE id IN (SELECT customer_id FROM public.order_totals);
  CREATE MATERIALIZED VIEW public.stored_totals AS SELECT customer_id, total FROM public.order_totals;
`;

const columns = { customerId: integer('customer_id'), total: numeric() };
const totalsView = pgView('totals_view').as((query) =>
  query.select({ customerId: orderTotals.customerId, total: orderTotals.total }).from(orderTotals),
);
const largeTotals = pgView('large_totals').as((query) =>
  query.select().from(totalsView).where(gt(totalsView.total, '0')),
);
const buyers = pgView('buyers').as((query) =>
  query
    .select()
    .from(customers)
    .where(inArray(customers.id, query.select({ id: orderTotals.customerId }).from(orderTotals))),
);
const storedTotals = pgMaterializedView('stored_totals').as((query) =>
  query.select({ customerId: orderTotals.customerId, total: orderTotals.total }).from(orderTotals),
);

const WRITTEN_THROUGH: readonly (readonly [name: string, target: (db: Db) => unknown])[] = [
  ['a view', () => totalsView],
  ['a view of a view', () => largeTotals],
  ['an alias of a view', () => alias(totalsView, 'totals_view')],
  ['a view of an alias', () => pgView('totals_view').as((query) => query.select().from(streamAlias(orderTotals, 'a')))],
  [
    'a view of some rows',
    () =>
      pgView('large_totals').as((query) =>
        query
          .select()
          .from(orderTotals)
          .where(gt(orderTotals.total, sql`(select min(amount) from ${orders})`)),
      ),
  ],
  ['a view of SQL', () => pgView('totals_view', columns).as(sql`SELECT customer_id, total\n FROM ${orderTotals}`)],
  [
    'a view of SQL with a sub-select before it',
    () => pgView('totals_view', columns).as(sql`select (select 1 from ${orders}), total from only ${orderTotals}`),
  ],
  ['SQL that is a view', () => sql`${totalsView}`],
  // Named as the table is, and so is the statement's target.
  ['a CTE that is named as the stream table', (db) => db.$with('order_totals').as(db.select().from(orderTotals))],
  ['a subquery', (db) => db.select().from(orderTotals).as('order_totals')],
];

describe('a view of a stream table', () => {
  let opened: Opened<Db>;
  const rows = async (): Promise<unknown> => await opened.db.select().from(orderTotals).orderBy(orderTotals.customerId);

  beforeAll(async () => {
    const client = await database.connect();
    await client.query(VIEWS);
    await client.end();
    opened = openPg(database.url);
    guardStreamTables(opened.db);
  });
  afterAll(() => opened.close());
  beforeEach(() => {
    opened.sent.length = 0;
  });

  it.each(WRITTEN_THROUGH)('is not written through, on a guarded db: %s', async (_name, target) => {
    const before = await rows();
    opened.sent.length = 0;
    await expect(opened.db.delete(target(opened.db) as never)).rejects.toMatchObject({
      code: 'READ_ONLY',
      operation: 'delete',
      schema: 'public',
      table: 'order_totals',
    });
    expect(opened.sent).toEqual([]);
    expect(await rows()).toEqual(before);
  });

  it('is named by the refusal', async () => {
    await expect(opened.db.delete(largeTotals as never)).rejects.toThrow(
      /"order_totals" is a stream table.*The view "large_totals" reads from it, and PostgreSQL would write through/,
    );
  });

  it('is what PostgreSQL itself would write through, where nobody refuses', async () => {
    const other = openPg(database.url);
    await expectUnseen(other.db, async (tx) => {
      await tx.delete(largeTotals as never).where(sql`customer_id = 1`);
      expect(await tx.$count(orderTotals)).toBe(1);
    });
    await other.close();
  });

  it('is written by nobody as drizzle-kit creates it, because it selects from a sub-select', async () => {
    const client = await database.connect();
    const text = drizzle.mock().select().from(orderTotals).toSQL().sql;
    await client.query(`CREATE VIEW public.kit_view AS (${text})`);
    await expect(client.query('DELETE FROM public.kit_view')).rejects.toMatchObject({ code: '55000' });
    await client.query('DROP VIEW public.kit_view');
    await client.end();
  });

  it('is read as any other', async () => {
    expect(await opened.db.select().from(largeTotals).orderBy(largeTotals.customerId)).toEqual([
      { customerId: 1, total: '15.50' },
      { customerId: 2, total: '7.25' },
    ]);
  });

  it('leaves views alone that only look at the stream table', async () => {
    const work = opened.db.transaction(async (tx) => {
      await tx.delete(buyers as never).where(sql`id = 2`);
      expect(await tx.$count(customers)).toBe(2);
      tx.rollback();
    });
    await expect(work).rejects.toThrow('Rollback');
  });

  it('is refreshed, where it is a materialized one of the application’s own', async () => {
    await opened.db.refreshMaterializedView(storedTotals);
    expect(opened.sent.at(-1)).toBe('refresh materialized view "stored_totals"');
  });

  it('is not known to be one, where it was declared as existing', async () => {
    const existing = pgView('totals_view', columns).existing();
    await expectUnseen(opened.db, async (tx) => {
      await tx.delete(existing as never);
      expect(await tx.$count(orderTotals)).toBe(0);
    });
  });
});
