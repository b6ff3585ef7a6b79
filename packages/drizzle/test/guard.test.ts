import { eq, type SQL, sql, type SQLWrapper } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { PgDialect, withReplicas } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardStreamTables } from '../src/index.ts';
import { type Db, isDrizzle1, openPg, type Opened, shop, shopDatabase } from './shop/index.ts';

const { archive, orderTotals } = shop;
const x = orderTotals as unknown as shop.Writable;
const readOnly = expect.objectContaining({ code: 'READ_ONLY' });
const refused = (db: Db) => db.delete(x);
const ignored = () => expect.fail('the write went through');

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
      expect(() => each.delete(x).toSQL().sql).toThrow(readOnly);
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

  it('refuses to write out what it refuses to send', () => {
    const db = guardStreamTables(drizzle.mock());
    const cte = db.$with('gone').as(db.delete(x).returning());
    for (const build of [
      () => db.delete(x).toSQL().sql,
      () => db.with(cte).select().from(cte).toSQL().sql,
      () => [...db.delete(x).prepare('p').getQuery().params],
    ]) {
      expect(build).toThrow(readOnly);
    }
  });

  it('says what to do instead', () => {
    const db = guardStreamTables(drizzle.mock());
    expect(() => db.delete(x).toSQL().sql).toThrow(
      /^delete was refused: "order_totals" is a stream table.*then refresh it\.$/,
    );
  });
});

/** What a query builder and a db have that Drizzle's types leave out. */
const sqlOf = (query: object): SQL => (query as SQLWrapper).getSQL();
const dialectOf = (db: object): PgDialect => (db as { dialect: PgDialect }).dialect;

describe('a refused write', () => {
  const database = shopDatabase();
  let opened: ReturnType<typeof openPg>;

  beforeAll(() => {
    opened = openPg(database.url);
    guardStreamTables(opened.db);
  });
  afterAll(() => opened.close());

  it.each([
    ['await', async (db: Db) => await refused(db)],
    ['then()', (db: Db) => refused(db).then(ignored)],
    ['catch()', (db: Db) => refused(db).catch((error: unknown) => Promise.reject(error as Error))],
    ['finally()', (db: Db) => refused(db).finally(() => {})],
    ['execute()', (db: Db) => refused(db).execute()],
    ['execute() of what was prepared', (db: Db) => refused(db).prepare('p').execute()],
    ['db.execute()', (db: Db) => db.execute(refused(db))],
    ['db.execute() of SQL with it inside', (db: Db) => db.execute(sql`with gone as ${refused(db)} select 1`)],
    ['Promise.all()', (db: Db) => Promise.all([refused(db), db.select().from(archive)])],
    ['a transaction', (db: Db) => db.transaction((tx) => refused(tx))],
  ])('rejects, and throws nothing, by %s', async (_way, write) => {
    const sent = opened.sent.length;
    let written: Promise<unknown> | undefined;
    expect(() => {
      written = write(opened.db);
    }).not.toThrow();
    await expect(written).rejects.toThrow(readOnly);
    expect(opened.sent.slice(sent).filter((text) => /delete/.test(text))).toEqual([]);
  });

  it('can be asked for its rejection without being awaited first', async () => {
    await expect(refused(opened.db)).rejects.toThrow(readOnly);
  });

  /** What a guarded db puts into words, by the text of its statement: in 1.0, which gives that out as it is, none. */
  const ITS_OWN: [string, (db: Db) => string][] = [
    ['sqlToQuery()', (db) => dialectOf(db).sqlToQuery(sqlOf(refused(db))).sql],
    ['sqlToQuery() of SQL with it inside', (db) => dialectOf(db).sqlToQuery(sql`select ${refused(db)}`).sql],
    [
      'sqlToQuery() of SQL with its SQL inside',
      (db) => dialectOf(db).sqlToQuery(sql`select ${sqlOf(refused(db))}`).sql,
    ],
    ['sqlToQuery() of a CTE', (db) => dialectOf(db).sqlToQuery(sql`with gone as ${refused(db)} select 1`).sql],
    ['the query of what was prepared', (db) => refused(db).prepare('p').getQuery().sql],
    ['an insert', (db) => dialectOf(db).sqlToQuery(sqlOf(db.insert(x).values({ customerId: 1 }))).sql],
    ['an update', (db) => dialectOf(db).sqlToQuery(sqlOf(db.update(x).set({ total: '0' }))).sql],
    ['a refresh', (db) => dialectOf(db).sqlToQuery(sqlOf(db.refreshMaterializedView(x as never))).sql],
  ];
  const OF_ANOTHER_DIALECT: [string, (db: Db) => string][] = [
    ['sqlToQuery() of another dialect', (db) => new PgDialect().sqlToQuery(sqlOf(refused(db))).sql],
    ['sqlToQuery() with its values inlined', (db) => new PgDialect().sqlToQuery(sqlOf(refused(db)).inlineParams()).sql],
  ];

  // Whoever takes the text from here and sends it by a driver of his own.
  it.each([...OF_ANOTHER_DIALECT, ...(isDrizzle1 ? [] : ITS_OWN)])(
    'is, as text of %s, no statement that PostgreSQL takes, and says what it was',
    async (_way, textOf) => {
      const text = textOf(opened.db);
      expect(text).toMatch(/(insert|update|delete|refreshMaterializedView) refused: "order_totals" is a stream table/);
      const before = await opened.db.select().from(orderTotals);
      for (const values of [undefined, [], [1]]) {
        await expect(opened.db.$client.query(text, values)).rejects.toMatchObject({ code: '42601' });
      }
      expect(await opened.db.select().from(orderTotals)).toEqual(before);
    },
  );

  it.each(isDrizzle1 ? ITS_OWN : [])('is no text of %s', (_way, textOf) => {
    expect(() => textOf(opened.db)).toThrow(readOnly);
  });

  it('is refused inside what another db sends, too', async () => {
    const other = openPg(database.url);
    await expect(other.db.execute(sql`with gone as ${refused(opened.db)} select 1`)).rejects.toThrow(readOnly);
    expect(other.sent).toEqual([]);
    await other.close();
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
      await expect(tx.delete(x)).rejects.toThrow(readOnly);
      return await tx.$count(archive, eq(archive.customerId, 77));
    });
    expect(count).toBe(1);
  });
});
