import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { PgDialect, withReplicas } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardStreamTables } from '../src/index.ts';
import { type Db, openPg, type Opened, shop, shopDatabase } from './shop/index.ts';

const { archive, orderTotals } = shop;
const x = orderTotals as unknown as shop.Writable;
const readOnly = expect.objectContaining({ code: 'READ_ONLY' });

describe('guardStreamTables', () => {
  it('gives back the db that it was given', () => {
    const db = drizzle.mock();
    expect(guardStreamTables(db)).toBe(db);
  });

  it('guards a db once, however often it is asked to', () => {
    const db = guardStreamTables(drizzle.mock()) as unknown as { dialect: PgDialect };
    const built = db.dialect.buildDeleteQuery;
    guardStreamTables(db);
    expect(db.dialect.buildDeleteQuery).toBe(built);
  });

  it('leaves other dbs and the classes of Drizzle as they were', () => {
    const other = drizzle.mock();
    const method = PgDialect.prototype.buildDeleteQuery;
    guardStreamTables(drizzle.mock());
    expect(PgDialect.prototype.buildDeleteQuery).toBe(method);
    expect(other.delete(x).toSQL().sql).toMatch(/^delete from \(select/);
  });

  it('guards the primary and every replica of a db that has them', () => {
    const [primary, first, second] = [drizzle.mock(), drizzle.mock(), drizzle.mock()];
    const db = guardStreamTables(withReplicas(primary, [first, second]));
    for (const each of [db, db.$primary, primary, first, second]) {
      expect(() => each.delete(x).toSQL()).toThrow(readOnly);
    }
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['an object', {}],
    ['a driver', { query: () => {} }],
  ])('refuses %s with a sentence', (_what, value) => {
    expect(() => guardStreamTables(value as never)).toThrow(/takes a PostgreSQL db of drizzle-orm/);
    expect(() => guardStreamTables(value as never)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it('refuses what Drizzle would prepare before it is executed', () => {
    const db = guardStreamTables(drizzle.mock());
    expect(() => db.delete(x).prepare('p')).toThrow(readOnly);
  });

  it('says what to do instead', () => {
    const db = guardStreamTables(drizzle.mock());
    expect(() => db.delete(x).toSQL()).toThrow(
      /^delete was refused: "order_totals" is a stream table.*then refresh it\.$/,
    );
  });
});

describe('writes to other tables, on a guarded db', () => {
  const database = shopDatabase();
  let opened: Opened<Db>;

  beforeAll(() => {
    opened = openPg(database.url);
    guardStreamTables(opened.db);
  });
  afterAll(() => opened.close());

  it('go through, with stream tables to read from', async () => {
    const { db } = opened;
    const inserted = await db
      .insert(archive)
      .select(db.select({ customerId: orderTotals.customerId, total: orderTotals.total }).from(orderTotals))
      .returning();
    expect(inserted).toHaveLength(2);

    const updated = await db
      .update(archive)
      .set({ total: orderTotals.orders })
      .from(orderTotals)
      .where(eq(archive.customerId, orderTotals.customerId))
      .returning();
    expect(updated.toSorted((a, b) => a.customerId - b.customerId)).toEqual([
      { customerId: 1, total: '2', order_totals: { customerId: 1, total: '15.50', orders: 2 } },
      { customerId: 2, total: '1', order_totals: { customerId: 2, total: '7.25', orders: 1 } },
    ]);

    const deleted = await db
      .delete(archive)
      .where(
        eq(
          archive.customerId,
          db.select({ id: orderTotals.customerId }).from(orderTotals).where(eq(orderTotals.orders, 2)),
        ),
      )
      .returning();
    expect(deleted).toEqual([{ customerId: 1, total: '2' }]);
  });

  it('leave a transaction usable in which a write to a stream table was refused', async () => {
    const count = await opened.db.transaction(async (tx) => {
      await tx.insert(archive).values({ customerId: 77, total: '1' });
      await expect(async () => await tx.delete(x)).rejects.toThrow(readOnly);
      return await tx.$count(archive, eq(archive.customerId, 77));
    });
    expect(count).toBe(1);
  });
});
