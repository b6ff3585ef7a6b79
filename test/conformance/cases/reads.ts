import { describe, expect, it } from 'vitest';
import type { Row } from '../shop/index.ts';
import type { Stage } from '../stage.ts';
import { byName } from './by-name.ts';

export function readCases<Native>(stage: Stage<Native>): void {
  const { driver } = stage;
  const customers = async (query: object): Promise<unknown[]> =>
    (await stage.client.find('orderTotals', query)).map((row) => row['customerId']);

  const visitors = async (page: { skip: number; take: number }): Promise<unknown[]> =>
    (await stage.client.customersWithVisits(page)).map(({ name, notes }) => ({ name, notes: nullsLast(notes) }));

  describe('every way that it reads by', () => {
    it.each(byName(driver.reads))('%s', async (_, { call, gives }) => {
      expect(await call(stage.client.native)).toEqual(gives);
    });
  });

  it('a row, with the properties that were declared', async () => {
    expect(await stage.client.find('orderTotals', { where: { customerId: 1 } })).toEqual([
      { customerId: 1, total: driver.values.numeric('15.50'), orders: driver.values.bigint('2') },
    ]);
  });

  it('some of the properties', async () => {
    expect(await stage.client.find('orderTotals', { select: ['orders'], where: { customerId: 2 } })).toEqual([
      { orders: driver.values.bigint('1') },
    ]);
  });

  it('in order', async () => {
    expect(await customers({ orderBy: ['total'] })).toEqual([4, 2, 1]);
  });

  it('by pages', async () => {
    expect(await customers({ orderBy: ['customerId'], skip: 1, take: 1 })).toEqual([2]);
    expect(await customers({ orderBy: ['customerId'], skip: 2, take: 5 })).toEqual([4]);
  });

  it('a count', async () => {
    expect(await stage.client.count('orderTotals')).toBe(3);
  });

  it('nothing where nothing fits', async () => {
    expect(await stage.client.find('orderTotals', { where: { customerId: 3 } })).toEqual([]);
  });

  it('by a bigint beyond 2^53', async () => {
    const where = { big: driver.values.bigint('9007199254740993') };
    expect(await stage.client.find('samples', { select: ['id'], where })).toEqual([{ id: 1 }]);
  });

  it('by NULL', async () => {
    expect(await stage.client.find('samples', { select: ['id'], where: { big: null } })).toEqual([{ id: 2 }]);
  });

  it('equal rows and rows of NULLs, each of them', async () => {
    const rows = await stage.client.find('repeated');
    expect(sorted(rows)).toEqual(
      sorted([
        { region: 'north', amount: 5 },
        { region: 'north', amount: 5 },
        { region: 'north', amount: null },
        { region: 'north', amount: null },
        { region: null, amount: null },
        { region: null, amount: null },
      ]),
    );
    expect(await stage.client.count('repeated')).toBe(6);
  });

  it('equal rows by pages, without losing one', async () => {
    const pages = await Promise.all(
      [0, 2, 4].map((skip) => stage.client.find('repeated', { orderBy: ['region', 'amount'], skip, take: 2 })),
    );
    expect(pages.map((page) => page.length)).toEqual([2, 2, 2]);
    expect(sorted(pages.flat())).toEqual(sorted(await stage.client.find('repeated')));
  });

  describe('a relation', () => {
    const ada = { name: 'Ada', notes: ['tea', 'tea', null, null] };
    const bob = { name: 'Bob', notes: [null] };
    const [cy, di] = ['Cy', 'Di'].map((name) => ({ name, notes: [] }));

    it('to rows without a key: equal ones and those of NULLs, each of them', async () => {
      expect(await visitors({ skip: 0, take: 9 })).toEqual([ada, bob, cy, di]);
    });

    it('to rows without a key, by pages of what it is from', async () => {
      expect(await visitors({ skip: 0, take: 1 })).toEqual([ada]);
      expect(await visitors({ skip: 1, take: 2 })).toEqual([bob, cy]);
    });

    it('from rows without a key: equal ones and those of NULLs, each of them', async () => {
      expect(sorted(await stage.client.visitsWithCustomers())).toEqual(
        sorted([
          { note: 'tea', customer: 'Ada' },
          { note: 'tea', customer: 'Ada' },
          { note: null, customer: 'Ada' },
          { note: null, customer: 'Ada' },
          { note: null, customer: 'Bob' },
          { note: null, customer: null },
          { note: null, customer: null },
          { note: 'rain', customer: null },
        ]),
      );
    });
  });

  it('joined with an ordinary table, by pages', async () => {
    const total = driver.values.numeric;
    const [ada, bob, cy, di] = [
      { name: 'Ada', total: total('15.50') },
      { name: 'Bob', total: total('7.25') },
      { name: 'Cy', total: null },
      { name: 'Di', total: total('1.00') },
    ];
    expect(await stage.client.customersWithTotals({ skip: 0, take: 3 })).toEqual([ada, bob, cy]);
    expect(await stage.client.customersWithTotals({ skip: 3, take: 3 })).toEqual([di]);
  });
}

function nullsLast(values: readonly unknown[]): unknown[] {
  return values.toSorted((a, b) => Number(a === null) - Number(b === null));
}

function sorted(rows: readonly Row[]): string[] {
  return rows.map((row) => JSON.stringify(row, Object.keys(row).toSorted())).toSorted();
}
