import { eq, sql } from 'drizzle-orm';
import { integer, pgSchema, pgTable, pgView } from 'drizzle-orm/pg-core';
import { Minimatch } from 'minimatch';
import { describe, expect, it } from 'vitest';
import { pgStreamSchema, pgStreamTable, relational, streamAlias } from '../../src/index.ts';
import { streamTablesFilter } from '../../src/kit.ts';

const columns = { id: integer() };
const orderTotals = pgStreamTable('order_totals', columns);
const appTotals = pgStreamTable('app_totals', columns);
const regionTotals = pgStreamSchema('analytics').streamTable('region_totals', columns);
const customers = pgTable('customers', columns);
const invalid = (message: string) =>
  expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) as string });

describe('streamTablesFilter', () => {
  it.each([
    ['a pattern for each stream table', {}, ['!order_totals', '!region_totals']],
    ['the one that was there, first', { existing: '!secrets' }, ['!secrets', '!order_totals', '!region_totals']],
    ['none twice', { existing: ['!order_totals'] }, ['!order_totals', '!region_totals']],
    ['what excludes them all, unchanged', { existing: ['!*_totals'] }, ['!*_totals']],
    ['positive patterns that match none, unchanged', { existing: ['app_*', 'customers'] }, ['app_*', 'customers']],
    ['one pattern that matches none, unchanged', { existing: 'app_*' }, ['app_*']],
    [
      'more exclusions where positive and negative ones mean all tables already',
      { existing: ['app_*', '!secrets'] },
      ['app_*', '!secrets', '!order_totals', '!region_totals'],
    ],
    ['none for schemas that drizzle-kit does not look into', { schemaFilter: ['public'] }, ['!order_totals']],
    ['one for a schema that it looks into', { schemaFilter: 'analytics' }, ['!region_totals']],
    ['nothing for schemas without stream tables', { schemaFilter: 'other' }, []],
  ])('gives %s', (_what, options, filter) => {
    const given = { customers, orderTotals, regionTotals, eq, nothing: undefined };
    expect(streamTablesFilter(given, options)).toEqual(filter);
  });

  it('knows a stream table by its variant and its alias, and names it once', () => {
    const given = { model: relational(orderTotals), orderTotals, other: streamAlias(orderTotals, 'other') };
    expect(streamTablesFilter(given)).toEqual(['!order_totals']);
    expect(streamTablesFilter({ other: given.other })).toEqual(['!order_totals']);
  });

  it('gives a list that drizzle-kit may add to', () => {
    expect(Object.isFrozen(streamTablesFilter({ orderTotals }, { existing: Object.freeze(['app_*']) }))).toBe(false);
  });

  it.each(['a b', 'a*b', '!a', '#a', '{a,b}', '+(a)', '[a]', 'é"q', 'a\\b', 'a$b', 'a-b.c', 'a?'])(
    'excludes the name %j and nothing else',
    (name) => {
      const [pattern = ''] = streamTablesFilter({ odd: pgStreamTable(name, columns) });
      const matcher = new Minimatch(pattern);
      expect(matcher.match(name)).toBe(false);
      for (const other of ['a', 'b', 'ab', 'a,b', `${name}2`, `x${name}`]) expect(matcher.match(other)).toBe(true);
    },
  );

  it.each([
    ['app_*', '["app_!(totals)"]'],
    ['*', '["@(!(app_totals|order_totals))"]'],
    ['*_totals', '["@(!(app|order))_totals"]'],
    ['app*s', '["app!(_total)s"]'],
  ])('refuses a positive pattern that matches stream tables, and names the one to write: %s', (existing, instead) => {
    const make = () => streamTablesFilter({ appTotals, orderTotals }, { existing });
    expect(make).toThrow(invalid(`Write ${instead} instead.`));
    const patterns = JSON.parse(instead) as string[];
    expect(streamTablesFilter({ appTotals, orderTotals }, { existing: patterns })).toEqual(patterns);
    for (const other of ['app_x', 'app_totals2', 'app2_totals', 'app_s', 'orders', 'my_totals', 'order_total']) {
      expect([other, new Minimatch(patterns[0] ?? '').match(other)]).toEqual([
        other,
        new Minimatch(existing).match(other),
      ]);
    }
  });

  it('keeps the other patterns in what it names', () => {
    expect(() => streamTablesFilter({ appTotals }, { existing: ['customers', 'app_*', 'app_totals'] })).toThrow(
      invalid('Write ["customers","app_!(totals)"] instead.'),
    );
  });

  it.each([['app_{totals,x}'], ['*_*'], ['app_totals']])('says in words what to do about %s', (existing) => {
    expect(() => streamTablesFilter({ appTotals }, { existing })).toThrow(
      invalid('Write patterns that match your own tables and none of these'),
    );
  });

  it.each([
    ['a table', pgSchema('public2').table('order_totals', columns), 'leave "public" out of your schemaFilter'],
    [
      'a view',
      pgSchema('v')
        .view('order_totals', columns)
        .as(sql`select 1`),
      'or rename one of them',
    ],
    ['itself as a table', pgTable('order_totals', columns), 'remove that declaration'],
    ['itself as a view', pgView('order_totals', columns).as(sql`select 1`), 'remove that declaration'],
  ])('refuses %s of a stream table’s name', (_what, namesake, advice) => {
    expect(() => streamTablesFilter({ orderTotals, namesake })).toThrow(invalid(advice));
  });

  it.each([
    ['a view that is merely there', pgView('order_totals', columns).existing(), undefined],
    ['a table of a schema that drizzle-kit does not look into', pgSchema('x').table('order_totals', columns), 'public'],
  ])('leaves %s', (_what, namesake, schemaFilter) => {
    expect(streamTablesFilter({ orderTotals, namesake }, { schemaFilter })).toEqual(['!order_totals']);
  });

  it.each([[{ customers }], [{}], [undefined as never]])('refuses a schema without stream tables', (given) => {
    expect(() => streamTablesFilter(given)).toThrow(invalid('found no stream table'));
  });
});
