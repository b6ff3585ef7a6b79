import { streamRepository } from '@pgstream/typeorm';
import type { DataSource, SelectQueryBuilder } from 'typeorm';
import { Customer, OrderTotals } from '../models.ts';
import type { Native } from '../session.ts';
import { withRunner } from '../runner.ts';
import { ada, all, bob, di, type Read, read } from './read.ts';

type Totals = SelectQueryBuilder<OrderTotals>;

const rawAda = { t_customer_id: 1, t_total: '15.50', t_orders: '2' };

/** Where a query builder comes from. */
const BUILDERS: readonly (readonly [
  name: string,
  use: (native: Native, query: (t: Totals) => Promise<unknown>) => Promise<unknown>,
])[] = [
  ['the class', (_, query) => query(OrderTotals.createQueryBuilder('t'))],
  [
    'a stream repository',
    ({ manager }, query) => query(streamRepository(manager, OrderTotals).createQueryBuilder('t')),
  ],
  ['a repository', ({ manager }, query) => query(manager.getRepository(OrderTotals).createQueryBuilder('t'))],
  ['a manager', ({ manager }, query) => query(manager.createQueryBuilder(OrderTotals, 't'))],
  ['a DataSource', ({ dataSource }, query) => query(dataSource.createQueryBuilder(OrderTotals, 't'))],
  [
    'a DataSource, by from()',
    ({ dataSource }, query) => query(dataSource.createQueryBuilder().select('t').from(OrderTotals, 't')),
  ],
  [
    'a manager in a transaction',
    ({ manager }, query) => manager.transaction((inner) => query(inner.createQueryBuilder(OrderTotals, 't'))),
  ],
  [
    'a query runner’s manager',
    ({ dataSource }, query) =>
      withRunner(dataSource, ({ manager }) => query(manager.createQueryBuilder(OrderTotals, 't'))),
  ],
];

const ENDS: readonly (readonly [name: string, query: (t: Totals) => Promise<unknown>, gives: unknown])[] = [
  ['getMany()', (t) => t.orderBy('t.customerId').getMany(), all],
  ['getOne()', (t) => t.where({ customerId: 1 }).getOne(), ada],
  ['getOneOrFail()', (t) => t.where('t.customerId = :id', { id: 2 }).getOneOrFail(), bob],
  ['getRawMany()', (t) => t.where({ customerId: 1 }).getRawMany(), [rawAda]],
  ['getRawOne()', (t) => t.where({ customerId: 1 }).getRawOne(), rawAda],
  ['getRawAndEntities()', (t) => t.where({ customerId: 1 }).getRawAndEntities(), { raw: [rawAda], entities: [ada] }],
  ['getCount()', (t) => t.getCount(), 3],
  ['getManyAndCount()', (t) => t.orderBy('t.total').take(1).getManyAndCount(), [[di], 3]],
  ['getExists()', (t) => t.where({ customerId: 3 }).getExists(), false],
  ['stream()', async (t) => rowsOf(await t.where({ customerId: 1 }).stream()), [rawAda]],
];

const QUERIES: readonly (readonly [name: string, query: (t: Totals) => Promise<unknown>, gives: unknown])[] = [
  ['some columns', (t) => t.select(['t.orders']).where({ customerId: 1 }).getMany(), [{ orders: '2' }]],
  ['an expression', (t) => t.select('sum(t.total)', 'sum').getRawOne(), { sum: '23.75' }],
  ['distinct()', (t) => t.select('t.orders', 'n').distinct().orderBy('n').getRawMany(), [{ n: '1' }, { n: '2' }]],
  ['distinctOn()', (t) => t.distinctOn(['t.orders']).orderBy('t.orders').addOrderBy('t.total').getMany(), [di, ada]],
  [
    'groupBy() and having()',
    (t) => t.select('t.orders', 'n').groupBy('t.orders').having('count(*) > 1').getRawMany(),
    [{ n: '1' }],
  ],
  ['limit() and offset()', (t) => t.orderBy('t.customerId').limit(1).offset(1).getMany(), [bob]],
  ['whereInIds()', (t) => t.whereInIds([2]).getMany(), [bob]],
  ['setFindOptions()', (t) => t.setFindOptions({ where: { customerId: 2 } }).getMany(), [bob]],
  ['clone()', (t) => t.where({ customerId: 2 }).clone().getMany(), [bob]],
  ['callListeners(false)', (t) => t.callListeners(false).where({ customerId: 2 }).getMany(), [bob]],
  ['useTransaction()', (t) => t.useTransaction(true).where({ customerId: 2 }).getMany(), [bob]],
  ['comment()', (t) => t.comment('truncate order_totals').where({ customerId: 2 }).getMany(), [bob]],
  [
    'a join and its entity',
    (t) => t.innerJoinAndSelect('t.customer', 'c').where({ customerId: 1 }).getMany(),
    [{ ...ada, customer: { id: 1, name: 'Ada', region: 'north' } }],
  ],
  [
    'a join by a condition',
    (t) =>
      t
        .leftJoinAndMapOne('t.customer', Customer, 'c', 'c.id = t.customerId')
        .select(['t.customerId', 'c.id', 'c.name'])
        .where({ customerId: 1 })
        .getMany(),
    [{ customerId: 1, customer: { id: 1, name: 'Ada' } }],
  ],
  ['a self-join', (t) => t.innerJoin(OrderTotals, 'o', 'o.total > t.total').where('o.customerId = 2').getMany(), [di]],
  [
    'pages of a join',
    (t) =>
      t
        .leftJoinAndSelect('t.customer', 'c')
        .select(['t.customerId', 'c.id'])
        .orderBy('t.customerId')
        .skip(1)
        .take(1)
        .getMany(),
    [{ customerId: 2, customer: { id: 2 } }],
  ],
  [
    'whereExists()',
    (t) =>
      t
        .whereExists(t.subQuery().select('1').from(Customer, 'c').where(`c.id = t.customerId AND c.name = 'Bob'`))
        .getMany(),
    [bob],
  ],
];

const OTHERS: readonly (readonly [name: string, query: (native: Native) => Promise<unknown>, gives: unknown])[] = [
  [
    'a sub-query in FROM',
    ({ manager }) =>
      manager
        .createQueryBuilder()
        .select('sum(large.total)', 'sum')
        .from((q) => q.select('t.total', 'total').from(OrderTotals, 't').where('t.total > 5'), 'large')
        .getRawOne(),
    { sum: '22.75' },
  ],
  [
    'a sub-query in SELECT',
    ({ manager }) =>
      manager
        .createQueryBuilder(Customer, 'c')
        .select('c.name', 'name')
        .addSelect((q) => q.select('t.total').from(OrderTotals, 't').where('t.customer_id = c.id'), 'total')
        .where('c.id = 1')
        .getRawMany(),
    [{ name: 'Ada', total: '15.50' }],
  ],
  [
    'a sub-query in WHERE',
    ({ manager }) =>
      manager
        .createQueryBuilder(Customer, 'c')
        .where(
          (q) =>
            `c.id IN ${q.subQuery().select('t.customerId').from(OrderTotals, 't').where('t.total > 10').getQuery()}`,
        )
        .getMany(),
    [{ id: 1, name: 'Ada', region: 'north' }],
  ],
  [
    'a join with a sub-query',
    ({ manager }) =>
      manager
        .createQueryBuilder(Customer, 'c')
        .innerJoin(
          (q) => q.select('t.customer_id', 'id').from(OrderTotals, 't').where('t.total > 10'),
          'large',
          'large.id = c.id',
        )
        .getMany(),
    [{ id: 1, name: 'Ada', region: 'north' }],
  ],
  [
    'a CTE',
    ({ manager }) =>
      manager
        .createQueryBuilder()
        .addCommonTableExpression(
          manager.createQueryBuilder(OrderTotals, 't').select('t.total', 'total').where('t.total > 5'),
          'large',
        )
        .select('count(*)::int', 'n')
        .from('large', 'large')
        .getRawOne(),
    { n: 2 },
  ],
  [
    'a table by its name',
    ({ manager }) =>
      manager.createQueryBuilder().select('max(t.total)', 'max').from('public.order_totals', 't').getRawOne(),
    { max: '15.50' },
  ],
  ...(['pessimistic_read', 'pessimistic_write', 'for_no_key_update'] as const).map(
    (lock) =>
      [
        `setLock(${lock})`,
        ({ manager }: Native) =>
          manager.transaction((inner) =>
            inner.createQueryBuilder(OrderTotals, 't').setLock(lock).where({ customerId: 2 }).getMany(),
          ),
        [bob],
      ] as const,
  ),
  ['a cache, filled and read', ({ dataSource }) => readTwiceFromCache(dataSource), [[ada], [ada]]],
];

export const builderReads: readonly Read[] = [
  ...BUILDERS.flatMap(([from, use]) =>
    ENDS.map(([end, query, gives]) =>
      read(`${end} of a query builder of ${from}`, (native) => use(native, query), gives),
    ),
  ),
  ...QUERIES.map(([name, query, gives]) =>
    read(`query builder, ${name}`, ({ manager }) => query(manager.createQueryBuilder(OrderTotals, 't')), gives),
  ),
  ...OTHERS.map(([name, query, gives]) => read(`query builder, ${name}`, query, gives)),
];

/** The rows of a stream, which ends its query runner. */
async function rowsOf(stream: Awaited<ReturnType<Totals['stream']>>): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const row of stream) rows.push(row);
  return rows;
}

async function readTwiceFromCache({ manager, queryResultCache }: DataSource): Promise<unknown> {
  const found = (): Promise<unknown> =>
    manager.createQueryBuilder(OrderTotals, 't').where({ customerId: 1 }).cache('ada', 60_000).getMany();
  const filled = await found();
  const cached = await found();
  await queryResultCache?.remove(['ada']);
  return [filled, cached];
}
