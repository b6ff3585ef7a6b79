import { describe, expect, it } from 'vitest';
import { DeclaredTables, type ProtectedTable, refusedWrites, type StreamTables, TableNames } from '../src/statement.ts';

const ORDER_TOTALS = { schema: 'public', name: 'order_totals' };
const REGION_TOTALS = { schema: 'analytics', name: 'region_totals' };

function declared(searchPath: readonly string[] = ['public']): StreamTables {
  const names = new TableNames<ProtectedTable>();
  for (const table of [ORDER_TOTALS, REGION_TOTALS]) names.set(table, table);
  return new DeclaredTables(names, searchPath);
}

const errorsOf = (sql: string, tables = declared()): unknown[] => refusedWrites(sql, tables).map(({ error }) => error);
const refusing = ({ schema, name: table }: ProtectedTable, operation: string): unknown =>
  expect.objectContaining({ name: 'StreamTableReadOnlyError', code: 'READ_ONLY', schema, table, operation });

describe('what a text would do to stream tables', () => {
  it.each([
    ['DELETE FROM order_totals', ORDER_TOTALS, 'delete'],
    ['DELETE FROM public.order_totals', ORDER_TOTALS, 'delete'],
    ['INSERT INTO "Order_totals" VALUES (1); UPDATE Order_Totals SET total = 0', ORDER_TOTALS, 'update'],
    ['WITH gone AS (DELETE FROM analytics.region_totals) SELECT 1', REGION_TOTALS, 'delete'],
    ['TRUNCATE orders, order_totals', ORDER_TOTALS, 'truncate'],
    ['DROP TABLE order_totals', ORDER_TOTALS, 'drop table'],
    ['ALTER TABLE order_totals ADD extra int', ORDER_TOTALS, 'alter table'],
    ['DROP SCHEMA analytics CASCADE', REGION_TOTALS, 'drop schema'],
    ['ALTER SCHEMA analytics RENAME TO other', REGION_TOTALS, 'alter schema'],
  ] as const)('%j is refused', (sql, table, operation) => {
    expect(errorsOf(sql)).toEqual([refusing(table, operation)]);
  });

  it.each([
    'SELECT * FROM order_totals FOR UPDATE',
    'DELETE FROM orders',
    'DELETE FROM analytics.order_totals',
    'DELETE FROM region_totals',
    'INSERT INTO archive SELECT * FROM order_totals',
    'DROP SCHEMA other CASCADE',
  ])('%j may be sent', (sql) => {
    expect(errorsOf(sql)).toEqual([]);
  });

  it('is all of it, in the order of the text', () => {
    expect(errorsOf('DELETE FROM order_totals; TRUNCATE analytics.region_totals, public.order_totals')).toEqual([
      refusing(ORDER_TOTALS, 'delete'),
      refusing(REGION_TOTALS, 'truncate'),
      refusing(ORDER_TOTALS, 'truncate'),
    ]);
  });

  it('goes by what is declared when it is asked, not when the text was read', () => {
    const names = new TableNames<ProtectedTable>();
    const tables = new DeclaredTables(names, ['public']);
    expect(errorsOf('DELETE FROM order_totals', tables)).toEqual([]);
    names.set(ORDER_TOTALS, ORDER_TOTALS);
    expect(errorsOf('DELETE FROM order_totals', tables)).toEqual([refusing(ORDER_TOTALS, 'delete')]);
  });

  it('is a new error each time', () => {
    const [first] = errorsOf('DELETE FROM order_totals');
    expect(errorsOf('DELETE FROM order_totals')[0]).not.toBe(first);
  });
});

describe('a name without a schema', () => {
  it('is that of the first schema of the search path that has one', () => {
    const names = new TableNames<string>();
    names.set({ schema: 'public', name: 'a' }, 'a of public');
    names.set({ schema: 'app', name: 'a' }, 'a of app');
    names.set({ schema: 'other', name: 'b' }, 'b of other');
    expect(names.find({ name: 'a' }, ['app', 'public'])).toBe('a of app');
    expect(names.find({ name: 'a' }, [undefined, 'public', 'app'])).toBe('a of public');
    expect(names.find({ name: 'b' }, ['app', 'public'])).toBeUndefined();
    expect(names.find({ schema: 'other', name: 'b' }, [])).toBe('b of other');
  });

  it.each([
    [['public'], []],
    [['analytics'], [refusing(REGION_TOTALS, 'delete')]],
    [['public', 'analytics'], [refusing(REGION_TOTALS, 'delete')]],
  ])('with a search path of %j', (searchPath, errors) => {
    expect(errorsOf('DELETE FROM region_totals', declared(searchPath))).toEqual(errors);
  });
});

describe('the sentence', () => {
  it.each([
    [
      'DELETE FROM order_totals',
      /^delete was refused: "order_totals" is a stream table.* Write to the tables that its /,
    ],
    ['DELETE FROM analytics.region_totals', /^delete was refused: "analytics\.region_totals" is a stream table/],
    ['DROP TABLE order_totals', /^drop table was refused: .* Change or drop it by the extension’s own functions/],
    ['DROP SCHEMA analytics CASCADE', /^drop schema was refused: .* It is in the schema "analytics"\. Drop the stream/],
  ])('of %j says what to do instead', (sql, sentence) => {
    expect(refusedWrites(sql, declared())[0]?.error.message).toMatch(sentence);
  });

  it('names the view that passes a write on', () => {
    const view: ProtectedTable = { ...ORDER_TOTALS, view: 'through' };
    const tables: StreamTables = { ...declared(), table: () => undefined, writtenAs: () => view, inSchema: () => view };
    expect(refusedWrites('DELETE FROM through', tables)[0]?.error.message).toMatch(
      /^delete was refused: "order_totals" is a stream table.* The view "through" would pass it on\./,
    );
  });
});
