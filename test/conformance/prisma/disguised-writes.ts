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
  { name: 'by toJSON() of a class', of: (value) => new (classOf('toJSON', value))() },
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
  { name: 'as an instance of a class', of: (value) => Object.assign(new (class {})(), value) },
  { name: 'without a prototype', of: (value) => Object.assign(Object.create(null) as object, value) },
  { name: 'by a proxy', of: (value) => new Proxy(value, {}) },
  { name: 'as parameters of raw SQL', of: (value) => ({ __prismaRawParameters__: true, values: value }) },
  {
    name: 'with a method that Prisma.skip has, and classes do not show',
    of: (value) => Object.assign(new (classOf('ifUndefined', value))(), value),
  },
];

function classOf(method: string, value: object): new () => object {
  const Class = class {};
  Object.defineProperty(Class.prototype, method, { value: () => value });
  return Class;
}

interface Place {
  readonly name: string;
  readonly model: NestedWrite['model'];
  readonly method: NestedWrite['method'];
  args(disguise: Disguise['of']): object;
}

const where = { id: 1 };
const deletion = { deleteMany: {} };

/** Where an object can be on the way from a call to a stream table. */
const PLACES: readonly Place[] = [
  of('customer.update, its data', 'update', (as) => ({ where, data: as({ history: deletion }) })),
  of('customer.update, the relation', 'update', (as) => ({ where, data: { history: as(deletion) } })),
  of('customer.createMany, an element of a list', 'createMany', (as) => ({
    data: [{ id: 9, name: 'Eve' }, as({ id: 10, name: 'Eve', history: deletion })],
  })),
  of('customer.upsert, its update', 'upsert', (as) => ({
    where,
    create: { id: 9, name: 'Eve' },
    update: as({ history: deletion }),
  })),
  of('customer.update > orders.update, the call', 'update', (as) => ({
    where,
    data: { orders: as({ update: { where, data: { customer: { update: { history: deletion } } } } }) },
  })),
  of('customer.update > orders.update, its arguments', 'update', (as) => ({
    where,
    data: { orders: { update: as({ where, data: { customer: { update: { history: deletion } } } }) } },
  })),
  of('customer.update > orders.update, an element of a list', 'update', (as) => ({
    where,
    data: { orders: { update: [as({ where, data: { customer: { update: { history: deletion } } } })] } },
  })),
  of('customer.update > orders.update > customer.update, its data', 'update', (as) => ({
    where,
    data: { orders: { update: { where, data: as({ customer: { update: { data: { history: deletion } } } }) } } },
  })),
];

function of(name: string, method: Place['method'], args: Place['args']): Place {
  return { name, model: 'customer', method, args };
}

/** One nested write, in every place by every disguise. */
export const disguisedWrites: readonly NestedWrite[] = PLACES.flatMap(({ name, args, ...place }) =>
  DISGUISES.map((disguise) => ({
    ...place,
    name: `${name} ${disguise.name}`,
    operation: 'deleteMany',
    args: args(disguise.of),
  })),
);
