import type { EntityManager, EntityTarget, ObjectLiteral, SaveOptions } from 'typeorm';
import { LONGEST_NAME } from '../../shop/index.ts';
import { Archive, Order, OrderTotals } from '../models.ts';
import type { Native } from '../session.ts';
import {
  cascading,
  CascadingArchive,
  deletable,
  deletingOrphans,
  JoiningCustomer,
  LeadingOrder,
  oneToOne,
  plain,
  removing,
  required,
} from './families.ts';
import type { InSomeVersions } from '../version.ts';
import { changed, row, type Write } from './write.ts';

type Method = 'save' | 'remove' | 'softRemove' | 'recover';
type Target = EntityTarget<ObjectLiteral>;

interface Cascade extends InSomeVersions {
  readonly name: string;
  readonly method?: Method;
  readonly target: Target;
  /** What is written, with the stream entities in it. */
  entity(make: (target: Target, values: ObjectLiteral) => ObjectLiteral): ObjectLiteral;
  /** What the error names; and where listeners are off, by the statement that would be sent. */
  readonly operation: string;
  readonly statement: string;
  readonly table?: string;
}

const eve = { id: 9, name: 'Eve' };
const adaTheCustomer = { id: 1, name: 'Ada' };

/** What is stored of the first customer, and what is new. */
const ofAda = [
  { select: 1, customerId: 1, totalAmount: '10.00' },
  { select: 2, customerId: 1, totalAmount: '5.50' },
];
const another = { select: 9, totalAmount: '1' };

const CASCADES: readonly Cascade[] = [
  {
    name: 'a new parent with a new one',
    target: cascading.Parent,
    entity: (make) => make(cascading.Parent, { ...eve, rows: [make(cascading.Child, another)] }),
    operation: 'insert',
    table: 'user',
    statement: 'insert',
  },
  {
    name: 'a stored parent with a new one',
    target: cascading.Parent,
    entity: (make) =>
      make(cascading.Parent, {
        ...adaTheCustomer,
        rows: [...ofAda, another].map((each) => make(cascading.Child, each)),
      }),
    operation: 'insert',
    table: 'user',
    statement: 'insert',
  },
  {
    name: 'a parent with a changed one',
    target: cascading.Parent,
    entity: (make) =>
      make(cascading.Parent, {
        ...adaTheCustomer,
        rows: ofAda.map((each) => make(cascading.Child, { ...each, totalAmount: '0' })),
      }),
    operation: 'update',
    table: 'user',
    statement: 'update',
  },
  {
    name: 'a changed parent without those that it had',
    target: cascading.Parent,
    entity: (make) => make(cascading.Parent, { ...adaTheCustomer, name: 'Ada L.', rows: [] }),
    operation: 'update',
    table: 'user',
    statement: 'update',
  },
  {
    name: 'a parent without those that it had, which are to be deleted',
    target: deletingOrphans.Parent,
    entity: (make) => make(deletingOrphans.Parent, { ...adaTheCustomer, rows: [] }),
    operation: 'remove',
    table: 'user',
    statement: 'delete',
  },
  {
    name: 'a parent without those that it had, which are to be deleted softly',
    target: deletable.Parent,
    entity: (make) => make(deletable.Parent, { id: 2, rows: [] }),
    operation: 'softRemove',
    statement: 'update',
    table: 'sample_rows',
  },
  {
    name: 'a parent that is given one, without a cascade',
    target: plain.Parent,
    entity: (make) => make(plain.Parent, { id: 3, name: 'Cy', rows: [make(plain.Child, ofAda[0]!)] }),
    operation: 'update',
    table: 'user',
    statement: 'update',
  },
  {
    name: 'a new parent that is given one, without a cascade',
    target: plain.Parent,
    entity: (make) => make(plain.Parent, { ...eve, rows: [make(plain.Child, ofAda[0]!)] }),
    operation: 'update',
    table: 'user',
    statement: 'update',
  },
  {
    name: 'a parent without those that it had, without a cascade',
    target: plain.Parent,
    entity: (make) => make(plain.Parent, { ...adaTheCustomer, rows: [] }),
    operation: 'update',
    table: 'user',
    statement: 'update',
  },
  // What cannot be without a parent is deleted by 1.x.
  ...(
    [
      { until: '0.3.31', operation: 'update', statement: 'update' },
      { since: '1.1.1', operation: 'remove', statement: 'delete' },
    ] as const
  ).map((inVersions): Cascade => ({
    ...inVersions,
    name: 'a parent without those that it had, which need one',
    target: required.Parent,
    entity: (make) => make(required.Parent, { ...adaTheCustomer, rows: [] }),
    table: 'user',
  })),
  {
    // 0.3 leaves them to the database.
    since: '1.1.1',
    name: 'a parent and those that it has',
    method: 'remove',
    target: removing.Parent,
    entity: (make) =>
      make(removing.Parent, { ...adaTheCustomer, rows: ofAda.map((each) => make(removing.Child, each)) }),
    operation: 'remove',
    table: 'user',
    statement: 'delete',
  },
  {
    name: 'a parent and those that it has',
    method: 'softRemove',
    target: deletable.Parent,
    entity: (make) => make(deletable.Parent, { id: 2, rows: [make(deletable.Child, { id: 2 })] }),
    operation: 'softRemove',
    statement: 'update',
    table: 'sample_rows',
  },
  {
    name: 'a parent and those that it has',
    method: 'recover',
    target: deletable.Parent,
    entity: (make) => make(deletable.Parent, { id: 1, rows: [make(deletable.Child, { id: 1 })] }),
    operation: 'recover',
    statement: 'update',
    table: 'sample_rows',
  },
  {
    name: 'an entity with a new one on the one side',
    target: CascadingArchive,
    entity: (make) => make(CascadingArchive, { customerId: 9, totals: make(OrderTotals, row) }),
    operation: 'insert',
    statement: 'insert',
  },
  {
    name: 'an entity with a changed one on the one side',
    target: CascadingArchive,
    entity: (make) => make(CascadingArchive, { customerId: 9, totals: make(OrderTotals, changed) }),
    operation: 'update',
    statement: 'update',
  },
  {
    name: 'an entity with another one of its own, whose foreign key it is',
    target: oneToOne.Parent,
    entity: (make) => make(oneToOne.Parent, { id: 3, name: 'Cy', row: make(oneToOne.Child, ofAda[0]!) }),
    operation: 'update',
    table: 'user',
    statement: 'update',
  },
  {
    name: 'an entity without the one of its own, whose foreign key it is',
    target: oneToOne.Parent,
    entity: (make) => make(oneToOne.Parent, { id: 2, name: 'Bob', row: null }),
    operation: 'update',
    table: 'user',
    statement: 'update',
  },
  {
    name: 'an entity that leads to another one, and that to a new one',
    target: LeadingOrder,
    entity: (make) =>
      make(LeadingOrder, {
        id: 9,
        amount: '1',
        customer: make(cascading.Parent, { ...eve, rows: [make(cascading.Child, another)] }),
      }),
    operation: 'insert',
    table: 'user',
    statement: 'insert',
  },
  {
    name: 'an entity with a new one of many to many',
    target: JoiningCustomer,
    entity: (make) => make(JoiningCustomer, { ...adaTheCustomer, marked: [make(OrderTotals, row)] }),
    operation: 'insert',
    statement: 'insert',
  },
  {
    name: 'an entity with others of many to many, by a stream table',
    target: JoiningCustomer,
    entity: (make) => make(JoiningCustomer, { ...adaTheCustomer, orders: [1, 2, 4].map((id) => make(Order, { id })) }),
    operation: 'insert',
    statement: 'insert',
    table: LONGEST_NAME,
  },
  {
    name: 'an entity without those of many to many, by a stream table',
    target: JoiningCustomer,
    entity: (make) => make(JoiningCustomer, { ...adaTheCustomer, orders: [] }),
    operation: 'remove',
    statement: 'delete',
    table: LONGEST_NAME,
  },
];

interface Way {
  readonly name: string;
  run(native: Native, work: (manager: EntityManager) => Promise<unknown>): unknown;
  readonly options?: SaveOptions;
}

const WAYS: readonly Way[] = [
  { name: '', run: ({ manager }, work) => work(manager) },
  { name: ', in a transaction', run: ({ manager }, work) => manager.transaction(work) },
  { name: ', without a transaction', run: ({ manager }, work) => work(manager), options: { transaction: false } },
  { name: ', without listeners', run: ({ manager }, work) => work(manager), options: { listeners: false } },
  {
    name: ', without listeners and a transaction',
    run: ({ manager }, work) => work(manager),
    options: { listeners: false, transaction: false },
  },
  {
    name: ', without listeners, in a transaction',
    run: ({ manager }, work) => manager.transaction(work),
    options: { listeners: false },
  },
];

export const cascadeWrites: readonly Write[] = [
  ...CASCADES.flatMap((cascade) => WAYS.map((way) => callOf(cascade, way))),
  {
    name: 'save() of what leads to none and of a parent with a new one, in chunks',
    operation: 'insert',
    table: 'user',
    sendsFirst: 'others',
    call({ manager }) {
      const parent = manager.create(cascading.Parent, { ...eve, rows: [manager.create(cascading.Child, another)] });
      return manager.save([manager.create(Archive, { customerId: 8 }), parent], { chunk: 1 });
    },
  },
];

function callOf(
  { name, method = 'save', target, entity, operation, statement, table, ...versions }: Cascade,
  way: Way,
): Write {
  const quiet = way.options?.listeners === false;
  return {
    ...versions,
    name: `${method}() of ${name}${way.name}`,
    operation: quiet ? statement : operation,
    ...(table === undefined ? {} : { table }),
    sendsFirst: 'reads',
    call: (native) =>
      way.run(native, (manager) => {
        const written = entity((of, values) => manager.create(of, values));
        return methodOf(manager, method)(target, written, way.options);
      }),
  };
}

type Persist = (target: Target, entity: ObjectLiteral, options?: SaveOptions) => Promise<unknown>;

/** Their overloads differ in what they return. */
function methodOf(manager: EntityManager, method: Method): Persist {
  return (manager[method] as Persist).bind(manager);
}
