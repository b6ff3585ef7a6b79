import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgSchema, pgTable, withReplicas } from 'drizzle-orm/pg-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { guardStreamTables, pgStreamTable, streamAlias } from '../src/index.ts';
import { openNeon } from './drivers/http.ts';
import { type Db, expectUnseen, openPg, type Opened, shop, shopDatabase, isDrizzle1 } from './shop/index.ts';

const { archive, orderTotals, regionTotals } = shop;
const refusing = (operation: string, table = 'order_totals', schema = 'public'): unknown =>
  expect.objectContaining({ name: 'StreamTableReadOnlyError', code: 'READ_ONLY', operation, table, schema });

const database = shopDatabase();
let opened: ReturnType<typeof openPg>;
let db: Db;

beforeAll(() => {
  opened = openPg(database.url);
  db = guardStreamTables(opened.db);
});
afterAll(() => opened.close());
beforeEach(() => {
  opened.sent.length = 0;
});

describe('SQL text that writes a stream table', () => {
  const text = sql`delete from order_totals where customer_id = ${1}`;

  it.each<[string, () => PromiseLike<unknown>]>([
    ['await', async () => await db.execute(text)],
    ['then()', () => db.execute(text).then(() => undefined)],
    [
      'prepared',
      () =>
        db
          .select()
          .from(archive)
          .where(sql`true; ${text}`)
          .prepare('p')
          .execute(),
    ],
    ['a CTE', () => db.execute(sql`with gone as (${text} returning 1) select * from gone`)],
    [
      'a piece of a query',
      () =>
        db
          .select()
          .from(archive)
          .where(sql`true; ${text}`),
    ],
    ['another ORM object over the table', () => db.delete(pgTable('order_totals', { id: integer() }))],
    ['one in another schema', () => db.delete(pgSchema('analytics').table('order_totals', { id: integer() }))],
  ])('rejects, throws nothing and sends nothing: %s', async (_way, send) => {
    let sending: PromiseLike<unknown> | undefined;
    expect(() => {
      sending = send();
    }).not.toThrow();
    await expect(sending).rejects.toMatchObject({ code: 'READ_ONLY', operation: 'delete', table: 'order_totals' });
    expect(opened.sent).toEqual([]);
  });

  it('cannot be read from the query, and what is left of it is no statement', async () => {
    const built = db.execute(text).getQuery();
    expect(() => [...built.params]).toThrow(refusing('delete'));
    expect(textOf(built)).toBe(isDrizzle1 ? undefined : 'delete refused: "order_totals" is a stream table');
    for (const left of [
      'delete refused: "order_totals" is a stream table',
      'drop table refused: "order_totals" is a stream table',
    ]) {
      await expect(opened.db.$client.query(left)).rejects.toMatchObject({ code: '42601' });
    }
  });

  it('leaves the transaction around it usable', async () => {
    const count = await db.transaction(async (tx) => {
      await tx.insert(archive).values({ customerId: 70, total: '1' });
      await expect(tx.execute(sql`truncate order_totals`)).rejects.toEqual(refusing('truncate'));
      return await tx.$count(archive, eq(archive.customerId, 70));
    });
    expect(count).toBe(1);
  });

  it('is refused on the primary and on replicas', async () => {
    const [primary, replica] = [drizzle.mock(), drizzle.mock()];
    const replicated = guardStreamTables(withReplicas(primary, [replica]));
    for (const each of [replicated, primary, replica]) {
      expect(() => [...each.execute(sql`truncate order_totals`).getQuery().params]).toThrow(refusing('truncate'));
    }
  });

  it('is refused whatever the name of its table is in the db', async () => {
    await expect(db.execute('delete from analytics.region_totals')).rejects.toEqual(
      refusing('delete', 'region_totals', 'analytics'),
    );
    streamAlias(regionTotals, 'archive');
    expect(await db.execute('delete from archive where false')).toBeDefined();
  });
});

describe('a batch of neon-http', () => {
  let neon: Awaited<ReturnType<typeof openNeon>>;
  beforeEach(async () => {
    neon = await openNeon(database.url);
    guardStreamTables(neon.db);
  });
  afterEach(() => neon.close());

  it('is refused as a whole when SQL text in it writes a stream table', async () => {
    const batch = neon.db.batch([
      neon.db.insert(archive).values({ customerId: 71 }),
      neon.db.execute(sql`update order_totals set total = 0`),
    ]);
    await expect(batch).rejects.toEqual(refusing('update'));
    expect(neon.sent).toEqual([]);
  });
});

function refusedBy(each: Db, text: string): boolean {
  const { params } = each.execute(text).getQuery();
  try {
    return params.length > 0;
  } catch {
    return true;
  }
}

describe('which tables are stream tables', () => {
  it('is what was declared, also after the guard was made', () => {
    const guarded = guardStreamTables(drizzle.mock());
    expect(refusedBy(guarded, 'delete from declared_late')).toBe(false);
    pgStreamTable('declared_late', { id: integer() });
    expect(refusedBy(guarded, 'delete from declared_late')).toBe(true);
  });

  it('is what the guard was told, where it was told', () => {
    const guarded = guardStreamTables(drizzle.mock(), { streamTables: [regionTotals] });
    expect(refusedBy(guarded, 'delete from order_totals')).toBe(false);
    expect(refusedBy(guarded, 'delete from analytics.region_totals')).toBe(true);
    // What is no text is not asked for its name.
    expect(() => guarded.delete(orderTotals as never).toSQL().sql).toThrow(refusing('delete'));
  });

  it.each([
    [undefined, 'order_totals', 'region_totals'],
    [['analytics', 'public'], 'region_totals', 'nothing'],
    [['other'], 'public.order_totals', 'order_totals'],
  ])('goes by the search path %j for names without a schema', (searchPath, refused, passed) => {
    const guarded = guardStreamTables(drizzle.mock(), { searchPath });
    expect(refusedBy(guarded, `delete from ${refused}`)).toBe(true);
    expect(refusedBy(guarded, `delete from ${passed}`)).toBe(false);
  });

  it('cannot be anything else', () => {
    expect(() => guardStreamTables(drizzle.mock(), { streamTables: [archive as never] })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });
});

it('a db that is not guarded reads no text', async () => {
  const other: Opened<Db> = openPg(database.url);
  await expectUnseen(other.db, async (tx) => {
    await tx.execute(sql`delete from order_totals`);
    expect(await tx.$count(orderTotals)).toBe(0);
  });
  expect(other.sent).toContain('delete from order_totals');
  await other.close();
});

/** undefined: it cannot be read, either. */
function textOf(query: { readonly sql: string }): string | undefined {
  try {
    return query.sql;
  } catch {
    return undefined;
  }
}
