import { eq } from 'drizzle-orm';
import { Cache, type MutationOption } from 'drizzle-orm/cache/core';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { guardStreamTables, streamAlias, streamTable } from '../src/index.ts';
import { isDrizzle1, shop, shopDatabase } from './shop/index.ts';

const { customers, orders, orderTotals, regionTotals } = shop;

/** Results in memory, each under the tables that it was read from. */
class MemoryCache extends Cache {
  readonly #strategy: 'explicit' | 'all';
  readonly entries = new Map<string, { readonly tables: readonly string[]; readonly result: unknown[] }>();

  constructor(strategy: 'explicit' | 'all') {
    super();
    this.#strategy = strategy;
  }

  override strategy(): 'explicit' | 'all' {
    return this.#strategy;
  }

  override get(key: string): Promise<unknown[] | undefined> {
    return Promise.resolve(this.entries.get(key)?.result);
  }

  override put(key: string, result: unknown[], tables: string[]): Promise<void> {
    this.entries.set(key, { tables, result });
    return Promise.resolve();
  }

  override onMutate({ tables = [] }: MutationOption): Promise<void> {
    const names = new Set([tables].flat());
    for (const [key, entry] of this.entries) {
      if (entry.tables.some((table) => names.has(table))) this.entries.delete(key);
    }
    return Promise.resolve();
  }
}

const database = shopDatabase();
let pool: Pool;
beforeAll(() => {
  pool = new Pool({ connectionString: database.url });
});
afterAll(() => pool.end());

function open(strategy: 'explicit' | 'all') {
  const cache = new MemoryCache(strategy);
  return { cache, db: guardStreamTables(drizzle({ client: pool, cache })) };
}

describe('a cache of Drizzle', () => {
  let cache: MemoryCache;
  let db: NodePgDatabase;
  beforeEach(() => {
    ({ cache, db } = open('all'));
  });
  const tables = () => [...cache.entries.values()].map((entry) => entry.tables.toSorted());

  it.each<[string, (on: NodePgDatabase) => PromiseLike<unknown>, string[]]>([
    ['its name', (on) => on.select().from(orderTotals), ['order_totals']],
    ['its own name, by an alias', (on) => on.select().from(streamAlias(orderTotals, 'other')), ['order_totals']],
    ['its schema and name, where it has one', (on) => on.select().from(regionTotals), ['analytics.region_totals']],
    [
      'its name beside others, in a join',
      (on) => on.select().from(customers).innerJoin(orderTotals, eq(customers.id, orderTotals.customerId)),
      ['customers', 'order_totals'],
    ],
    ['its name, in a subquery', (on) => on.select().from(on.select().from(orderTotals).as('s')), ['order_totals']],
  ])('keeps what is read of a stream table under %s', async (_name, read, expected) => {
    await read(db);
    expect(tables()).toEqual([expected]);
  });

  it.each([
    ['a stream table', orderTotals, 'order_totals'],
    ['a table', orders, 'orders'],
  ])('keeps what is read of %s in a CTE under its name, in 0.45 under none', async (_what, table, name) => {
    const cte = db.$with('c').as(db.select({ customerId: table.customerId }).from(table as typeof orders));
    await db.with(cte).select().from(cte);
    expect(tables()).toEqual([isDrizzle1 ? [name] : []]);
  });

  it.each(['all', 'explicit'] as const)(
    'gives the old rows after a refresh, and the new ones once it is invalidated by name (%s)',
    async (strategy) => {
      ({ cache, db } = open(strategy));
      const totals = () => {
        const query = db.select().from(orderTotals).where(eq(orderTotals.customerId, 3)).$dynamic();
        return strategy === 'explicit' ? query.$withCache() : query;
      };
      expect(await totals()).toEqual([]);
      await db.insert(orders).values({ id: 70, customerId: 3, amount: '4' });
      await streamTable(db, orderTotals).refresh();
      expect(await totals()).toEqual([]);

      await db.$cache.invalidate({ tables: 'order_totals' });
      expect(await totals()).toEqual([{ customerId: 3, total: '4.00', orders: 1 }]);

      await db.delete(orders).where(eq(orders.id, 70));
      await streamTable(db, orderTotals).refresh();
    },
  );

  it('plays no part in what is asked of a stream table', async () => {
    const handle = streamTable(db, orderTotals);
    const before = await handle.lastRefreshAt();
    await handle.refresh();
    expect(await handle.lastRefreshAt()).not.toEqual(before);
    expect(cache.entries.size).toBe(0);
  });

  it('hears nothing of a write that is refused', async () => {
    await db.select().from(orderTotals);
    await expect(db.delete(orderTotals as never)).rejects.toMatchObject({ code: 'READ_ONLY' });
    expect(tables()).toEqual([['order_totals']]);
  });
});
