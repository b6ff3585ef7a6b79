import type { NestedWrite } from './nested-writes.ts';

interface Disguise {
  readonly name: string;
  /** The same to Prisma, and not at first sight. */
  of(value: object): unknown;
}

/** What Prisma makes the same of: whoever looks at the object alone sees something else. */
const DISGUISES: readonly Disguise[] = [
  { name: 'by toJSON()', of: (value) => ({ toJSON: () => value }) },
  { name: 'by toJSON() beside something harmless', of: (value) => ({ name: 'Eve', toJSON: () => value }) },
  { name: 'by toJSON() of a class', of: (value) => instance({}, { toJSON: () => value }) },
  {
    name: 'by toJSON() of what toJSON() gives',
    of: (value) => ({ toJSON: () => ({ toJSON: () => value }) }),
  },
  {
    name: 'by toJSON() of each part of what toJSON() gives',
    of: (value) => ({
      toJSON: () =>
        Object.fromEntries(Object.entries(value).map(([key, part]) => [key, { toJSON: () => part as unknown }])),
    }),
  },
  { name: 'as what an object inherits', of: (value) => Object.create(value) as unknown },
  {
    name: 'by getters',
    of: (value) =>
      Object.defineProperties(
        {},
        Object.fromEntries(
          Object.entries(value).map(([key, part]) => [key, { enumerable: true, get: () => part as unknown }]),
        ),
      ),
  },
  { name: 'as an instance of a class', of: (value) => instance(value, { method: () => ({}) }) },
  { name: 'without a prototype', of: (value) => Object.assign(Object.create(null) as object, value) },
  { name: 'by a proxy', of: (value) => new Proxy(value, {}) },
  { name: 'as parameters of raw SQL', of: (value) => ({ __prismaRawParameters__: true, values: value }) },
  {
    name: 'with a method that Prisma.skip has, and classes do not show',
    of: (value) => instance(value, { ifUndefined: () => ({}) }),
  },
];

/** As of a class: it inherits methods, and does not show them. */
function instance(parts: object, methods: Readonly<Record<string, () => unknown>>): unknown {
  const prototype: object = {};
  for (const [name, value] of Object.entries(methods)) Object.defineProperty(prototype, name, { value });
  return Object.assign(Object.create(prototype) as object, parts);
}

interface Place extends Pick<NestedWrite, 'name' | 'operation' | 'model' | 'method'> {
  args(as: Disguise['of']): object;
}

const where = { id: 1 };
const deletion = { deleteMany: {} };
const update = { totals: { update: { total: 0 } } };
const ofCustomer = { model: 'customer', operation: 'deleteMany' } as const;
const ofOrder = { model: 'customer', method: 'update', operation: 'update' } as const;

/** Where an object can be on the way from a call to a stream table. */
const PLACES: readonly Place[] = [
  {
    ...ofCustomer,
    name: 'customer.update, its data',
    method: 'update',
    args: (as) => ({ where, data: as({ history: deletion }) }),
  },
  {
    ...ofCustomer,
    name: 'customer.update, the relation',
    method: 'update',
    args: (as) => ({ where, data: { history: as(deletion) } }),
  },
  {
    ...ofCustomer,
    name: 'customer.upsert, its update',
    method: 'upsert',
    args: (as) => ({ where, create: { id: 9, name: 'Eve' }, update: as({ history: deletion }) }),
  },
  {
    ...ofOrder,
    name: 'customer.update > orders.update, the call',
    args: (as) => ({ where, data: { orders: as({ update: { where, data: update } }) } }),
  },
  {
    ...ofOrder,
    name: 'customer.update > orders.update, its arguments',
    args: (as) => ({ where, data: { orders: { update: as({ where, data: update }) } } }),
  },
  {
    ...ofOrder,
    name: 'customer.update > orders.update, an element of a list',
    args: (as) => ({ where, data: { orders: { update: [as({ where, data: update })] } } }),
  },
  {
    ...ofOrder,
    name: 'customer.update > orders.update, its data',
    args: (as) => ({ where, data: { orders: { update: { where, data: as(update) } } } }),
  },
  {
    ...ofCustomer,
    name: 'order.update > customer.update, its data',
    model: 'order',
    method: 'update',
    args: (as) => ({ where, data: { customer: { update: { data: as({ history: deletion }) } } } }),
  },
];

/** One nested write for every place, by every disguise. */
export const disguisedWrites: readonly NestedWrite[] = PLACES.flatMap(({ name, args, ...place }) =>
  DISGUISES.map((disguise) => ({ ...place, name: `${name} ${disguise.name}`, args: args(disguise.of) })),
);
