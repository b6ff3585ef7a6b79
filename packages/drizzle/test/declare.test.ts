import { isPgStreamError } from '@pgstream/core';
import { is, isTable, isView, Table } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, numeric, PgView, text } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { pgStreamSchema, pgStreamTable, streamAlias } from '../src/index.ts';
import { isDrizzle1, shop } from './shop/index.ts';

const db = drizzle.mock();

/** What the inside of a sub-select calls the stream table. */
const inside = (alias: string): string => `"${isDrizzle1 ? 'stream table' : alias}"`;

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return expect.fail('nothing was thrown');
}

describe('pgStreamTable', () => {
  it('is a sub-select over its visible columns', () => {
    const t = inside('order_totals');
    expect(db.select().from(shop.orderTotals).toSQL()).toEqual({
      sql:
        `select "customer_id", "total", "orders" from (select ${t}."customer_id", ${t}."total", ` +
        `${t}."orders" from "public"."order_totals" ${t}) "order_totals"`,
      params: [],
    });
  });

  it('selects a column once that two keys read', () => {
    const twice = pgStreamTable('t', { text: numeric('n'), number: numeric('n', { mode: 'number' }) });
    expect(db.select().from(twice).toSQL().sql).toBe(
      `select "n", "n" from (select ${inside('t')}."n" from "public"."t" ${inside('t')}) "t"`,
    );
  });

  it('may have a column of any key', () => {
    const columns = {
      value: integer(),
      sql: text(),
      table: integer(),
      name: text(),
      queryChunks: integer(),
      config: text(),
    };
    const names = Object.keys(columns).map((name) => `${inside('t')}."${name}"`);
    expect(db.select().from(pgStreamTable('t', columns)).toSQL().sql).toContain(
      `from (select ${names.join(', ')} from`,
    );
  });

  it('quotes names as they are written', () => {
    const t = inside('a.b; drop');
    const odd = pgStreamSchema('My "own"').streamTable('a.b; drop', { Key: integer('say "hi"') });
    expect(db.select().from(odd).toSQL().sql).toBe(
      `select "say ""hi""" from (select ${t}."say ""hi""" from "My ""own"""."a.b; drop" ${t}) "a.b; drop"`,
    );
  });

  it('is no table and no view to tools that look for them in a schema file', () => {
    for (const each of Object.values(shop).filter((value) => 'customerId' in value && value !== shop.orders)) {
      if (each === shop.archive) continue;
      expect(is(each, Table)).toBe(false);
      expect(isTable(each)).toBe(false);
      expect(is(each, PgView)).toBe(false);
      expect(isView(each)).toBe(false);
    }
  });

  it.each([
    ['a key of the extension’s', { __pgs_row_id: integer() }, '__pgs_row_id'],
    ['a key of the other dialect’s', { __pgt_count: integer() }, '__pgt_count'],
    ['a name of the extension’s', { rowId: integer('__pgs_row_id') }, '__pgs_row_id'],
    ['a name of the other dialect’s', { id: integer(), rows: integer('__pgt_x') }, '__pgt_x'],
    ['a key that Drizzle has taken', { getSQL: text() }, 'getSQL'],
    ['another key that Drizzle has taken', { _: text() }, '_'],
  ])('refuses %s with a sentence', (_what, columns, named) => {
    for (const declare of [
      () => pgStreamTable('order_totals', columns as never),
      () => pgStreamTable('order_totals', () => columns as never),
      () => pgStreamSchema('analytics').streamTable('order_totals', columns as never),
    ]) {
      const error = thrownBy(declare);
      expect(isPgStreamError(error, 'INVALID_NAME')).toBe(true);
      expect(error).toMatchObject({ table: 'order_totals', operation: 'declare' });
      expect((error as Error).message).toContain(`The stream table "order_totals" cannot be declared with`);
      expect((error as Error).message).toContain(`"${named}"`);
    }
  });

  it.each(['', 'a\0b', undefined, 7])('refuses the name, schema and alias %j', (name) => {
    for (const call of [
      () => pgStreamTable(name as string, { id: integer() }),
      () => pgStreamSchema(name as string),
      () => streamAlias(shop.orderTotals, name as string),
    ]) {
      expect(isPgStreamError(thrownBy(call), 'INVALID_NAME')).toBe(true);
    }
  });

  it('leaves a column that is merely similar', () => {
    const table = pgStreamTable('t', { pgs_row_id: integer(), _pgs_: integer(), count: integer('__count') });
    expect(Object.keys(table)).toEqual(expect.arrayContaining(['pgs_row_id', '_pgs_', 'count']));
  });
});

describe('streamAlias', () => {
  it.each([
    ['a table', shop.customers],
    ['nothing', undefined],
    ['a subquery', db.select().from(shop.orderTotals).as('inner')],
  ])('refuses %s and names what to use', (_what, value) => {
    const error = thrownBy(() => streamAlias(value as never, 'a'));
    expect(isPgStreamError(error, 'INVALID_ARGUMENT')).toBe(true);
    expect((error as Error).message).toContain('alias() of drizzle-orm/pg-core');
  });

  it('can be taken of an alias', () => {
    const b = inside('b');
    const again = streamAlias(streamAlias(shop.regionTotals, 'a'), 'b');
    expect(db.select().from(again).toSQL().sql).toBe(
      `select "region", "total" from (select ${b}."region", ${b}."total" from "analytics"."region_totals" ${b}) "b"`,
    );
  });
});
