import { eq, sql } from 'drizzle-orm';
import { Cache, type MutationOption } from 'drizzle-orm/cache/core';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { alias, withReplicas } from 'drizzle-orm/pg-core';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardStreamTables, relational, streamTable } from '../../src/index.ts';
import { shopDatabase } from '../shop/database.ts';
import * as shop from '../shop/schema.ts';
import { NAMESAKES, relations } from './relations.ts';

const { orders, orderTotals } = shop;
const x = orderTotals as unknown as shop.Writable;
const row = { customerId: 9, total: '1', orders: 1 };
const database = shopDatabase();
let pool: Pool;
let unguarded: NodePgDatabase;
let db: NodePgDatabase;

beforeAll(async () => {
  pool = new Pool({ connectionString: database.url });
  await pool.query(NAMESAKES);
  await pool.query('CREATE ROLE only_reads; GRANT SELECT ON public.order_totals TO only_reads');
  unguarded = drizzle({ client: pool });
  db = guardStreamTables(drizzle({ client: pool }));
});
afterAll(async () => {
  await pool.query('DROP OWNED BY only_reads; DROP ROLE only_reads');
  await pool.end();
});

const stored = async () => (await pool.query('SELECT * FROM public.order_totals ORDER BY customer_id')).rows;

describe('the ways that are new in Drizzle 1.0', () => {
  it.each<[string, string, (on: NodePgDatabase) => unknown]>([
    ['insert() of some columns', 'insert', (on) => on.insert(x, 'customerId').values({ customerId: 9 })],
    ['insert().comment()', 'insert', (on) => on.insert(x).values(row).comment('why')],
    ['update().comment()', 'update', (on) => on.update(x).set({ total: '0' }).comment({ why: 'so' })],
    ['delete().comment()', 'delete', (on) => on.delete(x).comment('why')],
    ['prepare() without a name', 'delete', (on) => on.delete(x).prepare()],
    [
      'a CTE of named fields',
      'delete',
      (on) => {
        const gone = on.$with('gone', { id: x.customerId }).as(on.delete(x).returning().getSQL());
        return on.with(gone).select().from(gone);
      },
    ],
    ["execute(…, 'objects')", 'delete', (on) => on.execute(sql`delete from order_totals`, 'objects')],
    ["execute(…, 'arrays')", 'delete', (on) => on.execute(sql`delete from order_totals`, 'arrays')],
    ["execute(…, 'raw')", 'delete', (on) => on.execute(on.delete(x), 'raw')],
    ['on $replica', 'delete', () => withReplicas(db, [db]).$replica.delete(x)],
  ])('to write are refused on a guarded db: %s', async (_name, operation, write) => {
    const before = await stored();
    await expect(async () => await write(db)).rejects.toMatchObject({ code: 'READ_ONLY', operation });
    expect(await stored()).toEqual(before);
  });

  it('to read give objects and arrays', async () => {
    const statement = sql`select customer_id from ${orderTotals} where ${eq(orderTotals.orders, 2)}`;
    expect(await db.execute(statement, 'objects')).toEqual([{ customer_id: 1 }]);
    expect(await db.execute(statement, 'arrays')).toEqual([[1]]);
  });

  it('to update every column of an alias of a variant are left to the rights of the role, without a guard', async () => {
    const table = alias(relational(orderTotals) as unknown as shop.Writable, 'z');
    const before = await stored();
    const written = unguarded.transaction(async (tx) => {
      await tx.execute(sql`set local role only_reads`);
      await tx.update(table).set(row);
    });
    await expect(written).rejects.toMatchObject({ cause: { code: '42501' } });
    await expect(async () => await unguarded.update(table).set({ total: '0' })).rejects.toThrow('update was refused');
    await expect(async () => await db.update(table).set(row)).rejects.toThrow('update was refused');
    expect(await stored()).toEqual(before);
  });
});

describe('a db with replicas', () => {
  it('asks and refreshes by its primary, which it reads from as well', async () => {
    const asked: string[] = [];
    const noting = (name: string) => drizzle({ client: pool, logger: { logQuery: () => void asked.push(name) } });
    const both = guardStreamTables(withReplicas(noting('primary'), [noting('replica')]));
    await both.select().from(orderTotals);
    await streamTable(both, orderTotals).isStale();
    expect(new Set(asked)).toEqual(new Set(['primary']));
    await both.$replica.select().from(orderTotals);
    expect(asked.at(-1)).toBe('replica');
  });
});

/** What it keeps, and under which tables. */
class NotingCache extends Cache {
  readonly kept: string[][] = [];
  readonly changed: unknown[] = [];

  override strategy(): 'all' {
    return 'all';
  }

  override get(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  override put(_key: string, _result: unknown[], tables: string[]): Promise<void> {
    this.kept.push(tables.toSorted());
    return Promise.resolve();
  }

  override onMutate({ tables }: MutationOption): Promise<void> {
    this.changed.push(tables);
    return Promise.resolve();
  }
}

describe('a cache', () => {
  it('keeps a relational query under the names of tables, and under none of stream tables', async () => {
    const cache = new NotingCache();
    const { query } = guardStreamTables(drizzle({ client: pool, relations, cache }));
    await query.orderTotals.findMany();
    await query.customers.findMany({ with: { totals: true } });
    expect(cache.kept).toEqual([[], ['customers']]);
  });

  it('hears of no refresh, and is told by the name of the stream table', async () => {
    const cache = new NotingCache();
    const cached = guardStreamTables(drizzle({ client: pool, cache }));
    await cached.select().from(orders).innerJoin(orderTotals, eq(orders.customerId, orderTotals.customerId));
    await streamTable(cached, orderTotals).refresh();
    expect(cache).toMatchObject({ kept: [['order_totals', 'orders']], changed: [] });
  });
});
