import { streamRepository } from '@pgstream/typeorm';
import type {
  DeleteQueryBuilder,
  EntityTarget,
  InsertQueryBuilder,
  ObjectLiteral,
  SelectQueryBuilder,
  UpdateQueryBuilder,
} from 'typeorm';
import { LONGEST_NAME } from '../../shop/index.ts';
import { Customer, LinkedTotals, Order, OrderTotals, Repeated } from '../models.ts';
import { withRunner } from '../runner.ts';
import type { Native } from '../session.ts';
import type { InSomeVersions } from '../version.ts';
import { JoiningCustomer } from './families.ts';
import { DeletableSamples, SchemaTotals } from './models.ts';
import { row, type Write } from './write.ts';

type Select = SelectQueryBuilder<ObjectLiteral>;
type Statement =
  | InsertQueryBuilder<ObjectLiteral>
  | UpdateQueryBuilder<ObjectLiteral>
  | DeleteQueryBuilder<ObjectLiteral>;

/** `qb.update()` and the like, of a target, or of what the query builder is about already. */
interface Starts {
  insert(target?: EntityTarget<ObjectLiteral>): InsertQueryBuilder<ObjectLiteral>;
  update(target?: EntityTarget<ObjectLiteral>): UpdateQueryBuilder<ObjectLiteral>;
  remove(target?: EntityTarget<ObjectLiteral>): DeleteQueryBuilder<ObjectLiteral>;
}

interface Build extends InSomeVersions {
  readonly name: string;
  readonly operation: 'insert' | 'update' | 'delete';
  build(start: Starts, target: EntityTarget<ObjectLiteral> | undefined, native: Native): Statement;
}

const BUILDS: readonly Build[] = [
  { name: 'insert()', operation: 'insert', build: ({ insert }, x) => insert(x).values(row) },
  { name: 'insert() of several', operation: 'insert', build: ({ insert }, x) => insert(x).values([row, row]) },
  {
    name: 'insert() of some columns',
    operation: 'insert',
    build: ({ insert }, x) =>
      insert(x)
        .values({ customerId: () => '1 + 1' })
        .updateEntity(false),
  },
  { name: 'insert().orIgnore()', operation: 'insert', build: ({ insert }, x) => insert(x).values(row).orIgnore() },
  {
    name: 'insert().orUpdate()',
    operation: 'insert',
    build: ({ insert }, x) => insert(x).values(row).orUpdate(['total'], ['customer_id']),
  },
  {
    name: 'insert().onConflict()',
    operation: 'insert',
    until: '0.3.31',
    build: ({ insert }, x) => {
      const query: unknown = insert(x).values(row);
      return (query as { onConflict(text: string): Statement }).onConflict('DO NOTHING');
    },
  },
  { name: 'insert().returning()', operation: 'insert', build: ({ insert }, x) => insert(x).values(row).returning('*') },
  {
    name: 'insert().valuesFromSelect()',
    operation: 'insert',
    since: '1.1.1',
    build: ({ insert }, x, { manager }) =>
      insert(x).valuesFromSelect(
        manager.createQueryBuilder(Order, 'o').select('o.customer_id').addSelect('o.amount').addSelect('1'),
      ),
  },
  { name: 'update()', operation: 'update', build: ({ update }, x) => update(x).set({ total: '0' }) },
  {
    name: 'update().where()',
    operation: 'update',
    build: ({ update }, x) =>
      update(x)
        .set({ total: () => 'total + 1' })
        .where('customer_id = :id', { id: 1 }),
  },
  {
    name: 'update().returning()',
    operation: 'update',
    build: ({ update }, x) => update(x).set({ total: '0' }).returning('*'),
  },
  { name: 'delete()', operation: 'delete', build: ({ remove }, x) => remove(x) },
  {
    name: 'delete().where()',
    operation: 'delete',
    build: ({ remove }, x) => remove(x).where('customer_id = :id', { id: 1 }),
  },
  { name: 'delete().returning()', operation: 'delete', build: ({ remove }, x) => remove(x).returning('*') },
];

/** What can be done to any of them before it is executed. */
const TURNS: readonly (readonly [name: string, turn: (statement: Statement) => Statement])[] = [
  ['', (statement) => statement],
  [', callListeners(false)', (statement) => statement.callListeners(false)],
  [', useTransaction()', (statement) => statement.useTransaction(true)],
  [', comment()', (statement) => statement.comment('select')],
];

/** The table by whatever TypeORM takes for one. */
const TARGETS: readonly {
  readonly of: string;
  readonly target: EntityTarget<ObjectLiteral>;
  readonly table?: string;
}[] = [
  { of: 'a class', target: OrderTotals },
  { of: 'a class that was defined', target: LinkedTotals },
  { of: 'an EntitySchema', target: SchemaTotals },
  { of: 'a name of an entity', target: 'OrderTotals' },
  { of: 'a name of a table', target: 'order_totals' },
  { of: 'a schema and a name', target: 'public.order_totals' },
];

const startsOf = (query: Select): Starts => ({
  insert: (target) => (target === undefined ? query.insert() : query.insert().into(target)),
  update: (target) => (target === undefined ? query.update() : query.update(target as never)),
  remove: (target) => (target === undefined ? query.delete() : query.delete().from(target)),
});

/** Where the query builder comes from, when it is about the stream table already. */
const SOURCES: readonly (readonly [
  name: string,
  use: (native: Native, work: (query: Select) => Promise<unknown>) => unknown,
])[] = [
  ['the class', (_, work) => work(past(OrderTotals.createQueryBuilder('t')))],
  [
    'a stream repository',
    ({ manager }, work) => work(past(streamRepository(manager, OrderTotals).createQueryBuilder())),
  ],
  ['a repository', ({ manager }, work) => work(manager.getRepository(OrderTotals).createQueryBuilder())],
  ['a manager', ({ manager }, work) => work(manager.createQueryBuilder(OrderTotals, 't'))],
  ['a DataSource', ({ dataSource }, work) => work(dataSource.createQueryBuilder(OrderTotals, 't'))],
  [
    'a manager in a transaction',
    ({ manager }, work) => manager.transaction((inner) => work(inner.createQueryBuilder(OrderTotals, 't'))),
  ],
  [
    'a query runner',
    ({ dataSource }, work) =>
      withRunner(dataSource, (runner) => work(dataSource.createQueryBuilder(OrderTotals, 't', runner))),
  ],
  [
    'setQueryRunner()',
    ({ dataSource }, work) =>
      withRunner(dataSource, (runner) => work(dataSource.createQueryBuilder(OrderTotals, 't').setQueryRunner(runner))),
  ],
];

/** Its type has no writes. */
function past(query: unknown): Select {
  return query as Select;
}

const SOFT: readonly Write[] = (['softDelete', 'restore'] as const).flatMap((operation) => [
  {
    name: `${operation}() of a query builder`,
    operation,
    call: ({ manager }: Native) =>
      manager.createQueryBuilder()[operation]().from(OrderTotals).where('customer_id = 1').execute(),
  },
  {
    name: `${operation}() of a query builder of an entity that can be deleted softly`,
    operation,
    table: 'sample_rows',
    call: ({ manager }: Native) =>
      manager.createQueryBuilder(DeletableSamples, 's')[operation]().where('id = 1').execute(),
  },
  {
    name: `${operation}() of a query builder, callListeners(false)`,
    operation: 'update',
    table: 'sample_rows',
    call: ({ manager }: Native) =>
      manager.createQueryBuilder()[operation]().from(DeletableSamples).where('id = 1').callListeners(false).execute(),
  },
]);

/** Where the foreign key is on the stream table. */
const RELATIONS: readonly (readonly [name: string, call: (native: Native) => unknown])[] = [
  ['add()', ({ manager }) => manager.createQueryBuilder().relation(Customer, 'totals').of(1).add(2)],
  [
    'addAndRemove()',
    ({ manager }) => manager.createQueryBuilder().relation(Customer, 'totals').of(1).addAndRemove(2, 1),
  ],
  ['remove()', ({ manager }) => manager.createQueryBuilder().relation(Customer, 'totals').of(1).remove(1)],
  ['set()', ({ manager }) => manager.createQueryBuilder().relation(OrderTotals, 'customer').of(1).set(2)],
  ['set() of null', ({ manager }) => manager.createQueryBuilder().relation(OrderTotals, 'customer').of(1).set(null)],
  [
    'set() of a repository',
    ({ manager }) => manager.getRepository(OrderTotals).createQueryBuilder().relation('customer').of(1).set(2),
  ],
  [
    'add() in a transaction',
    ({ manager }) =>
      manager.transaction((inner) => inner.createQueryBuilder().relation(Customer, 'totals').of(1).add(2)),
  ],
];

export const builderWrites: readonly Write[] = [
  ...TARGETS.flatMap(({ of, target }) =>
    BUILDS.flatMap(({ name, operation, build, ...versions }) =>
      TURNS.map(([turned, turn]): Write => ({
        ...versions,
        name: `${name} of a query builder, of ${of}${turned}`,
        operation,
        call: (native) => turn(build(startsOf(past(native.manager.createQueryBuilder())), target, native)).execute(),
      })),
    ),
  ),
  ...SOURCES.flatMap(([of, use]) =>
    BUILDS.map(({ name, operation, build, ...versions }): Write => ({
      ...versions,
      name: `${name} of a query builder, from ${of}`,
      operation,
      call: (native) => use(native, (query) => build(startsOf(query), undefined, native).execute()),
    })),
  ),
  ...BUILDS.filter(({ operation }) => operation === 'delete').map(({ name, operation, build, ...versions }): Write => ({
    ...versions,
    name: `${name} of a query builder, of an entity without a key`,
    operation,
    table: 'repeated',
    call: (native) => build(startsOf(past(native.manager.createQueryBuilder())), Repeated, native).execute(),
  })),
  ...SOFT,
  ...RELATIONS.map(([name, call]): Write => ({
    name: `${name} of a relation query builder`,
    operation: 'update',
    call,
  })),
  ...(
    [
      ['add', 'insert'],
      ['remove', 'delete'],
    ] as const
  ).map(([method, operation]): Write => ({
    name: `${method}() of a relation query builder of many to many, by a stream table`,
    operation,
    table: LONGEST_NAME,
    call: ({ manager }) => manager.createQueryBuilder().relation(JoiningCustomer, 'orders').of(1)[method](1),
  })),
  {
    name: 'a CTE that deletes, in a query builder that reads',
    operation: 'delete',
    call: ({ manager }) =>
      manager
        .createQueryBuilder()
        .addCommonTableExpression('DELETE FROM order_totals RETURNING total', 'gone')
        .select('gone.total')
        .from('gone', 'gone')
        .getRawMany(),
  },
  {
    name: 'a CTE that deletes, in a query builder whose rows are streamed',
    operation: 'delete',
    call: ({ manager }) =>
      manager
        .createQueryBuilder()
        .addCommonTableExpression('DELETE FROM order_totals RETURNING total', 'gone')
        .select('gone.total')
        .from('gone', 'gone')
        .stream(),
  },
  {
    name: 'a CTE that is a query builder’s delete()',
    operation: 'delete',
    call: ({ manager }) =>
      manager
        .createQueryBuilder()
        .addCommonTableExpression(manager.createQueryBuilder().delete().from(OrderTotals).returning('total'), 'gone')
        .select('gone.total')
        .from('gone', 'gone')
        .getRawMany(),
  },
];
