import type { ReadPath } from '../driver.ts';
import type { Loose, Tx } from './client.ts';
import type { Native } from './session.ts';

/** Writes of ordinary models that read stream tables, or pass by them. They leave everything but the archive as it was. */
export const allowed: readonly ReadPath<Native>[] = [
  write(
    'create with include of a stream table',
    ({ Archive }) =>
      Archive.select('customerId')
        .include('customer', (c: Loose) => c.select('name').include('totals', (t: Loose) => t.select('orders')))
        .create({ customerId: 2 }),
    { customerId: 2, customer: { name: 'Bob', totals: { orders: 1n } } },
  ),
  write(
    'create with a nested connect',
    ({ Archive }) => Archive.create({ total: '1', customer: (c: Loose) => c.connect({ id: 2 }) }),
    { customerId: 2, total: '1' },
  ),
  write(
    'updateAndCount of what a stream table has',
    ({ Customer }) => Customer.where((f: Loose) => f.totals.some({ orders: 2n })).updateAndCount({ region: 'north' }),
    1,
  ),
  write(
    'deleteAll of what a stream table has',
    async ({ Archive }) => {
      await Archive.createAndCount([{ customerId: 2 }, { customerId: 3 }]);
      const gone = await Archive.where((f: Loose) => f.customer.some((c: Loose) => c.totals.some()))
        .select('customerId')
        .deleteAll();
      return [gone, await Archive.select('customerId').all()];
    },
    [[{ customerId: 2 }], [{ customerId: 3 }]],
  ),
  write(
    'upsert',
    ({ Archive }) =>
      Archive.select('customerId').upsert({ create: { customerId: 4 }, update: {}, conflictOn: { customerId: 4 } }),
    { customerId: 4 },
  ),
  write(
    'createAll from rows of a stream table',
    async ({ Archive, OrderTotals }) => {
      const rows = (await OrderTotals.orderBy((f: Loose) => f.customerId.asc())
        .select('customerId')
        .all()) as object[];
      return await Archive.select('customerId').createAll(rows);
    },
    [{ customerId: 1 }, { customerId: 2 }, { customerId: 4 }],
  ),
  write(
    'a nested connect to a stream table’s row where the foreign key is here',
    ({ Order }) =>
      Order.where({ id: 1 })
        .select('customerId')
        .update({ totals: (t: Loose) => t.connect({ customerId: 1 }) }),
    { customerId: 1 },
  ),
  write(
    'nested writes of ordinary models',
    ({ Customer }) =>
      Customer.where({ id: 3 })
        .select('name')
        .update({ name: 'Cy', archived: (a: Loose) => a.create({ total: '0' }) }),
    { name: 'Cy' },
  ),
];

function write(
  name: string,
  call: (models: Tx['orm']['public']) => PromiseLike<unknown>,
  gives: unknown,
): ReadPath<Native> {
  return { name, call: ({ tx }) => call(tx.orm.public), gives };
}
