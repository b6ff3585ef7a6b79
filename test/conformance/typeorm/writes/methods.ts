import { streamRepository } from '@pgstream/typeorm';
import { type EntityManager, type EntityTarget, MoreThan, type ObjectLiteral } from 'typeorm';
import { LinkedTotals, OrderTotals, Repeated, Samples } from '../models.ts';
import { withRunner } from '../runner.ts';
import type { Native } from '../session.ts';
import type { InSomeVersions } from '../version.ts';
import { ActiveTotals, OrdinaryTotals, SchemaTotals } from './models.ts';
import { changed, row, type Write } from './write.ts';

const quietly = { listeners: false };

interface Method extends InSomeVersions {
  readonly method: string;
  /** What is special about the call. */
  readonly with?: string;
  /** Behind the target; for entities what they are made of. */
  readonly args: readonly unknown[];
  /** It takes an entity, or several, and needs no target beside it. */
  readonly ofEntities?: true;
}

/** Every method that writes. */
const METHODS: readonly Method[] = [
  { method: 'save', with: 'a new one', args: [row], ofEntities: true },
  { method: 'save', with: 'a stored one', args: [changed], ofEntities: true },
  { method: 'save', with: 'several', args: [[row, changed]], ofEntities: true },
  { method: 'save', with: 'listeners off', args: [row, quietly], ofEntities: true },
  { method: 'save', with: 'chunks', args: [[row, changed], { chunk: 1 }], ofEntities: true },
  { method: 'save', with: 'no transaction', args: [changed, { transaction: false }], ofEntities: true },
  { method: 'save', with: 'no reload', args: [changed, { reload: false, data: {} }], ofEntities: true },
  { method: 'insert', args: [row] },
  { method: 'insert', with: 'several', args: [[row, row]] },
  { method: 'update', with: 'an id', args: [1, { total: '0' }] },
  { method: 'update', with: 'ids', args: [[1, 2], { total: '0' }] },
  { method: 'update', with: 'a condition', args: [{ total: MoreThan('1') }, { total: '0' }] },
  { method: 'updateAll', args: [{ total: '0' }], since: '0.3.31' },
  { method: 'upsert', args: [row, ['customerId']] },
  {
    method: 'upsert',
    with: 'options',
    args: [
      [row],
      { conflictPaths: ['customerId'], skipUpdateIfNoValuesChanged: true, upsertType: 'on-conflict-do-update' },
    ],
  },
  { method: 'delete', with: 'an id', args: [1] },
  { method: 'delete', with: 'ids', args: [[1, 2]] },
  { method: 'delete', with: 'a condition', args: [{ total: MoreThan('0') }] },
  { method: 'deleteAll', args: [], since: '0.3.31' },
  { method: 'remove', args: [changed], ofEntities: true },
  { method: 'remove', with: 'several', args: [[changed, row], { chunk: 1 }], ofEntities: true },
  { method: 'remove', with: 'listeners off', args: [changed, quietly], ofEntities: true },
  { method: 'softDelete', args: [1] },
  { method: 'softRemove', args: [changed], ofEntities: true },
  { method: 'softRemove', with: 'listeners off', args: [changed, quietly], ofEntities: true },
  { method: 'restore', args: [1] },
  { method: 'recover', args: [changed], ofEntities: true },
  { method: 'recover', with: 'listeners off', args: [changed, quietly], ofEntities: true },
  { method: 'increment', args: [{ customerId: 1 }, 'orders', 1] },
  { method: 'decrement', args: [{ customerId: 1 }, 'orders', 1] },
  { method: 'clear', args: [] },
  { method: 'clear', with: 'cascade', args: [{ cascade: true }] },
];

type Target = EntityTarget<ObjectLiteral>;

interface Way {
  readonly name: string;
  run(native: Native, method: string, args: readonly unknown[], target: Target): unknown;
  /** It can only do what takes entities. */
  readonly ofEntities?: true;
}

/** Everything that has those methods, with entities and what else it takes for them. */
const WAYS: readonly Way[] = [
  { name: 'a manager', run: ({ manager }, method, args, target) => on(manager, method, [target, ...args]) },
  { name: 'a repository', run: ({ manager }, method, args, target) => on(manager.getRepository(target), method, args) },
];

const MORE_WAYS: readonly Way[] = [
  {
    name: 'a manager, by name',
    run: ({ manager }, method, args) => on(manager, method, ['OrderTotals', ...args]),
  },
  {
    name: 'a manager, by the entity alone',
    ofEntities: true,
    run: ({ manager }, method, args) => on(manager, method, args),
  },
  {
    name: 'a stream repository',
    run: ({ manager }, method, args) => on(streamRepository(manager, OrderTotals), method, args),
  },
  {
    name: 'a DataSource’s repository',
    run: ({ dataSource }, method, args) => on(dataSource.getRepository(OrderTotals), method, args),
  },
  {
    name: 'an extended repository',
    run: ({ manager }, method, args) => on(manager.getRepository(OrderTotals).extend({ mine: true }), method, args),
  },
  {
    name: 'withRepository()',
    run: ({ dataSource, manager }, method, args) =>
      manager.transaction((inner) => on(inner.withRepository(dataSource.getRepository(OrderTotals)), method, args)),
  },
  {
    name: 'a stream repository of withRepository()',
    run: ({ dataSource, manager }, method, args) =>
      manager.transaction((inner) => {
        const repository: unknown = streamRepository(dataSource, OrderTotals);
        return on(inner.withRepository(repository as Parameters<EntityManager['withRepository']>[0]), method, args);
      }),
  },
  { name: 'the class', run: (_, method, args) => on(OrderTotals, method, args) },
  {
    name: 'the entity',
    ofEntities: true,
    run: (_, method, [entity, ...options]) => eachOf(entity, method, options),
  },
  {
    name: 'a manager in a transaction',
    run: ({ manager }, method, args) => manager.transaction((inner) => on(inner, method, [OrderTotals, ...args])),
  },
  {
    name: 'a repository in a nested transaction',
    run: ({ manager }, method, args) =>
      manager.transaction((outer) => outer.transaction((inner) => on(inner.getRepository(OrderTotals), method, args))),
  },
  {
    name: 'a query runner’s manager',
    run: ({ dataSource }, method, args) =>
      withRunner(dataSource, ({ manager }) => on(manager, method, [OrderTotals, ...args])),
  },
  {
    name: 'a query runner’s manager in its transaction',
    run: ({ dataSource }, method, args) =>
      withRunner(dataSource, async (runner) => {
        await runner.startTransaction();
        try {
          await on(runner.manager, method, [OrderTotals, ...args]);
        } finally {
          await runner.rollbackTransaction();
        }
      }),
  },
];

/** Those of TypeORM's own active record, which has not every method. */
const ACTIVE_WAYS: readonly Way[] = [
  { name: 'a class that extends BaseEntity', run: (_, method, args) => on(ActiveTotals, method, args) },
  {
    name: 'an entity that extends BaseEntity',
    ofEntities: true,
    run: (_, method, [entity, ...options]) => eachOf(entity, method, options),
  },
];

/** However a stream table came to be an entity. */
const TARGETS: readonly { readonly of: string; readonly target: Target; readonly table?: string }[] = [
  { of: 'a decorated class', target: OrderTotals },
  { of: 'a class that was defined', target: LinkedTotals },
  { of: 'a decorated class that extends nothing', target: Repeated, table: 'repeated' },
  { of: 'an EntitySchema', target: Samples, table: 'sample_rows' },
  { of: 'an EntitySchema of the same table', target: SchemaTotals },
  { of: 'an EntitySchema’s name', target: 'SchemaTotals' },
  { of: 'an ordinary entity of the same table', target: OrdinaryTotals },
];

export const methodWrites: readonly Write[] = [
  ...TARGETS.flatMap(({ of, target, table }) =>
    WAYS.flatMap((way) => METHODS.map((method) => callOf(way, method, `${way.name} of ${of}`, target, table))),
  ),
  ...MORE_WAYS.flatMap((way) =>
    METHODS.filter(({ ofEntities }) => ofEntities || !way.ofEntities).map((method) =>
      callOf(way, method, way.name, OrderTotals),
    ),
  ),
  ...ACTIVE_WAYS.flatMap((way) =>
    METHODS.filter(({ ofEntities, method }) => (way.ofEntities ? ofEntities : method in ActiveTotals)).map((method) =>
      callOf(way, method, way.name, ActiveTotals),
    ),
  ),
];

function callOf(way: Way, each: Method, by: string, target: Target, table?: string): Write {
  const { method, with: special, args, ofEntities, ...versions } = each;
  return {
    ...versions,
    name: `${method}()${special === undefined ? '' : ` of ${special}`}, by ${by}`,
    operation: method,
    ...(table === undefined ? {} : { table }),
    call(native) {
      const [first, ...rest] = args;
      const entities = ofEntities ? [entitiesOf(native.manager, target, first), ...rest] : args;
      return way.run(native, method, entities, target);
    },
  };
}

/** Nothing is sent to make them. */
function entitiesOf(manager: EntityManager, target: Target, values: unknown): unknown {
  if (Array.isArray(values)) return values.map((each: ObjectLiteral) => manager.create(target, each));
  return manager.create(target, values as ObjectLiteral);
}

function eachOf(entities: unknown, method: string, options: readonly unknown[]): Promise<unknown> {
  return Promise.all([entities].flat().map((entity) => on(entity as object, method, options)));
}

function on(target: object, method: string, args: readonly unknown[]): Promise<unknown> {
  return (target as Record<string, (...args: unknown[]) => Promise<unknown>>)[method]!(...args);
}
