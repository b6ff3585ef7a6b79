import type { WriteCall } from '../driver.ts';
import { LETTERS_NAME, LONGEST_NAME } from '../shop/index.ts';
import type { Db, Delegate, Query, Write } from './client.ts';
import { disguisedWrites } from './disguised-writes.ts';
import { nestedWrites } from './nested-writes.ts';
import type { Native } from './session.ts';

/** A write that is built on a client or a transaction. */
interface Built {
  readonly name: string;
  /** As the error has to name it. */
  readonly operation: string;
  readonly table?: string;
  readonly schema?: string;
  build(db: Db): Query;
}

const row = { customerId: 9, total: '1', orders: 1 };
const sample = { id: 9, label: 'written' };

/** The nine writes of a model, here of a stream table that is a `view`. */
export const VIEW_WRITES: readonly Built[] = [
  ofView('create', { data: row }),
  ofView('createMany', { data: [row, row] }),
  ofView('createMany', { data: row, skipDuplicates: true }, 'of one row'),
  ofView('createManyAndReturn', { data: [row], select: { total: true } }),
  ofView('update', { where: { customerId: 1 }, data: { total: 0 } }),
  ofView('update', { where: { customerId: 1 }, data: { total: 0 }, include: { customer: true } }, 'with include'),
  ofView('update', { where: { customerId: 1 }, data: { customer: { update: { name: 'Eve' } } } }, 'of a relation'),
  ofView('updateMany', { data: { total: 0 } }),
  ofView('updateMany', { where: { customerId: 1 }, data: { total: { multiply: 2 } }, limit: 1 }, 'of some rows'),
  ofView('updateManyAndReturn', { data: { total: 0 } }),
  ofView('upsert', { where: { customerId: 1 }, create: row, update: { total: 0 } }),
  ofView('upsert', { where: { customerId: 9 }, create: row, update: {} }, 'of a new row'),
  ofView('delete', { where: { customerId: 1 } }),
  ofView('deleteMany', {}),
  ofView('deleteMany', undefined, 'without arguments'),
  ofView('deleteMany', { where: { customer: { name: 'Ada' } } }, 'by a relation'),
];

/** The same of one that is a `model`. */
const MODEL_WRITES: readonly Built[] = [
  ofModel('create', { data: sample }),
  ofModel('createMany', { data: [sample] }),
  ofModel('createManyAndReturn', { data: [sample] }),
  ofModel('update', { where: { id: 1 }, data: { label: '' } }),
  ofModel('updateMany', { data: { label: '' } }),
  ofModel('updateManyAndReturn', { data: { label: '' } }),
  ofModel('upsert', { where: { id: 1 }, create: sample, update: {} }),
  ofModel('delete', { where: { id: 1 } }),
  ofModel('deleteMany', {}),
];

/** Names that are hard to write, and another schema: as the error has to give them. */
const NAMED: readonly Built[] = (
  [
    { model: 'theirOrderTotals', schema: 'analytics', table: 'order_totals' },
    { model: 'repeated', table: 'repeated' },
    { model: 'reserved', table: 'user' },
    { model: 'letters', table: LETTERS_NAME },
    { model: 'longest', table: LONGEST_NAME },
    { model: 'missing', table: 'not_there' },
  ] as const
).flatMap(({ model, ...names }) =>
  (['createMany', 'deleteMany'] as const).map((operation) => ({
    ...names,
    name: `${operation} of ${model}`,
    operation,
    build: (db: Db) => db[model][operation]({ ...(operation === 'createMany' && { data: [{ customerId: 9 }] }) }),
  })),
);

function ofView(operation: Write, args?: object, form = ''): Built {
  return {
    name: `${operation} of a view ${form}`.trim(),
    operation,
    build: ({ orderTotals }) => orderTotals[operation](args),
  };
}

function ofModel(operation: Write, args: object): Built {
  return {
    name: `${operation} of a model`,
    operation,
    table: 'sample_rows',
    build: ({ samples }) => samples[operation](args),
  };
}

const NESTED = [...nestedWrites, ...disguisedWrites].map(({ model, method, args, ...write }): Built => ({
  ...write,
  build: (db) => db[model][method](args),
}));

interface Way {
  readonly name: string;
  run(native: Native, build: (db: Db) => Query): unknown;
}

const AWAITED: Way = { name: 'awaited', run: ({ db }, build) => build(db) };
const IN_BATCH: Way = {
  name: 'in a batch, between others',
  run: ({ client }, build) =>
    client.$transaction([
      client.archive.create({ data: { customerId: 1 } }),
      build(client),
      client.orderTotals.count(),
      client.archive.create({ data: { customerId: 2 } }),
    ]),
};

/** Every way in which a write that is built gets to the server, or would. */
const WAYS: readonly Way[] = [
  AWAITED,
  IN_BATCH,
  { name: 'then()', run: ({ db }, build) => Promise.resolve(build(db).then((rows) => rows)) },
  {
    name: 'in an interactive transaction',
    run: ({ client }, build) => client.$transaction(async (tx) => await build(tx)),
  },
  {
    name: 'in an interactive transaction, serializable',
    run: ({ client }, build) =>
      client.$transaction(async (tx) => await build(tx), { isolationLevel: 'Serializable', timeout: 60_000 }),
  },
  { name: 'in a batch, alone', run: ({ client }, build) => client.$transaction([build(client)]) },
  {
    name: 'in a batch, at the end, repeatable read',
    run: ({ client }, build) =>
      client.$transaction([client.customer.count(), build(client)], { isolationLevel: 'RepeatableRead' }),
  },
  { name: 'in a batch, twice', run: ({ client }, build) => client.$transaction([build(client), build(client)]) },
  { name: 'through a later extension', run: ({ client }, build) => build(client.$extends({ name: 'later' })) },
  {
    name: 'through a later extension that looks on',
    run: ({ client }, build) => build(client.$extends({ query: { $allOperations: goOn } })),
  },
  {
    name: 'through an earlier extension that looks on',
    run: ({ base, guard }, build) => build(guard(base.$extends({ query: { $allModels: { $allOperations: goOn } } }))),
  },
  {
    name: 'in a transaction of a later extension',
    run: ({ client }, build) => client.$extends({}).$transaction(async (tx) => await build(tx)),
  },
  {
    name: 'in a batch of a later extension',
    run: ({ client }, build) => {
      const later = client.$extends({});
      return later.$transaction([later.customer.count(), build(later)]);
    },
  },
  {
    name: 'guarded twice',
    run: ({ client, guard }, build) => build(guard(client)),
  },
];

interface Watched {
  readonly args: { readonly data?: object };
  query(args: object): Promise<unknown>;
}

const goOn = ({ args, query }: Watched): Promise<unknown> => query(args);

const nested = { where: { id: 1 }, data: { totals: { update: { total: 0 } } } };

function addNested({ args, query }: Watched): Promise<unknown> {
  return query({ ...args, data: { ...args.data, history: { deleteMany: {} } } });
}

function wipe(this: Delegate): Query {
  return this.deleteMany({});
}

function writeNested(this: Db): Query {
  return this.customer.update(nested);
}

/** Ways that have a write of their own. */
const OTHERS: readonly WriteCall<Native>[] = [
  {
    name: 'an earlier extension that adds a nested write',
    operation: 'deleteMany',
    call: ({ base, guard }) => {
      const guarded = guard(base.$extends({ query: { customer: { update: addNested } } }));
      return guarded.customer.update({ where: { id: 1 }, data: { name: 'Ada' } });
    },
  },
  {
    name: 'a method that a later extension gives to the model',
    operation: 'deleteMany',
    call: ({ client }) => {
      const { orderTotals } = client.$extends({ model: { orderTotals: { wipe } } });
      return (orderTotals as unknown as { wipe(): Query }).wipe();
    },
  },
  {
    name: 'a method that a later extension gives to the client',
    operation: 'update',
    call: ({ client }) =>
      (client.$extends({ client: { writeNested } }) as unknown as { writeNested(): Query }).writeNested(),
  },
  {
    name: 'a nested write, then a relation of the row as a method',
    operation: 'update',
    call: ({ db }) => db.customer.update(nested)['orders']?.({}),
  },
];

/** Every direct write in every way; others, of which there are many, awaited and in a batch. */
export const writes: readonly WriteCall<Native>[] = [
  ...[...VIEW_WRITES, ...MODEL_WRITES].flatMap((built) => WAYS.map((way) => callOf(built, way))),
  ...[...NAMED, ...NESTED].flatMap((built) => [AWAITED, IN_BATCH].map((way) => callOf(built, way))),
  ...OTHERS,
];

function callOf({ name, build, ...write }: Built, way: Way): WriteCall<Native> {
  return { ...write, name: `${name}, ${way.name}`, call: (native) => way.run(native, build) };
}
