import type { Loose } from './shop/index.ts';

/** A write to a stream table, and what its error must name. */
export interface WriteCase {
  readonly name: string;
  readonly operation: string;
  readonly schema?: string;
  readonly table: string;
  readonly write: (db: Loose) => Promise<unknown>;
}

const OPERATIONS = {
  create: { data: { customerId: 9, product: 'x', region: 'x', id: 9 } },
  createMany: { data: [{ customerId: 9 }] },
  createManyAndReturn: { data: [{ customerId: 9 }] },
  update: { where: { customerId: 1 }, data: { total: 1 } },
  updateMany: { data: { total: 1 } },
  updateManyAndReturn: { data: { total: 1 } },
  upsert: { where: { customerId: 1 }, create: { customerId: 1 }, update: { total: 1 } },
  delete: { where: { customerId: 1 } },
  deleteMany: {},
};

const MODELS = [
  { model: 'orderTotals', schema: 'public', table: 'order_totals' },
  { model: 'productTotals', schema: 'public', table: 'product_totals' },
  { model: 'regionTotals', schema: 'analytics', table: 'region_totals' },
  { model: 'bigOrders', schema: 'analytics', table: 'big_orders' },
];

/** At the top level: every write of every way to declare a stream table. */
const ownWrites: readonly WriteCase[] = MODELS.flatMap(({ model, schema, table }) =>
  Object.entries(OPERATIONS).map(([operation, args]) => ({
    name: `${model}.${operation}()`,
    operation,
    schema,
    table,
    write: async (db: Loose) => await db[model]?.[operation]?.(args),
  })),
);

/** What `totals` of a customer, the other side of which has the key, can be written with. */
const TO_ONE = {
  create: { customerId: 1, total: 1 },
  connect: { customerId: 2 },
  connectOrCreate: { where: { customerId: 2 }, create: { customerId: 2 } },
  update: { total: 1 },
  upsert: { create: { customerId: 1 }, update: { total: 1 } },
  delete: true,
  disconnect: true,
};

/** What `products` of a label, a list through a table between both, can be written with. */
const TO_MANY = {
  create: [{ product: 'x' }],
  createMany: { data: [{ product: 'x' }] },
  connectOrCreate: [{ where: { product: 'tea' }, create: { product: 'tea' } }],
  update: { where: { product: 'tea' }, data: { total: 1 } },
  updateMany: [{ where: {}, data: { total: 1 } }],
  upsert: { where: { product: 'tea' }, create: { product: 'tea' }, update: { total: 1 } },
  delete: [{ product: 'tea' }],
  deleteMany: {},
};

const ofCustomer = (totals: object) => ({ where: { id: 1 }, data: { name: 'changed', totals } });

const customer = { id: 9, name: 'new', regionName: 'north' };
const newCustomer = { id: 9, name: 'new', region: { connect: { name: 'north' } } };
const totals = { delete: true };

type Nested = readonly [name: string, operation: string, table: string, model: string, call: string, args: object];

const nestedWrites: readonly WriteCase[] = (
  [
    ...Object.entries(TO_ONE).map(([operation, value]): Nested => [
      'to one',
      operation,
      'order_totals',
      'customer',
      'update',
      ofCustomer({ [operation]: value }),
    ]),
    ...Object.entries(TO_MANY).map(([operation, value]): Nested => [
      'to many',
      operation,
      'product_totals',
      'label',
      'update',
      { where: { id: 1 }, data: { products: { [operation]: value } } },
    ]),
    // The key is here, and connect would write an order: the others would write the stream table.
    ...Object.entries({ create: { product: 'x' }, update: { total: 1 }, delete: true }).map(
      ([operation, value]): Nested => [
        'over a key of its own',
        operation,
        'product_totals',
        'order',
        'update',
        { where: { id: 1 }, data: { pinned: { [operation]: value } } },
      ],
    ),
    ['in create', 'create', 'order_totals', 'customer', 'create', { data: { ...newCustomer, totals: { create: {} } } }],
    [
      'in create',
      'connect',
      'order_totals',
      'customer',
      'create',
      { data: { ...newCustomer, totals: { connect: { customerId: 1 } } } },
    ],
    [
      'in createMany',
      'create',
      'order_totals',
      'customer',
      'createMany',
      { data: [customer, { ...customer, totals: { create: {} } }] },
    ],
    ['in updateMany', 'delete', 'order_totals', 'customer', 'updateMany', { data: { totals } }],
    [
      'in the create of upsert',
      'create',
      'order_totals',
      'customer',
      'upsert',
      { where: { id: 1 }, create: { ...newCustomer, totals: { create: {} } }, update: {} },
    ],
    [
      'in the update of upsert',
      'delete',
      'order_totals',
      'customer',
      'upsert',
      { where: { id: 1 }, create: newCustomer, update: { totals } },
    ],
    [
      'beside harmless ones',
      'delete',
      'order_totals',
      'customer',
      'update',
      ofCustomer({ connect: undefined, ...totals }),
    ],
    [
      'two down, in create',
      'create',
      'order_totals',
      'region',
      'create',
      { data: { name: 'west', customers: { create: [{ id: 9, name: 'new', totals: { create: {} } }] } } },
    ],
    [
      'two down, in update',
      'delete',
      'order_totals',
      'region',
      'update',
      { where: { name: 'north' }, data: { customers: { update: { where: { id: 1 }, data: { totals } } } } },
    ],
    [
      'two down, in a list',
      'delete',
      'order_totals',
      'region',
      'update',
      {
        where: { name: 'north' },
        data: {
          customers: {
            update: [
              { where: { id: 3 }, data: {} },
              { where: { id: 1 }, data: { totals } },
            ],
          },
        },
      },
    ],
    [
      'two down, in upsert',
      'delete',
      'order_totals',
      'region',
      'update',
      {
        where: { name: 'north' },
        data: { customers: { upsert: { where: { id: 1 }, create: newCustomer, update: { totals } } } },
      },
    ],
    [
      'two down, in connectOrCreate',
      'create',
      'order_totals',
      'region',
      'update',
      {
        where: { name: 'north' },
        data: {
          customers: { connectOrCreate: { where: { id: 9 }, create: { id: 9, name: 'new', totals: { create: {} } } } },
        },
      },
    ],
    [
      'two down, in createMany',
      'create',
      'order_totals',
      'region',
      'update',
      {
        where: { name: 'north' },
        data: { customers: { createMany: { data: [{ id: 9, name: 'n', totals: { create: {} } }] } } },
      },
    ],
    [
      'two down, to one, without where',
      'delete',
      'order_totals',
      'order',
      'update',
      { where: { id: 1 }, data: { customer: { update: { totals } } } },
    ],
    [
      'two down, to one, with where',
      'delete',
      'order_totals',
      'order',
      'update',
      { where: { id: 1 }, data: { customer: { update: { where: { name: 'Ada' }, data: { totals } } } } },
    ],
    [
      'three down',
      'create',
      'product_totals',
      'region',
      'update',
      {
        where: { name: 'north' },
        data: {
          customers: {
            update: {
              where: { id: 1 },
              data: { orders: { create: { id: 9, amount: 1, pinned: { create: { product: 'x' } } } } },
            },
          },
        },
      },
    ],
    [
      'through a field that is called as a call is',
      'delete',
      'order_totals',
      'badge',
      'create',
      { data: { create: { connect: { id: 1 }, update: { totals } } } },
    ],
    ['in a call that Prisma does not have', 'merge', 'order_totals', 'customer', 'update', ofCustomer({ merge: {} })],
  ] satisfies readonly Nested[]
).map(([name, operation, table, model, call, args]) => ({
  name: `${model}.${call}() with ${operation} ${name}`,
  operation,
  table,
  write: async (db: Loose) => await db[model]?.[call]?.(args as Readonly<Record<string, unknown>>),
}));

/** Every way to a write that Prisma's models have. */
export const writeCases: readonly WriteCase[] = [...ownWrites, ...nestedWrites];
