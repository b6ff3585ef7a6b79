import { streamRepository } from '@pgstream/typeorm';
import type { EntityManager, FindManyOptions, ObjectLiteral } from 'typeorm';
import { Customer, LinkedCustomer, LinkedTotals, OrderTotals } from '../models.ts';
import { ada, all, bob, di, type Read, read } from './read.ts';

const adaTheCustomer = { id: 1, name: 'Ada', region: 'north' };

type Options = FindManyOptions<ObjectLiteral>;

/** Relations from a stream entity and to one, by find options. */
const FINDS: readonly (readonly [name: string, entity: new () => ObjectLiteral, options: Options, gives: unknown])[] = [
  [
    'from',
    OrderTotals,
    { where: { customerId: 1 }, relations: { customer: true } },
    [{ ...ada, customer: adaTheCustomer }],
  ],
  ['to', Customer, { where: { id: 1 }, relations: { totals: true } }, [{ ...adaTheCustomer, totals: [ada] }]],
  [
    'to, where there is none',
    Customer,
    { where: { id: 3 }, relations: { totals: true } },
    [{ id: 3, name: 'Cy', region: 'north', totals: [] }],
  ],
  [
    'to and back',
    Customer,
    { where: { id: 1 }, relations: { totals: { customer: true } } },
    [{ ...adaTheCustomer, totals: [{ ...ada, customer: adaTheCustomer }] }],
  ],
  [
    'beside another one',
    Customer,
    { where: { id: 2 }, relations: { totals: true, orders: true } },
    [{ id: 2, name: 'Bob', region: 'south', totals: [bob], orders: [{ id: 3, customerId: 2, amount: '7.25' }] }],
  ],
  [
    'by pages',
    Customer,
    { relations: { totals: true, orders: true }, select: { id: true }, order: { id: 'ASC' }, skip: 2, take: 2 },
    [
      { id: 3, totals: [], orders: [] },
      { id: 4, totals: [di], orders: [{ id: 4, customerId: 4, amount: '1.00' }] },
    ],
  ],
];

const loadsIds: Options = { where: { customerId: 1 }, loadRelationIds: true };

export const relationReads: readonly Read[] = [
  ...FINDS.flatMap(([name, entity, options, gives]) =>
    (['join', 'query'] as const).map((relationLoadStrategy) =>
      read(
        `relations ${name}, by ${relationLoadStrategy}`,
        ({ manager }) => manager.find(entity, { ...options, relationLoadStrategy }),
        gives,
      ),
    ),
  ),
  read(
    'relations with some of their columns',
    ({ manager }) =>
      streamRepository(manager, OrderTotals).find({
        select: { customerId: true, customer: { id: true, name: true } },
        where: { customerId: 1 },
        relations: { customer: true },
      }),
    [{ customerId: 1, customer: { id: 1, name: 'Ada' } }],
  ),
  read(
    'relations as a list',
    ({ manager }) => manager.find(Customer, { where: { id: 1 }, relations: ['totals'] as never }),
    [{ ...adaTheCustomer, totals: [ada] }],
    { until: '0.3.31' },
  ),
  read(
    'a condition on a relation to it',
    ({ manager }) => manager.find(Customer, { where: { totals: { total: '15.50' } } }),
    [adaTheCustomer],
  ),
  read('an eager relation to it', async ({ manager }) => (await linked(manager)).own, ada),
  read('a lazy relation to it', async ({ manager }) => await (await linked(manager)).totals, [
    { customerId: 1, total: '15.50' },
  ]),
  read(
    'a lazy relation from it',
    async ({ manager }) => {
      const totals = await streamRepository(manager, LinkedTotals).findOneByOrFail({ customerId: 1 });
      const { customer } = totals as { readonly customer?: unknown };
      return (await (customer as Promise<LinkedCustomer>)).name;
    },
    'Ada',
  ),
  read('RelationId to it', async ({ manager }) => (await linked(manager)).totalIds, [1]),
  read('loadRelationIds from it', ({ manager }) => streamRepository(manager, OrderTotals).find(loadsIds), [
    { ...ada, customer: 1 },
  ]),
  read(
    'loadRelationIdAndMap() to it',
    ({ manager }) =>
      manager.createQueryBuilder(Customer, 'c').loadRelationIdAndMap('c.ids', 'c.totals').where('c.id = 1').getMany(),
    [{ ...adaTheCustomer, ids: [1] }],
  ),
  read(
    'loadRelationIdAndMap() from it',
    ({ manager }) =>
      manager
        .createQueryBuilder(OrderTotals, 't')
        .loadRelationIdAndMap('t.of', 't.customer')
        .where({ customerId: 1 })
        .getMany(),
    [{ ...ada, of: 1 }],
  ),
  read(
    'loadAllRelationIds() to it',
    ({ manager }) =>
      manager
        .createQueryBuilder(Customer, 'c')
        .loadAllRelationIds({ relations: ['totals'] })
        .where('c.id = 1')
        .getMany(),
    [{ ...adaTheCustomer, totals: [1] }],
  ),
  read('loadRelationCountAndMap() to it', ({ manager }) => countAndMap(manager), [{ ...adaTheCustomer, count: 1 }], {
    until: '0.3.31',
  }),
  read(
    'leftJoinAndMapMany() to it',
    ({ manager }) =>
      manager
        .createQueryBuilder(Customer, 'c')
        .leftJoinAndMapMany('c.totals', OrderTotals, 't', 't.customer_id = c.id')
        .where('c.id IN (1, 3)')
        .orderBy('c.id')
        .getMany(),
    [
      { ...adaTheCustomer, totals: [ada] },
      { id: 3, name: 'Cy', region: 'north', totals: [] },
    ],
  ),
  read(
    'a relation query builder’s loadMany() to it',
    ({ manager }) => manager.createQueryBuilder().relation(Customer, 'totals').of(1).loadMany(),
    [ada],
  ),
  read(
    'a relation query builder’s loadOne() from it',
    ({ manager }) => manager.createQueryBuilder().relation(OrderTotals, 'customer').of(1).loadOne(),
    adaTheCustomer,
  ),
  read(
    'a many-to-many relation to it',
    ({ manager }) =>
      manager
        .createQueryBuilder(OrderTotals, 't')
        .innerJoin(LinkedCustomer, 'c', 'c.id = 1')
        .leftJoin('c.marked', 'm')
        .orderBy('t.customerId')
        .getMany(),
    all,
  ),
];

async function linked(manager: EntityManager): Promise<LinkedCustomer> {
  return await manager.findOneByOrFail(LinkedCustomer, { id: 1 });
}

/** Gone in 1.x. */
async function countAndMap(manager: EntityManager): Promise<unknown> {
  const query: unknown = manager.createQueryBuilder(Customer, 'c').where('c.id = 1');
  return await (query as Counting).loadRelationCountAndMap('c.count', 'c.totals').getMany();
}

interface Counting {
  loadRelationCountAndMap(to: string, relation: string): { getMany(): Promise<unknown> };
}
