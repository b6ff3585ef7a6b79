import type { Write } from './client.ts';

/** A write of an ordinary model that would write a stream table on its way. */
export interface NestedWrite {
  readonly name: string;
  /** What it would do to the stream table. */
  readonly operation: string;
  readonly table?: string;
  readonly schema?: string;
  readonly model: 'customer' | 'order' | 'archive';
  readonly method: Write;
  readonly args: object;
}

interface Nested {
  readonly operation: string;
  /** Where the operation can be written in more than one way. */
  readonly form?: string;
  readonly value: unknown;
}

const totals = { total: '1', orders: 1 };

/** The stream table has the foreign key, and one row of it belongs to a customer. */
const ONE: readonly Nested[] = [
  { operation: 'create', value: totals },
  { operation: 'connect', value: { customerId: 2 } },
  { operation: 'connectOrCreate', value: { where: { customerId: 9 }, create: totals } },
  { operation: 'disconnect', value: true },
  { operation: 'disconnect', form: 'by a condition', value: { total: { gt: 0 } } },
  { operation: 'update', value: { total: 0 } },
  { operation: 'update', form: 'by a condition', value: { where: { total: { gt: 0 } }, data: { total: 0 } } },
  { operation: 'upsert', value: { create: totals, update: { total: 0 } } },
  { operation: 'delete', value: true },
  { operation: 'delete', form: 'by a condition', value: { total: { gt: 0 } } },
];

/** The same, where many rows belong to a customer. */
const MANY: readonly Nested[] = [
  { operation: 'create', value: totals },
  { operation: 'create', form: 'of a list', value: [totals, totals] },
  { operation: 'createMany', value: { data: [totals], skipDuplicates: true } },
  { operation: 'connect', value: { customerId: 2 } },
  { operation: 'connect', form: 'of a list', value: [{ customerId: 2 }, { customerId: 4 }] },
  { operation: 'connectOrCreate', value: { where: { customerId: 9 }, create: totals } },
  { operation: 'connectOrCreate', form: 'of a list', value: [{ where: { customerId: 9 }, create: totals }] },
  { operation: 'set', value: { customerId: 2 } },
  { operation: 'set', form: 'of a list', value: [{ customerId: 2 }] },
  { operation: 'set', form: 'of nothing', value: [] },
  { operation: 'disconnect', value: { customerId: 1 } },
  { operation: 'disconnect', form: 'of a list', value: [{ customerId: 1 }] },
  { operation: 'update', value: { where: { customerId: 1 }, data: { total: 0 } } },
  { operation: 'update', form: 'of a list', value: [{ where: { customerId: 1 }, data: { total: 0 } }] },
  { operation: 'updateMany', value: { where: {}, data: { total: 0 } } },
  { operation: 'updateMany', form: 'of a list', value: [{ where: { orders: 2 }, data: { total: 0 } }] },
  { operation: 'upsert', value: { where: { customerId: 1 }, create: totals, update: { total: 0 } } },
  { operation: 'upsert', form: 'of a list', value: [{ where: { customerId: 1 }, create: totals, update: totals }] },
  { operation: 'delete', value: { customerId: 1 } },
  { operation: 'delete', form: 'of a list', value: [{ customerId: 1 }] },
  { operation: 'deleteMany', value: {} },
  { operation: 'deleteMany', form: 'of a list', value: [{}, { total: 0 }] },
];

/** An order has the foreign key: what is missing here, connecting, writes no stream table. */
const FROM_ORDER: readonly Nested[] = ONE.filter(({ operation }) => !operation.endsWith('connect'));

/** A stream table that is declared as a `model`. */
const SAMPLES: readonly Nested[] = [
  { operation: 'create', value: { id: 9 } },
  { operation: 'createMany', value: { data: [{ id: 9 }] } },
  { operation: 'updateMany', value: { where: {}, data: { label: '' } } },
  { operation: 'deleteMany', value: [{ id: 1 }] },
];

const CREATES: ReadonlySet<string> = new Set(['create', 'createMany', 'connect', 'connectOrCreate']);

/** What is nested into the data of a customer, under a relation of it. */
interface OfCustomer extends Nested {
  readonly relation: 'totals' | 'history' | 'theirs' | 'samples';
  readonly table?: string;
  readonly schema?: string;
}

const OF_CUSTOMER: readonly OfCustomer[] = [
  ...ONE.map((nested) => ({ ...nested, relation: 'totals' as const })),
  ...MANY.map((nested) => ({ ...nested, relation: 'history' as const })),
  ...MANY.map((nested) => ({ ...nested, relation: 'theirs' as const, schema: 'analytics' })),
  ...SAMPLES.map((nested) => ({ ...nested, relation: 'samples' as const, table: 'sample_rows' })),
];

/** One of each kind, for the ways that lead to a customer. */
const SOME_OF_CUSTOMER = OF_CUSTOMER.filter(
  ({ relation, operation, form }) =>
    form === undefined &&
    ['totals', 'history'].includes(relation) &&
    ['create', 'connect', 'update', 'deleteMany'].includes(operation),
);

interface Path {
  readonly name: string;
  readonly creates?: boolean;
  readonly model: NestedWrite['model'];
  readonly method: Write;
  args(data: object): object;
}

const eve = { id: 9, name: 'Eve' };
const order = { id: 9, amount: 1 };

/** From a call to the data of a customer. */
const PATHS: readonly Path[] = [
  {
    name: 'customer.upsert, its create',
    creates: true,
    model: 'customer',
    method: 'upsert',
    args: (data) => ({ where: { id: 9 }, create: { ...eve, ...data }, update: {} }),
  },
  {
    name: 'customer.upsert, its update',
    model: 'customer',
    method: 'upsert',
    args: (data) => ({ where: { id: 1 }, create: eve, update: data }),
  },
  {
    name: 'customer.update with include and omit',
    model: 'customer',
    method: 'update',
    args: (data) => ({ where: { id: 1 }, data, include: { totals: true }, omit: { name: true } }),
  },
  ...toCustomer('order.update', 'order', 'update', (data) => ({ where: { id: 1 }, data })),
  ...toCustomer('order.create', 'order', 'create', (data) => ({ data: { ...order, ...data } }), true),
  ...toCustomer('archive.create', 'archive', 'create', (data) => ({ data: { total: 1, ...data } }), true),
  {
    name: 'customer.update > orders.create > customer.create',
    creates: true,
    model: 'customer',
    method: 'update',
    args: (data) => ({
      where: { id: 1 },
      data: { orders: { create: [order, { ...order, customer: { create: { ...eve, ...data } } }] } },
    }),
  },
  {
    name: 'customer.update > orders.update, the second of a list > customer.update',
    model: 'customer',
    method: 'update',
    args: (data) => ({
      where: { id: 1 },
      data: {
        orders: {
          update: [
            { where: { id: 1 }, data: { amount: 1 } },
            { where: { id: 2 }, data: { customer: { update: data } } },
          ],
        },
      },
    }),
  },
  {
    name: 'archive.update > customer.update > orders.upsert, its update > customer.update',
    model: 'archive',
    method: 'update',
    args: (data) => ({
      where: { customerId: 1 },
      data: {
        customer: {
          update: {
            data: {
              orders: { upsert: { where: { id: 1 }, create: order, update: { customer: { update: { data } } } } },
            },
          },
        },
      },
    }),
  },
];

/** The operations by which a row that has the foreign key leads to a customer. */
function toCustomer(
  name: string,
  model: NestedWrite['model'],
  method: Write,
  args: (data: object) => object,
  creates = false,
): Path[] {
  const where = { id: 9 };
  const paths: (Pick<Path, 'name' | 'creates' | 'args'> & { readonly updates?: boolean })[] = [
    { name: 'create', creates: true, args: (data) => ({ create: { ...eve, ...data } }) },
    {
      name: 'connectOrCreate',
      creates: true,
      args: (data) => ({ connectOrCreate: { where, create: { ...eve, ...data } } }),
    },
    { name: 'update', updates: true, args: (data) => ({ update: data }) },
    { name: 'update of data', updates: true, args: (data) => ({ update: { where: { name: 'Ada' }, data } }) },
    {
      name: 'upsert, its create',
      creates: true,
      updates: true,
      args: (data) => ({ upsert: { create: { ...eve, ...data }, update: {} } }),
    },
    { name: 'upsert, its update', updates: true, args: (data) => ({ upsert: { create: eve, update: data } }) },
  ];
  return paths
    .filter(({ updates }) => !(creates && updates))
    .map((path) => ({
      ...path,
      name: `${name} > customer.${path.name}`,
      model,
      method,
      args: (data) => args({ customer: path.args(data) }),
    }));
}

/** Every operation from a customer and from an order; some of them by every path that there is to a customer. */
export const nestedWrites: readonly NestedWrite[] = [
  ...OF_CUSTOMER.map((nested) =>
    inCustomer('customer.update', 'update', nested, (data) => ({ where: { id: 1 }, data })),
  ),
  ...OF_CUSTOMER.filter(({ operation }) => CREATES.has(operation)).map((nested) =>
    inCustomer('customer.create', 'create', nested, (data) => ({ data: { ...eve, ...data } })),
  ),
  ...FROM_ORDER.map((nested): NestedWrite => ({
    name: nameOf('order.update', 'totals', nested),
    operation: nested.operation,
    model: 'order',
    method: 'update',
    args: { where: { id: 3 }, data: { totals: { [nested.operation]: nested.value } } },
  })),
  ...FROM_ORDER.filter(({ operation }) => CREATES.has(operation)).map((nested): NestedWrite => ({
    name: nameOf('order.create', 'totals', nested),
    operation: nested.operation,
    model: 'order',
    method: 'create',
    args: { data: { ...order, totals: { [nested.operation]: nested.value } } },
  })),
  ...PATHS.flatMap(({ name, creates = false, model, method, args }) =>
    SOME_OF_CUSTOMER.filter(({ operation }) => !creates || CREATES.has(operation)).map((nested): NestedWrite => ({
      name: nameOf(name, nested.relation, nested),
      operation: nested.operation,
      model,
      method,
      args: args({ [nested.relation]: { [nested.operation]: nested.value } }),
    })),
  ),
  {
    name: 'order.update > totals.update > customer.update, of an ordinary model through the stream table',
    operation: 'update',
    model: 'order',
    method: 'update',
    args: { where: { id: 3 }, data: { totals: { update: { customer: { update: { name: 'Eve' } } } } } },
  },
  {
    name: 'order.update > totals.connect beside customer.update > history.deleteMany',
    operation: 'deleteMany',
    model: 'order',
    method: 'update',
    args: {
      where: { id: 3 },
      data: { totals: { connect: { customerId: 2 } }, customer: { update: { history: { deleteMany: {} } } } },
    },
  },
];

function inCustomer(name: string, method: Write, nested: OfCustomer, args: (data: object) => object): NestedWrite {
  const { relation, operation, value, table, schema } = nested;
  return {
    name: nameOf(name, relation, nested),
    operation,
    ...(table === undefined ? {} : { table }),
    ...(schema === undefined ? {} : { schema }),
    model: 'customer',
    method,
    args: args({ [relation]: { [operation]: value } }),
  };
}

function nameOf(path: string, relation: string, { operation, form }: Nested): string {
  return [`${path} > ${relation}.${operation}`, form].filter(Boolean).join(' ');
}
