import { eq, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, type PgColumnBuilderBase } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pgStreamTable, streamAlias } from '../src/index.ts';
import { type Db, DRIVERS, type Opened, shop, shopDatabase } from './shop/index.ts';

const { byKey } = shop;

/** What Drizzle 1.0 has no more: there a declaration says it. */
describe('the casing of a db', () => {
  it.each([
    ['no casing', undefined, ['someKey', 'other_key', 'plain', 'asWritten']],
    ['snake_case', 'snake_case', ['some_key', 'other_key', 'plain', 'asWritten']],
    ['camelCase', 'camelCase', ['someKey', 'otherKey', 'plain', 'asWritten']],
  ] as const)('names columns: %s', (_name, casing, names) => {
    const table = pgStreamTable('t', {
      someKey: integer(),
      other_key: integer(),
      plain: integer(),
      given: integer('asWritten'),
    });
    const { sql: sent } = drizzle
      .mock(casing ? { casing } : {})
      .select()
      .from(table)
      .toSQL();
    expect(sent).toContain(`(select ${names.map((name) => `"t"."${name}"`).join(', ')} from "public"."t" "t") "t"`);
    expect(sent.startsWith(`select ${names.map((name) => `"${name}"`).join(', ')} from`)).toBe(true);
  });

  it('names those of one stream table that is declared twice, with different ones', () => {
    const snake = drizzle.mock({ casing: 'snake_case' });
    const declared = (columns: Record<string, PgColumnBuilderBase>) =>
      snake.select().from(pgStreamTable('t', columns)).toSQL().sql;
    expect(declared({ aB: integer() })).toContain('"t"."a_b"');
    expect(declared({ aB: integer(), cD: integer() })).toContain('"t"."a_b", "t"."c_d"');
  });
});

describe.each(DRIVERS)('reading by the casing of the db over $driver', ({ open }) => {
  const database = shopDatabase();
  let snake: Opened<Db>;

  beforeAll(() => {
    snake = open(database.url, { casing: 'snake_case' });
  });
  afterAll(() => snake.close());

  it.each([
    ['select', (db: Db) => db.select().from(byKey).where(eq(byKey.customerId, 1)), [{ customerId: 1, total: '15.50' }]],
    [
      'self-join',
      (db: Db) => {
        const twin = streamAlias(byKey, 'twin');
        return db.select({ id: twin.customerId }).from(byKey).innerJoin(twin, lt(byKey.customerId, twin.customerId));
      },
      [{ id: 2 }],
    ],
    [
      'CTE',
      (db: Db) => {
        const cte = db.$with('cte').as(db.select().from(byKey));
        return db.with(cte).select({ id: cte.customerId }).from(cte).where(eq(cte.customerId, 2));
      },
      [{ id: 2 }],
    ],
  ] as const)('%s', async (_name, read, rows) => {
    expect(await read(snake.db)).toEqual(rows);
  });
});
