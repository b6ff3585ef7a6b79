import { streamRepository } from '@pgstream/typeorm';
import {
  Between,
  type EntityManager,
  ILike,
  In,
  IsNull,
  LessThan,
  MoreThan,
  Not,
  type ObjectLiteral,
  Or,
  Raw,
} from 'typeorm';
import { OrderTotals } from '../models.ts';
import type { Native } from '../session.ts';
import { withRunner } from '../runner.ts';
import type { InSomeVersions } from '../version.ts';
import { ada, all, bob, di, type Read, read } from './read.ts';

const x = OrderTotals;
const inOrder = { order: { customerId: 'ASC' } } as const;

interface Find extends InSomeVersions {
  readonly method: string;
  readonly args: readonly unknown[];
  readonly gives: unknown;
  /** What a manager has not. */
  readonly ofRepositories?: true;
  /** What is left out of our types and classes, being deprecated. */
  readonly ofTypeORM?: true;
}

/** Every method that reads. */
const FINDS: readonly Find[] = [
  { method: 'find', args: [inOrder], gives: all },
  { method: 'findBy', args: [{ customerId: 2 }], gives: [bob] },
  { method: 'findAndCount', args: [{ ...inOrder, skip: 1, take: 1 }], gives: [[bob], 3] },
  { method: 'findAndCountBy', args: [{ customerId: 4 }], gives: [[di], 1] },
  { method: 'findOne', args: [{ where: { customerId: 2 } }], gives: bob },
  { method: 'findOneBy', args: [{ customerId: 3 }], gives: null },
  { method: 'findOneOrFail', args: [{ where: { customerId: 1 } }], gives: ada },
  { method: 'findOneByOrFail', args: [{ total: '7.25' }], gives: bob },
  { method: 'count', args: [{ where: { total: MoreThan('5') } }], gives: 2 },
  { method: 'countBy', args: [{ orders: '1' }], gives: 2 },
  { method: 'exists', args: [{ where: { customerId: 3 } }], gives: false },
  { method: 'existsBy', args: [{ customerId: 4 }], gives: true },
  { method: 'sum', args: ['total', { orders: '1' }], gives: 8.25 },
  { method: 'average', args: ['orders', { customerId: In([1, 2]) }], gives: 1.5 },
  { method: 'minimum', args: ['total', {}], gives: 1 },
  { method: 'maximum', args: ['total', {}], gives: 15.5 },
  {
    method: 'exist',
    args: [{ where: { customerId: 1 } }],
    gives: true,
    ofRepositories: true,
    ofTypeORM: true,
    until: '0.3.31',
  },
  { method: 'findByIds', args: [[2]], gives: [bob], ofTypeORM: true, until: '0.3.31' },
  { method: 'findOneById', args: [2], gives: bob, ofTypeORM: true, until: '0.3.31' },
  { method: 'preload', args: [{ customerId: 2, total: '0' }], gives: { ...bob, total: '0' }, ofTypeORM: true },
];

interface Way {
  readonly name: string;
  run(native: Native, method: string, args: readonly unknown[]): PromiseLike<unknown>;
  readonly ofManagers?: true;
  readonly ofClasses?: true;
}

/** Everything that has those methods. */
const WAYS: readonly Way[] = [
  { name: 'the class', ofClasses: true, run: (_, method, args) => on(x, method, args) },
  {
    name: 'a stream repository',
    run: ({ manager }, method, args) => on(streamRepository(manager, x), method, args),
  },
  {
    name: 'a stream repository of a DataSource',
    run: ({ dataSource }, method, args) => on(streamRepository(dataSource, 'OrderTotals'), method, args),
  },
  { name: 'a repository', run: ({ manager }, method, args) => on(manager.getRepository(x), method, args) },
  {
    name: 'an extended repository',
    run: ({ manager }, method, args) => on(manager.getRepository(x).extend({ mine: true }), method, args),
  },
  { name: 'a manager', ofManagers: true, run: ({ manager }, method, args) => on(manager, method, [x, ...args]) },
  {
    name: 'a manager, by name',
    ofManagers: true,
    run: ({ manager }, method, args) => on(manager, method, ['OrderTotals', ...args]),
  },
  {
    name: 'a stream repository in a transaction',
    run: ({ manager }, method, args) => manager.transaction((inner) => on(streamRepository(inner, x), method, args)),
  },
  {
    name: 'a manager in a transaction',
    ofManagers: true,
    run: ({ manager }, method, args) => manager.transaction((inner) => on(inner, method, [x, ...args])),
  },
  {
    name: 'withRepository()',
    run: ({ dataSource, manager }, method, args) =>
      manager.transaction((inner) => {
        const repository: unknown = streamRepository(dataSource, x);
        return on(inner.withRepository(repository as Parameters<EntityManager['withRepository']>[0]), method, args);
      }),
  },
  {
    name: 'a stream repository of a query runner',
    run: ({ dataSource }, method, args) =>
      withRunner(dataSource, (runner) => on(streamRepository(runner, x), method, args)),
  },
  {
    name: 'a query runner’s manager',
    ofManagers: true,
    run: ({ dataSource }, method, args) => withRunner(dataSource, ({ manager }) => on(manager, method, [x, ...args])),
  },
];

/** Find options, as a stream repository and as TypeORM's own takes them. */
const OPTIONS: readonly ({
  readonly name: string;
  readonly options: object;
  readonly gives: unknown;
} & InSomeVersions)[] = [
  { name: 'order', options: inOrder, gives: all },
  { name: 'select', options: { select: { orders: true }, where: { customerId: 1 } }, gives: [{ orders: '2' }] },
  {
    name: 'select of what is equal in many rows',
    options: { select: { orders: true }, where: { orders: '1' } },
    gives: [{ orders: '1' }, { orders: '1' }],
  },
  {
    name: 'select as a list',
    options: { select: ['customerId', 'orders'], where: { customerId: 1 } },
    gives: [{ customerId: 1, orders: '2' }],
    until: '0.3.31',
  },
  {
    name: 'select with the key',
    options: { select: { customerId: true }, ...inOrder },
    gives: all.map(({ customerId }) => ({ customerId })),
  },
  { name: 'alternatives', options: { where: [{ customerId: 1 }, { customerId: 4 }], ...inOrder }, gives: [ada, di] },
  { name: 'descending', options: { order: { total: { direction: 'DESC', nulls: 'LAST' } } }, gives: all },
  { name: 'a page', options: { ...inOrder, skip: 1, take: 2 }, gives: [bob, di] },
  { name: 'withDeleted', options: { where: { customerId: 2 }, withDeleted: true }, gives: [bob] },
  { name: 'a comment', options: { where: { customerId: 2 }, comment: 'delete from order_totals' }, gives: [bob] },
  { name: 'without a transaction', options: { where: { customerId: 2 }, transaction: false }, gives: [bob] },
  { name: 'with a transaction', options: { where: { customerId: 2 }, transaction: true }, gives: [bob] },
  { name: 'LessThan', options: { where: { total: LessThan('5') } }, gives: [di] },
  { name: 'Between', options: { where: { total: Between('5', '10') } }, gives: [bob] },
  { name: 'Not, In', options: { where: { customerId: Not(In([1, 2])) } }, gives: [di] },
  { name: 'Not, IsNull', options: { where: { total: Not(IsNull()) }, ...inOrder }, gives: all },
  { name: 'Or', options: { where: { total: Or(LessThan('5'), MoreThan('10')) }, ...inOrder }, gives: [ada, di] },
  { name: 'Raw', options: { where: { total: Raw((column) => `${column} > :least`, { least: 10 }) } }, gives: [ada] },
  { name: 'a condition on a relation', options: { where: { customer: { name: ILike('a%') } } }, gives: [ada] },
  { name: 'the order of a relation', options: { order: { customer: { name: 'DESC' } } }, gives: [di, bob, ada] },
];

export const findReads: readonly Read[] = [
  ...FINDS.flatMap((find) =>
    WAYS.filter((way) => applies(way, find)).map((way) =>
      read(`${find.method}() of ${way.name}`, (native) => way.run(native, find.method, find.args), find.gives, find),
    ),
  ),
  ...OPTIONS.flatMap(({ name, options, gives, ...versions }) => [
    read(`find() with ${name}`, ({ manager }) => streamRepository(manager, x).find(options), gives, versions),
    read(
      `find() with ${name}, of a repository`,
      ({ manager }) => manager.getRepository<ObjectLiteral>(x).find(options),
      gives,
      versions,
    ),
  ]),
  read(
    'find() with a lock',
    ({ manager }) =>
      manager.transaction((inner) =>
        streamRepository(inner, x).find({ where: { customerId: 2 }, lock: { mode: 'pessimistic_read' } }),
      ),
    [bob],
  ),
  read(
    'reload()',
    async () => {
      const row = Object.assign(new OrderTotals(), { customerId: 2, total: '0' });
      await row.reload();
      return row;
    },
    bob,
  ),
];

function applies({ ofManagers, ofClasses, name }: Way, { ofRepositories, ofTypeORM }: Find): boolean {
  if (ofManagers) return !ofRepositories;
  return !ofTypeORM || (!ofClasses && !name.includes('stream'));
}

function on(target: object, method: string, args: readonly unknown[]): Promise<unknown> {
  return (target as Record<string, (...args: unknown[]) => Promise<unknown>>)[method]!(...args);
}
