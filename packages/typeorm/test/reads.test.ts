import { describe, expect, it, beforeAll } from 'vitest';
import { type DataSource } from 'typeorm';
import { streamRepository } from '../src/index.ts';
import {
  Customer,
  openDataSource,
  OrderTotals,
  RegionTotals,
  Repeated,
  type Sent,
  shopDatabase,
} from './shop/index.ts';

const database = shopDatabase();
let dataSource: DataSource & { readonly sent: Sent };
beforeAll(async () => {
  dataSource = await openDataSource(database.url);
});

const ada = { customerId: 1, total: '15.50', orders: '2' };

describe('reading', () => {
  it('by the class', async () => {
    expect(await OrderTotals.find({ where: { customerId: 1 } })).toEqual([ada]);
    expect((await OrderTotals.findOneBy({ customerId: 1 })) instanceof OrderTotals).toBe(true);
  });

  it('rows without a key, none merged and none lost', async () => {
    const rows = await streamRepository(dataSource, Repeated).find();
    expect(rows).toHaveLength(5);
    expect(rows.filter(({ region }) => region === null)).toHaveLength(2);
    expect(await RegionTotals.find({ order: { region: 'ASC' } })).toEqual([
      { region: 'north', total: '10', n: '2' },
      { region: 'south', total: null, n: '1' },
      { region: null, total: null, n: '2' },
    ]);
  });

  it('relations', async () => {
    const customers = await dataSource
      .getRepository(Customer)
      .find({ relations: { totals: true }, order: { id: 'ASC' }, skip: 0, take: 3 });
    expect(customers.map(({ totals }) => totals)).toEqual([[ada], [{ customerId: 2, total: '7.25', orders: '1' }], []]);
    expect(dataSource.sent.join('\n')).not.toContain('__pg');
  });

  it('asks and refreshes', async () => {
    expect(await OrderTotals.isStale()).toBe(false);
    expect(await OrderTotals.refresh()).toMatchObject({ status: 'refreshed' });
    await dataSource.transaction(async (manager) => {
      expect(await OrderTotals.refresh({ on: manager })).toMatchObject({ status: 'refreshed' });
    });
  });
  it('refuses', async () => {
    await expect((OrderTotals as never as typeof import('typeorm').BaseEntity).save([] as never)).rejects.toThrow('x');
  });
});
