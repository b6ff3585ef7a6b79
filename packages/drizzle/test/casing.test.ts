import { eq, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, numeric } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pgStreamSchema, pgStreamTable, streamAlias } from '../src/index.ts';
import { type Db, DRIVERS, isDrizzle1, type Opened, shopDatabase } from './shop/index.ts';

const columns = () => ({
  someKey: integer(),
  other_key: integer(),
  plain: integer(),
  given: integer('asWritten'),
});

/** Dbs of every casing that this Drizzle has: none of them has a say. */
const DBS = isDrizzle1
  ? [drizzle.mock()]
  : [drizzle.mock(), drizzle.mock({ casing: 'snake_case' }), drizzle.mock({ casing: 'camelCase' })];

describe('a declared casing', () => {
  it.each([
    ['snake_case', ['some_key', 'other_key', 'plain', 'asWritten']],
    ['camelCase', ['someKey', 'otherKey', 'plain', 'asWritten']],
  ] as const)('%s names the columns that were given no name, whatever the db', (casing, names) => {
    const selected = `select ${names.map((name) => `"${name}"`).join(', ')} from (select`;
    for (const table of [
      pgStreamTable('t', columns(), { casing }),
      pgStreamTable('t', () => columns(), { casing }),
      pgStreamSchema('s', { casing }).streamTable('t', columns()),
      pgStreamSchema('s').streamTable('t', columns(), { casing }),
      pgStreamSchema('s', { casing: 'snake_case' }).streamTable('t', columns(), { casing }),
    ]) {
      for (const db of DBS) expect(db.select().from(table).toSQL().sql).toContain(selected);
      expect(Object.keys(table)).toEqual(expect.arrayContaining(['someKey', 'other_key', 'plain', 'given']));
    }
  });

  it('is refused with a sentence that names those there are, where it is none', () => {
    const refused = expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      table: 't',
      message: expect.stringContaining('one of snake_case, camelCase') as string,
    });
    for (const casing of ['SNAKE', 'toString', 7]) {
      expect(() => pgStreamTable('t', columns(), { casing } as never)).toThrow(refused);
    }
  });
});

describe.each(DRIVERS)('reading by a declared casing over $driver', ({ open }) => {
  const database = shopDatabase();
  const byKey = pgStreamTable(
    'order_totals',
    { customerId: integer().notNull(), total: numeric() },
    { casing: 'snake_case' },
  );
  let opened: Opened<Db>;

  beforeAll(() => {
    opened = open(database.url);
  });
  afterAll(() => opened.close());

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
    expect(await read(opened.db)).toEqual(rows);
  });
});
