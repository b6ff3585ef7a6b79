import type { ReadPath } from '../driver.ts';
import type { Db, Prisma } from './client.ts';
import type { Native } from './session.ts';

/** Every way in which Prisma reads a model, from both sides of its relations. */
export function readsOf({ decimal, relationJoins }: Prisma): readonly ReadPath<Native>[] {
  const ada = { customerId: 1, total: decimal('15.5'), orders: 2n };
  const bob = { customerId: 2, total: decimal('7.25'), orders: 1n };
  const di = { customerId: 4, total: decimal('1'), orders: 1n };
  const all = [ada, bob, di];
  const customer = { id: 1, name: 'Ada', region: 'north' };
  const byId = { orderBy: { id: 'asc' }, select: { id: true } };

  return [
    read('findMany', (db) => db.orderTotals.findMany({ orderBy: { customerId: 'asc' } }), all),
    read('findMany without arguments', async (db) => ((await db.orderTotals.findMany()) as unknown[]).length, 3),
    read(
      'findMany by conditions',
      (db) =>
        db.orderTotals.findMany({
          where: { AND: [{ total: { gte: '1' } }, { OR: [{ customerId: 4 }, { orders: { in: [2, 3] } }] }] },
          orderBy: [{ total: { sort: 'desc', nulls: 'last' } }, { customerId: 'asc' }],
        }),
      [ada, di],
    ),
    read('findMany by a negation', (db) => db.orderTotals.findMany({ where: { NOT: { orders: 1 } } }), [ada]),
    read(
      'findMany by a comparison of columns',
      (db) =>
        db.orderTotals.findMany({
          where: { total: { gte: db.orderTotals.fields['total'] } },
          orderBy: { customerId: 'asc' },
        }),
      all,
    ),
    read('findMany by pages', (db) => db.orderTotals.findMany({ orderBy: { customerId: 'asc' }, skip: 1, take: 1 }), [
      bob,
    ]),
    read('findMany from the end', (db) => db.orderTotals.findMany({ orderBy: { customerId: 'asc' }, take: -2 }), [
      bob,
      di,
    ]),
    read(
      'findMany from a cursor',
      (db) => db.orderTotals.findMany({ cursor: { customerId: 1 }, skip: 1, take: 5, orderBy: { customerId: 'asc' } }),
      [bob, di],
    ),
    read(
      'findMany from a cursor, backwards',
      (db) => db.orderTotals.findMany({ cursor: { customerId: 4 }, skip: 1, take: -1, orderBy: { customerId: 'asc' } }),
      [bob],
    ),
    read(
      'findMany of distinct rows',
      (db) => db.orderTotals.findMany({ distinct: ['orders'], select: { orders: true }, orderBy: { orders: 'asc' } }),
      [{ orders: 1n }, { orders: 2n }],
    ),
    read(
      'findMany with select',
      (db) => db.orderTotals.findMany({ where: { customerId: 1 }, select: { total: true } }),
      [{ total: ada.total }],
    ),
    read('findMany with omit', (db) => db.orderTotals.findMany({ where: { customerId: 1 }, omit: { total: true } }), [
      { customerId: 1, orders: 2n },
    ]),
    read(
      'findFirst',
      (db) => db.orderTotals.findFirst({ where: { total: { lt: 10 } }, orderBy: { total: 'desc' } }),
      bob,
    ),
    read('findFirst of nothing', (db) => db.orderTotals.findFirst({ where: { customerId: 3 } }), null),
    read('findFirstOrThrow', (db) => db.orderTotals.findFirstOrThrow({ where: { customerId: 2 } }), bob),
    read('findUnique', (db) => db.orderTotals.findUnique({ where: { customerId: 2 } }), bob),
    read(
      'findUnique, many at once in one statement',
      (db) => Promise.all([1, 2, 3, 4].map((customerId) => db.orderTotals.findUnique({ where: { customerId } }))),
      [ada, bob, null, di],
    ),
    read('findUniqueOrThrow', (db) => db.orderTotals.findUniqueOrThrow({ where: { customerId: 2, orders: 1 } }), bob),
    read('count', (db) => db.orderTotals.count({ where: { total: { gt: 5 } } }), 2),
    read('count of columns', (db) => db.orderTotals.count({ select: { _all: true, total: true } }), {
      _all: 3,
      total: 3,
    }),
    read('count of a page', (db) => db.orderTotals.count({ skip: 1, take: 5 }), 2),
    read(
      'aggregate',
      (db) =>
        db.orderTotals.aggregate({
          where: { customerId: { lt: 4 } },
          _count: true,
          _sum: { total: true, orders: true },
          _avg: { orders: true },
          _min: { total: true },
          _max: { customerId: true },
        }),
      {
        _count: 2,
        _sum: { total: decimal('22.75'), orders: 3n },
        _avg: { orders: 1.5 },
        _min: { total: decimal('7.25') },
        _max: { customerId: 2 },
      },
    ),
    read(
      'groupBy with having',
      (db) =>
        db.orderTotals.groupBy({
          by: ['orders'],
          _sum: { total: true },
          having: { customerId: { _count: { gt: 1 } } },
          orderBy: { orders: 'asc' },
        }),
      [{ orders: 1n, _sum: { total: decimal('8.25') } }],
    ),

    read(
      'include of the other side',
      (db) => db.orderTotals.findUnique({ where: { customerId: 1 }, include: { customer: true } }),
      { ...ada, customer },
    ),
    read(
      'include, at depth, and back to the stream table',
      (db) =>
        db.orderTotals.findMany({
          where: { customerId: 2 },
          include: {
            customer: { include: { totals: { include: { theirs: true } }, orders: { select: { id: true } } } },
          },
        }),
      [
        {
          ...bob,
          customer: {
            id: 2,
            name: 'Bob',
            region: 'south',
            totals: { ...bob, theirs: { customerId: 2, total: decimal('14.5') } },
            orders: [{ id: 3 }],
          },
        },
      ],
    ),
    read(
      'include from the other side, of one',
      (db) => db.customer.findMany({ where: { id: { gte: 3 } }, orderBy: { id: 'asc' }, include: { totals: true } }),
      [
        { id: 3, name: 'Cy', region: 'north', totals: null },
        { id: 4, name: 'Di', region: null, totals: di },
      ],
    ),
    read(
      'include from the other side, of a page of many',
      (db) =>
        db.customer.findMany({
          ...byId,
          where: { id: { gte: 3 } },
          select: { history: { where: { total: { gt: 0 } }, orderBy: { total: 'desc' }, take: 1 } },
        }),
      [{ history: [] }, { history: [di] }],
    ),
    read(
      'select at depth',
      (db) =>
        db.order.findUnique({
          where: { id: 3 },
          select: {
            customer: { select: { totals: { select: { total: true } } } },
            totals: { select: { orders: true } },
          },
        }),
      { customer: { totals: { total: bob.total } }, totals: { orders: 1n } },
    ),
    read(
      'a count of a relation',
      (db) => db.customer.findMany({ ...byId, select: { _count: { select: { history: true } } } }),
      [1, 1, 0, 1].map((history) => ({ _count: { history } })),
    ),
    read(
      'a count of a relation from the stream table',
      (db) =>
        db.orderTotals.findMany({ orderBy: { customerId: 'asc' }, select: { _count: { select: { placed: true } } } }),
      [2, 1, 1].map((placed) => ({ _count: { placed } })),
    ),
    read('a relation filter: is', (db) => db.customer.findMany({ ...byId, where: { totals: { is: { orders: 2 } } } }), [
      { id: 1 },
    ]),
    read('a relation filter: isNot', (db) => db.customer.findMany({ ...byId, where: { totals: { isNot: null } } }), [
      { id: 1 },
      { id: 2 },
      { id: 4 },
    ]),
    read(
      'a relation filter: some',
      (db) => db.customer.findMany({ ...byId, where: { history: { some: { total: { gt: 5 } } } } }),
      [{ id: 1 }, { id: 2 }],
    ),
    read(
      'a relation filter: every',
      (db) => db.customer.findMany({ ...byId, where: { history: { every: { total: { gt: 5 } } } } }),
      [{ id: 1 }, { id: 2 }, { id: 3 }],
    ),
    read('a relation filter: none', (db) => db.customer.findMany({ ...byId, where: { history: { none: {} } } }), [
      { id: 3 },
    ]),
    read(
      'a relation filter of the stream table',
      (db) => db.orderTotals.findMany({ where: { customer: { region: 'south', orders: { some: {} } } } }),
      [bob],
    ),
    read(
      'in the order of a relation',
      (db) =>
        db.customer.findMany({ ...byId, where: { totals: { isNot: null } }, orderBy: { totals: { total: 'desc' } } }),
      [{ id: 1 }, { id: 2 }, { id: 4 }],
    ),
    read(
      'the stream table in the order of a relation',
      (db) => db.orderTotals.findMany({ orderBy: { customer: { name: 'desc' } } }),
      [di, bob, ada],
    ),
    read(
      'in the order of a count of a relation',
      (db) => db.orderTotals.findFirst({ orderBy: { placed: { _count: 'desc' } } }),
      ada,
    ),
    read('a relation as a method', (db) => db.customer.findUnique({ where: { id: 1 } })['totals']?.() ?? never(), ada),
    read(
      'a relation as a method, of many',
      (db) => db.customer.findUnique({ where: { id: 1 } })['history']?.({ where: { orders: 2 } }) ?? never(),
      [ada],
    ),
    read(
      'a relation of the stream table as a method',
      (db) => db.orderTotals.findUnique({ where: { customerId: 1 } })['customer']?.() ?? never(),
      customer,
    ),
    ...(relationJoins ? (['join', 'query'] as const) : []).map((relationLoadStrategy) =>
      read(
        `relationLoadStrategy: ${relationLoadStrategy}`,
        (db) =>
          db.customer.findMany({
            relationLoadStrategy,
            where: { id: { lt: 3 } },
            orderBy: { id: 'asc' },
            select: { totals: true, history: { include: { customer: { select: { name: true } } } } },
          }),
        [
          { totals: ada, history: [{ ...ada, customer: { name: 'Ada' } }] },
          { totals: bob, history: [{ ...bob, customer: { name: 'Bob' } }] },
        ],
      ),
    ),

    of('in an interactive transaction', ({ client }) => client.$transaction((tx) => Promise.resolve(one(tx, 1))), ada),
    of(
      'in an interactive transaction, serializable',
      ({ client }) =>
        client.$transaction((tx) => Promise.resolve(one(tx, 1)), { isolationLevel: 'Serializable', timeout: 60_000 }),
      ada,
    ),
    of(
      'in a batch',
      ({ client }) => client.$transaction([one(client, 1), client.customer.count(), client.orderTotals.count()]),
      [ada, 4, 3],
    ),
    read('through an extension applied later', (db) => one(db.$extends({}), 1), ada),
    read(
      'through an extension that adds a property',
      async (db) => {
        const twice = { needs: { orders: true }, compute: ({ orders }: { orders: bigint }) => 2n * orders };
        const row = await one(db.$extends({ result: { orderTotals: { twice } } }), 1);
        return (row as { twice: bigint }).twice;
      },
      4n,
    ),
    read(
      'through an extension that looks on',
      async (db) => {
        const seen: string[] = [];
        const onlooker = db.$extends({
          query: {
            $allModels: {
              $allOperations({ model, operation, args, query }: Watched) {
                seen.push(`${model}.${operation}`);
                return query(args);
              },
            },
          },
        });
        return [await one(onlooker, 1), seen];
      },
      [ada, ['OrderTotals.findUnique']],
    ),
    read(
      'SQL of one’s own',
      (db) => db.$queryRaw`select count(customer_id)::int as n from order_totals where customer_id > ${1}`,
      [{ n: 2 }],
    ),
  ];
}

interface Watched {
  readonly model: string;
  readonly operation: string;
  readonly args: object;
  query(args: object): Promise<unknown>;
}

function one(db: Db, customerId: number): PromiseLike<unknown> {
  return db.orderTotals.findUnique({ where: { customerId } });
}

function read(name: string, call: (db: Db) => PromiseLike<unknown>, gives: unknown): ReadPath<Native> {
  return { name, call: ({ db }) => call(db), gives };
}

function of(name: string, call: (native: Native) => PromiseLike<unknown>, gives: unknown): ReadPath<Native> {
  return { name, call, gives };
}

function never(): never {
  throw new Error('Prisma gives relations no methods.');
}
