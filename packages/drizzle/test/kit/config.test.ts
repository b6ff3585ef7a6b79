import { eq, sql } from 'drizzle-orm';
import { integer, pgEnum, pgSchema, pgSequence, pgTable, pgView } from 'drizzle-orm/pg-core';
import { Minimatch } from 'minimatch';
import { describe, expect, it } from 'vitest';
import { pgStreamSchema, pgStreamTable, relational, streamAlias } from '../../src/index.ts';
import { streamTablesConfig, streamTablesFilter } from '../../src/kit.ts';
import { isDrizzle1 } from '../shop/major.ts';

const columns = { id: integer() };
const orderTotals = pgStreamTable('order_totals', columns);
const appTotals = pgStreamTable('app_totals', columns);
const regionTotals = pgStreamSchema('analytics').streamTable('region_totals', columns);
const customers = pgTable('customers', columns);
const invalid = (message: string) =>
  expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) as string });

const analytics = pgSchema('analytics');
const schemasOf = (...args: Parameters<typeof streamTablesConfig>) => streamTablesConfig(...args).schemaFilter;
const filterOf = (...args: Parameters<typeof streamTablesConfig>) => streamTablesConfig(...args).tablesFilter;

describe('streamTablesConfig: the tables', () => {
  it.each([
    ['a pattern for each stream table', {}, ['!order_totals', '!region_totals']],
    ['the one that was there, first', { tablesFilter: '!secrets' }, ['!secrets', '!order_totals', '!region_totals']],
    ['none twice', { tablesFilter: ['!order_totals'] }, ['!order_totals', '!region_totals']],
    ['what excludes them all, unchanged', { tablesFilter: ['!*_totals'] }, ['!*_totals']],
    ['positive patterns that match none, unchanged', { tablesFilter: ['app_*', 'customers'] }, ['app_*', 'customers']],
    ['one pattern that matches none, unchanged', { tablesFilter: 'app_*' }, ['app_*']],
    [
      'more exclusions where positive and negative ones mean all tables already',
      { tablesFilter: ['app_*', '!secrets'] },
      ['app_*', '!secrets', '!order_totals', '!region_totals'],
    ],
    ['none for schemas that drizzle-kit does not look into', { schemaFilter: ['public'] }, ['!order_totals']],
    ['one for a schema that it looks into', { schemaFilter: 'analytics' }, ['!region_totals']],
    ['nothing for schemas without stream tables', { schemaFilter: 'other' }, []],
  ])('gives %s', (_what, options, filter) => {
    const given = { customers, orderTotals, regionTotals, analytics, eq, nothing: undefined };
    expect(filterOf(given, options)).toEqual(filter);
  });

  it('knows a stream table by its variant and its alias, and names it once', () => {
    const given = { model: relational(orderTotals), orderTotals, other: streamAlias(orderTotals, 'other') };
    expect(filterOf(given)).toEqual(['!order_totals']);
    expect(filterOf({ other: given.other })).toEqual(['!order_totals']);
  });

  it('gives lists that drizzle-kit may add to', () => {
    const given = { tablesFilter: Object.freeze(['app_*']), schemaFilter: Object.freeze(['public']) };
    for (const list of Object.values(streamTablesConfig({ orderTotals }, given))) {
      expect(Object.isFrozen(list)).toBe(false);
    }
  });

  it.each(['a b', 'a*b', '!a', '#a', '{a,b}', '+(a)', '[a]', 'é"q', 'a\\b', 'a$b', 'a-b.c', 'a?'])(
    'excludes the name %j and nothing else',
    (name) => {
      const [pattern = ''] = filterOf({ odd: pgStreamTable(name, columns) });
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
    const make = () => filterOf({ appTotals, orderTotals }, { tablesFilter: existing });
    expect(make).toThrow(invalid(`Write ${instead} instead.`));
    const patterns = JSON.parse(instead) as string[];
    expect(filterOf({ appTotals, orderTotals }, { tablesFilter: patterns })).toEqual(patterns);
    for (const other of ['app_x', 'app_totals2', 'app2_totals', 'app_s', 'orders', 'my_totals', 'order_total']) {
      expect([other, new Minimatch(patterns[0] ?? '').match(other)]).toEqual([
        other,
        new Minimatch(existing).match(other),
      ]);
    }
  });

  it('keeps the other patterns in what it names', () => {
    expect(() => filterOf({ appTotals }, { tablesFilter: ['customers', 'app_*', 'app_totals'] })).toThrow(
      invalid('Write ["customers","app_!(totals)"] instead.'),
    );
  });

  it.each([['app_{totals,x}'], ['*_*'], ['app_totals']])('says in words what to do about %s', (existing) => {
    expect(() => filterOf({ appTotals }, { tablesFilter: existing })).toThrow(
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
    expect(() => filterOf({ orderTotals, namesake })).toThrow(invalid(advice));
  });

  it.each([
    ['a view that is merely there', pgView('order_totals', columns).existing(), undefined],
    ['a table of a schema that drizzle-kit does not look into', pgSchema('x').table('order_totals', columns), 'public'],
  ])('leaves %s', (_what, namesake, schemaFilter) => {
    expect(filterOf({ orderTotals, namesake }, { schemaFilter })).toEqual(['!order_totals']);
  });

  it.each([[{ customers }], [{}], [undefined as never]])('refuses a schema without stream tables', (given) => {
    expect(() => filterOf(given)).toThrow(invalid('found no stream table'));
  });
});

describe('streamTablesConfig: the schemas', () => {
  it('are public, and those of all that drizzle-kit creates', () => {
    const given = {
      orderTotals,
      regionTotals,
      app: pgSchema('app'),
      notes: pgSchema('notes').table('notes', columns),
      view: pgSchema('views')
        .view('v', columns)
        .as(sql`select 1`),
      there: pgSchema('there').view('v', columns).existing(),
      level: pgSchema('levels').enum('level', ['low', 'high']),
      numbers: pgSchema('numbers').sequence('numbers'),
      mood: pgEnum('mood', ['good']),
      ids: pgSequence('ids'),
    };
    expect(schemasOf(given).toSorted()).toEqual(['app', 'levels', 'notes', 'numbers', 'public', 'views']);
  });

  it('are meant as they are written', () => {
    expect(schemasOf({ orderTotals, odd: pgSchema('a*b') })).toEqual(['public', isDrizzle1 ? 'a\\*b' : 'a*b']);
  });

  it('do not have those of stream tables alone, which drizzle-kit must not see', () => {
    expect(streamTablesConfig({ customers, orderTotals, regionTotals })).toEqual({
      tablesFilter: ['!order_totals'],
      schemaFilter: ['public'],
    });
  });

  it('are those that were given, as they are', () => {
    expect(schemasOf({ orderTotals }, { schemaFilter: 'app' })).toEqual(['app']);
    expect(schemasOf({ orderTotals }, { schemaFilter: ['app', 'public'] })).toEqual(['app', 'public']);
  });

  it.each<[string, string[]]>([
    ['pgstream', ['public', 'pgstream']],
    ['pgstream_changes', ['pgstream_changes']],
    ['pgtrickle', ['pgtrickle']],
    ['pgtrickle_changes', ['pgtrickle_changes', 'public']],
    ...(isDrizzle1
      ? ([
          ['pgstream', []],
          ['pgstream_changes', ['!pgstream']],
          ['pgtrickle', ['public', '!pgstream*']],
          ['pgstream', ['pg*']],
          ['pgstream_changes', ['*']],
        ] satisfies [string, string[]][])
      : []),
  ])('are refused, with what to write, where drizzle-kit would see %s: %j', (seen, schemaFilter) => {
    const refused = invalid(`"${seen}"`);
    expect(() => streamTablesConfig({ orderTotals }, { schemaFilter })).toThrow(refused);
    expect(() => streamTablesConfig({ orderTotals }, { schemaFilter })).toThrow(
      invalid('belong to the extension: push would drop what is in them'),
    );
  });

  it('are refused where drizzle-kit would see stream tables in a schema that it would drop', () => {
    const options = { schemaFilter: ['public', 'analytics'] };
    expect(() => streamTablesConfig({ regionTotals }, options)).toThrow(
      invalid('or export it: export const analytics = pgSchema("analytics")'),
    );
    expect(streamTablesConfig({ regionTotals, analytics }, options)).toEqual({
      tablesFilter: ['!region_totals'],
      schemaFilter: ['public', 'analytics'],
    });
  });

  it('are refused by their default, too, where a table of the application’s is in such a schema', () => {
    const regions = analytics.table('regions', columns);
    expect(() => streamTablesConfig({ regionTotals, regions })).toThrow(invalid('pgSchema("analytics")'));
    expect(schemasOf({ regionTotals, regions, analytics })).toEqual(['public', 'analytics']);
  });
});

describe('streamTablesFilter', () => {
  const given = { orderTotals, regionTotals, analytics };

  it('is the tables of it, beside a schemaFilter', () => {
    expect(streamTablesFilter(given, { schemaFilter: ['public'], existing: '!x' })).toEqual(['!x', '!order_totals']);
    expect(() => streamTablesFilter(given, { schemaFilter: ['pgstream'] })).toThrow(invalid('belong to the extension'));
  });

  it.each(isDrizzle1 ? [] : [given])('is, without one, those of every schema', (schema) => {
    expect(streamTablesFilter(schema)).toEqual(['!order_totals', '!region_totals']);
    expect(() => streamTablesFilter({ customers })).toThrow(invalid('streamTablesFilter() found no stream table'));
  });

  it.each(isDrizzle1 ? [given] : [])('is refused without one, where the kit looks into every schema', (schema) => {
    expect(() => streamTablesFilter(schema)).toThrow(invalid('Write ...streamTablesConfig(schema)'));
  });
});
