import { isPgStreamError, type StreamTableNotFoundError } from '@pgstream/core';
import { expect, it } from 'vitest';
import { HOSTILE_NAME, LETTERS_NAME, LONGEST_NAME, type StreamModel } from '../shop/index.ts';
import { endOf, type Stage } from '../stage.ts';
import { byName } from './by-name.ts';

const NAMES: readonly {
  name: string;
  model: StreamModel;
  schema: string;
  table: string;
  row: (n: Numeric) => object;
}[] = [
  {
    name: 'a reserved word, with columns in mixed case, with a space, and of a reserved word',
    model: 'reserved',
    schema: 'public',
    table: 'user',
    row: (numeric) => ({ customerId: 2, totalAmount: numeric('7.25'), select: 3 }),
  },
  {
    name: 'a leading digit, letters beyond ASCII and a dollar sign',
    model: 'letters',
    schema: 'public',
    table: LETTERS_NAME,
    row: (numeric) => ({ customerId: 2, Ärger: numeric('7.25') }),
  },
  { name: '63 bytes', model: 'longest', schema: 'public', table: LONGEST_NAME, row: () => ({ customerId: 2 }) },
  {
    name: 'a name that another schema has, too',
    model: 'theirOrderTotals',
    schema: 'analytics',
    table: 'order_totals',
    row: (numeric) => ({ customerId: 2, total: numeric('14.50') }),
  },
];

type Numeric = (text: string) => unknown;

export function nameCases<Native>(stage: Stage<Native>): void {
  it.each(byName(NAMES))('%s: read, asked and refreshed', async (_, { model, schema, table, row }) => {
    const rows = await stage.client.find(model, { where: { customerId: 2 } });
    expect(rows).toEqual([row(stage.driver.values.numeric)]);
    const helpers = stage.client.helpers(model);
    expect(await helpers.isStale()).toBe(false);
    const before = await helpers.lastRefreshAt();
    expect(await helpers.refresh()).toMatchObject({ status: 'refreshed' });
    expect((await helpers.lastRefreshAt())?.getTime()).toBeGreaterThan(before?.getTime() ?? Infinity);
    expect(await helpers.status()).toMatchObject({ schema, name: table });
  });

  it('two of one name, in two schemas, joined', async () => {
    const { numeric } = stage.driver.values;
    expect(await stage.client.totalsOfBothSchemas()).toEqual([{ ours: numeric('7.25'), theirs: numeric('14.50') }]);
  });

  it('a refresh in one schema leaves the other as it was', async () => {
    const ours = stage.client.helpers('accountTotals');
    const theirs = stage.client.helpers('theirAccountTotals');
    const [before, theirsBefore] = [await ours.lastRefreshAt(), await theirs.lastRefreshAt()];
    await ours.refresh();
    expect(await ours.lastRefreshAt()).not.toEqual(before);
    expect(await theirs.lastRefreshAt()).toEqual(theirsBefore);
  });

  it('the search_path plays no part', async () => {
    const [rows, status] = await stage.client.transaction(async (session) => {
      await session.sql(`SELECT set_config('search_path', 'analytics', true) AS path`);
      return [
        await session.find('orderTotals', { where: { customerId: 2 }, select: ['total'] }),
        await session.helpers('orderTotals').status(),
      ] as const;
    });
    expect(rows).toEqual([{ total: stage.driver.values.numeric('7.25') }]);
    expect(status).toMatchObject({ schema: 'public', name: 'order_totals' });
  });

  it('a name that is an attack is a name that is not there', async () => {
    const helpers = stage.client.helpers('hostile');
    for (const call of [helpers.isStale, helpers.lastRefreshAt, helpers.stalenessMs, helpers.status, helpers.refresh]) {
      const error = await endOf(() => call());
      expect(error).toSatisfy((value) => isPgStreamError(value, 'NOT_FOUND'));
      expect((error as StreamTableNotFoundError).table).toBe(HOSTILE_NAME);
    }
    expect(await stage.client.sql('SELECT count(*)::int AS n FROM public.orders')).toEqual([{ n: 4 }]);
  });
}
