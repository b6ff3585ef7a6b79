import { neon } from '@neondatabase/serverless';
import { connect } from '@pgstream/harness';
import { sql } from 'drizzle-orm';
import { drizzle as overPg } from 'drizzle-orm/node-postgres';
import { drizzle as overPostgresJs } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectionOf, type Database, primaryOf } from '../src/handle/database.ts';
import { drizzleExecutor } from '../src/handle/executor.ts';
import { type Db, DRIVERS, openPg, type Opened, shopDatabase } from './shop/index.ts';

const database = shopDatabase();

describe.each(DRIVERS)('the executor over $driver', ({ open }) => {
  let opened: Opened<Db>;
  let db: Database;

  beforeEach(() => {
    opened = open(database.url);
    db = primaryOf(opened.db, 'a test');
  });
  afterEach(() => opened.close());

  it('binds parameters by their numbers, in any order and more than once', async () => {
    const params = ['1', '2', '3', '4', '5', '6', '7', '8', '9', "x'); drop table t; --", null];
    const text = 'select $10::text as ten, $1::text as one, $10::text || $2::text as both, $11::text as nothing';
    expect([...(await drizzleExecutor(db).query(text, params))]).toEqual([
      { ten: params[9], one: '1', both: `${params[9]}2`, nothing: null },
    ]);
  });

  it('sends a text without parameters as it is', async () => {
    const text = "select '$1' as dollar";
    expect([...(await drizzleExecutor(db).query(text))]).toEqual([{ dollar: '$1' }]);
    expect(opened.sent.at(-1)).toBe(text);
  });

  it.each([
    ['an array', (rows: object[]) => rows],
    ['rows', (rows: object[]) => ({ rows })],
    ['records', (rows: object[]) => ({ records: rows })],
  ])('takes the rows of drivers that give %s', async (_what, given) => {
    const rows = [{ one: '1' }];
    const other = { dialect: {}, execute: () => Promise.resolve(given(rows)), transaction: () => {} };
    expect(await drizzleExecutor(other as unknown as Database).query('select 1')).toBe(rows);
  });

  it('shares its scope with transactions', async () => {
    const { scope } = drizzleExecutor(db);
    await db.transaction(async (tx) => {
      expect(drizzleExecutor(tx).scope).toBe(scope);
    });
  });

  it('begins transactions of its own, and rolls them back', async () => {
    const executor = drizzleExecutor(db);
    expect(executor.transaction).toBe('none');
    const held = await executor.begin?.(async (inner) => {
      expect(inner).toMatchObject({ transaction: 'open', scope: executor.scope });
      expect(inner.begin).toBeUndefined();
      await inner.query("insert into archive values (1, '1')");
      return [Promise.resolve(1)];
    });
    expect(held?.[0]).toBeInstanceOf(Promise);
    const failed = new Error('failed on purpose');
    await expect(
      executor.begin?.(async (inner) => {
        await inner.query("insert into archive values (2, '2')");
        throw failed;
      }),
    ).rejects.toBe(failed);
    expect([...(await executor.query('delete from archive returning customer_id'))]).toEqual([{ customer_id: 1 }]);
  });
});

const unpooled = (transaction: string) => ({ transaction, pooled: false });

describe('what is known of a transaction', () => {
  it('is that a pool runs each statement by itself', async () => {
    const opened = openPg(database.url);
    expect(connectionOf(primaryOf(opened.db, 'a test'))).toEqual({ transaction: 'none', pooled: true });
    await opened.close();
  });

  it('is what pg tells of a single client', async () => {
    const db = overPg({ client: await connect(database.url) });
    const state = () => connectionOf(primaryOf(db, 'a test'));
    expect(state()).toEqual(unpooled('none'));
    await db.execute(sql`begin`);
    expect(state()).toEqual(unpooled('open'));
    expect(drizzleExecutor(primaryOf(db, 'a test')).transaction).toBe('open');
    await db.execute(sql`rollback`);
    expect(state()).toEqual(unpooled('none'));
  });

  it('is, of a pool that Drizzle does not see as one, that no transaction can be begun', () => {
    const db = Object.assign(overPg.mock(), { $client: { totalCount: 0, query: () => {}, connect: () => {} } });
    expect(connectionOf(primaryOf(db, 'a test'))).toEqual(unpooled('none'));
    expect(drizzleExecutor(primaryOf(db, 'a test')).begin).toBeUndefined();
  });

  it('is that Neon’s HTTP driver sends each statement by itself, and can begin nothing', () => {
    const db = Object.assign(overPg.mock(), { $client: neon('postgresql://app:secret@example.com/app') });
    expect(connectionOf(primaryOf(db, 'a test'))).toEqual(unpooled('none'));
    expect(drizzleExecutor(primaryOf(db, 'a test')).begin).toBeUndefined();
  });

  it('is nothing of a client of an older pg, of PGlite, of a proxy or of other HTTP drivers', () => {
    for (const client of [{ query: () => {} }, () => {}, { send: () => {} }, undefined]) {
      const db = Object.assign(overPg.mock(), { $client: client });
      expect(connectionOf(primaryOf(db, 'a test'))).toEqual(unpooled('unknown'));
      expect(drizzleExecutor(primaryOf(db, 'a test')).begin).toBeUndefined();
    }
  });

  it.each([
    ['a pool runs each statement by itself', 3, { transaction: 'none', pooled: true }],
    ['a transaction may be open by hand where there is one connection only', 1, unpooled('unknown')],
  ])('is, of postgres.js, that %s', (_what, max, known) => {
    const client = postgres(database.url, { max });
    expect(connectionOf(primaryOf(overPostgresJs({ client }), 'a test'))).toEqual(known);
  });
});
