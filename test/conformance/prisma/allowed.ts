import { isPgStreamError } from '@pgstream/core';
import type { Helpers, ReadPath } from '../driver.ts';
import type { StreamModel } from '../shop/index.ts';
import type { Db } from './client.ts';
import type { Native } from './session.ts';

/** Writes of ordinary models that read stream tables, or pass by them. They leave everything but the archive as it was. */
export const allowed: readonly ReadPath<Native>[] = [
  write(
    'create with include of a stream table',
    (db) =>
      db.archive.create({
        data: { customer: { connect: { id: 2 } } },
        select: {
          customer: { select: { totals: { select: { orders: true } }, history: { select: { orders: true } } } },
        },
      }),
    { customer: { totals: { orders: 1n }, history: [{ orders: 1n }] } },
  ),
  write(
    'update of what a stream table has',
    (db) =>
      db.customer.update({ where: { id: 1, totals: { orders: 2 } }, data: { region: 'north' }, select: { id: true } }),
    { id: 1 },
  ),
  write(
    'updateMany of what a stream table has',
    (db) => db.customer.updateMany({ where: { history: { some: { customerId: 1 } } }, data: { region: 'north' } }),
    { count: 1 },
  ),
  write(
    'updateManyAndReturn of what a stream table has',
    (db) =>
      db.customer.updateManyAndReturn({
        where: { totals: { isNot: null }, region: 'south' },
        data: { region: 'south' },
        select: { id: true },
      }),
    [{ id: 2 }],
  ),
  write(
    'deleteMany of what a stream table has',
    async (db) => {
      await db.archive.createMany({ data: [{ customerId: 2 }, { customerId: 3 }] });
      const gone = await db.archive.deleteMany({ where: { customer: { totals: { isNot: null } } } });
      return [gone, await db.archive.findMany({ select: { customerId: true } })];
    },
    [{ count: 1 }, [{ customerId: 3 }]],
  ),
  write(
    'delete of what a stream table has',
    async (db) => {
      await db.archive.create({ data: { customerId: 2 } });
      return db.archive.delete({
        where: { customerId: 2, customer: { totals: { total: { gt: 0 } } } },
        select: { customerId: true },
      });
    },
    { customerId: 2 },
  ),
  write(
    'upsert with relation filters',
    (db) =>
      db.archive.upsert({
        where: { customerId: 4, customer: { history: { none: {} } } },
        create: { customerId: 4 },
        update: {},
        select: { customerId: true },
      }),
    { customerId: 4 },
  ),
  write(
    'createMany and createManyAndReturn from rows of a stream table',
    async (db) => {
      const rows = (await db.orderTotals.findMany({ select: { customerId: true } })) as { customerId: number }[];
      const [first, ...others] = rows.toSorted((a, b) => a.customerId - b.customerId);
      const created = await db.archive.createManyAndReturn({ data: [first], select: { customerId: true } });
      return [created, await db.archive.createMany({ data: others })];
    },
    [[{ customerId: 1 }], { count: 2 }],
  ),
  write(
    'nested writes of ordinary models',
    (db) =>
      db.customer.update({
        where: { id: 3 },
        data: { archived: { create: { total: 1 } }, orders: { updateMany: { where: {}, data: { amount: 1 } } } },
        select: { archived: { select: { customerId: true } } },
      }),
    { archived: { customerId: 3 } },
  ),
  write(
    'connect of a row of a stream table, where the ordinary model has the foreign key',
    (db) =>
      db.order.update({
        where: { id: 3 },
        data: { totals: { connect: { customerId: 2 } } },
        select: { customerId: true },
      }),
    { customerId: 2 },
  ),
  of(
    'in an interactive transaction, between reads of stream tables',
    ({ client }) =>
      client.$transaction(async (tx) => {
        const before = await tx.orderTotals.count();
        await tx.archive.create({ data: { customerId: before } });
        return await tx.archive.findMany({ select: { customerId: true, customer: { select: { totals: true } } } });
      }),
    [{ customerId: 3, customer: { totals: null } }],
  ),
  of(
    'in a batch, between reads of stream tables',
    ({ client }) =>
      client.$transaction([
        client.orderTotals.count(),
        client.archive.createMany({ data: [{ customerId: 1 }, { customerId: 2 }] }),
        client.archive.count({ where: { customer: { totals: { orders: 2 } } } }),
      ]),
    [3, { count: 2 }, 1],
  ),
  of(
    'in a batch, with a refresh and questions',
    async ({ client }) => {
      const [, refreshed, stale, at, ageMs, status] = (await client.$transaction([
        client.archive.create({ data: { customerId: 1 } }),
        helper(client, 'refresh'),
        helper(client, 'isStale'),
        helper(client, 'lastRefreshAt'),
        helper(client, 'stalenessMs'),
        helper(client, 'status'),
      ])) as [unknown, { status: string }, boolean, Date, number, { name: string }];
      return [refreshed.status, stale, at instanceof Date, ageMs >= 0, status.name];
    },
    ['refreshed', false, true, true, 'account_totals'],
  ),
  of(
    'in a batch, with a refresh that fails and takes all of it back',
    async ({ client }) => {
      const batch = [client.archive.create({ data: { customerId: 1 } }), helper(client, 'refresh', 'missing')];
      const error: unknown = await client.$transaction(batch).catch((thrown: unknown) => thrown);
      return [isPgStreamError(error, 'NOT_FOUND'), await client.archive.count()];
    },
    [true, 0],
  ),
];

function helper(
  db: Db,
  name: Exclude<keyof Helpers, 'refreshAfter'>,
  model: StreamModel = 'accountTotals',
): PromiseLike<unknown> {
  return db[model][name]?.() ?? Promise.reject(new Error(`There is no ${name}().`));
}

function write(name: string, call: (db: Db) => PromiseLike<unknown>, gives: unknown): ReadPath<Native> {
  return { name, call: ({ db }) => call(db), gives };
}

function of(name: string, call: ReadPath<Native>['call'], gives: unknown): ReadPath<Native> {
  return { name, call, gives };
}
