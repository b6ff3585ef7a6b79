import { StreamTableReadOnlyError } from '@pgstream/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pgStream } from '../src/index.ts';
import { loose, type Loose, open, shopDatabase, streamTables } from './shop/index.ts';
import { type WriteCase, writeCases } from './write-cases.ts';

const database = shopDatabase();
const { client, sent } = open(database.url);
const prisma = client.$extends(streamTables());
const unhandled = vi.fn<(error: unknown) => void>();

beforeEach(async () => {
  process.on('unhandledRejection', unhandled);
  // The connection is there, and what follows is what a test sends.
  await client.$queryRawUnsafe('SELECT 1');
  sent.length = 0;
});

afterEach(async () => {
  // Unhandled rejections are told of after the microtasks.
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  process.off('unhandledRejection', unhandled);
  const [error] = unhandled.mock.lastCall ?? [];
  unhandled.mockClear();
  if (error !== undefined) throw new Error('a rejection was not handled', { cause: error });
});

/** What Prisma itself sends around a transaction. */
const statements = () => sent.filter((text) => !/^(?:BEGIN|COMMIT|ROLLBACK|SET TRANSACTION)/.test(text));

async function expectRefusal(
  write: Promise<unknown>,
  { operation, schema = 'public', table }: WriteCase,
): Promise<void> {
  await expect(write).rejects.toThrow(StreamTableReadOnlyError);
  await expect(write).rejects.toMatchObject({ code: 'READ_ONLY', operation, schema, table });
}

describe('a write to a stream table is refused, and nothing is sent', () => {
  const db = loose(prisma);

  it.each(writeCases)('$name', async (refused) => {
    await expectRefusal(refused.write(db), refused);
    expect(sent).toEqual([]);
  });

  it.each(writeCases)('$name, in an interactive transaction, which stays usable', async (refused) => {
    const left = await db.$transaction(async (tx) => {
      await expectRefusal(refused.write(tx), refused);
      return await tx['note']?.['count']?.();
    });
    expect(left).toBe(1);
    expect(statements()).toHaveLength(1);
  });

  it.each(writeCases)(
    '$name, in a batch, of which nothing is done',
    async ({ write, operation, schema = 'public', table }) => {
      // The promise of Prisma itself, and not one that has begun it.
      let element: PromiseLike<unknown> | undefined;
      const catching = new Proxy(db, {
        get: (target, model: string) =>
          new Proxy(target[model] ?? {}, {
            get: (calls, call: string) => (args: Readonly<Record<string, unknown>>) => {
              element = calls[call]?.(args);
              return undefined;
            },
          }),
      });
      await write(catching);
      if (!element) throw new Error('no call was made');
      const note = prisma.note.update({ where: { id: 1 }, data: { text: 'changed' } });
      await expect(db.$transaction([note, element, prisma.note.count()])).rejects.toMatchObject({
        code: 'READ_ONLY',
        operation,
        schema,
        table,
      });
      expect(sent).toEqual([]);
      expect(await client.note.findMany()).toEqual([{ id: 1, text: 'first' }]);
    },
  );
});

describe('an extension applied before', () => {
  it('cannot inject a nested write', async () => {
    const injecting = client
      .$extends({
        query: {
          customer: {
            update: ({ args, query }) => query({ ...args, data: { ...args.data, totals: { delete: true } } as never }),
          },
        },
      })
      .$extends(streamTables());
    const write = injecting.customer.update({ where: { id: 1 }, data: { name: 'x' } });
    await expect(write).rejects.toMatchObject({ code: 'READ_ONLY', operation: 'delete', table: 'order_totals' });
    expect(sent).toEqual([]);
  });

  it('cannot turn a read into a write', async () => {
    const turning = client
      .$extends({
        model: {
          $allModels: {
            async wipe(this: unknown) {
              return await (this as Loose[string])['deleteMany']?.();
            },
          },
        },
        query: { $allModels: { $allOperations: ({ args, query }) => query(args) } },
      })
      .$extends(streamTables());
    await expect(turning.orderTotals.wipe()).rejects.toMatchObject({ code: 'READ_ONLY', operation: 'deleteMany' });
    expect(sent).toEqual([]);
  });

  it('and one applied later, that does not write, leave the guard in place', async () => {
    const both = client
      .$extends({ query: { $allOperations: ({ args, query }) => query(args) } })
      .$extends(streamTables())
      .$extends({ query: { $allModels: { $allOperations: ({ args, query }) => query(args) } } });
    await expect(loose(both)['orderTotals']?.['create']?.({ data: {} })).rejects.toMatchObject({ code: 'READ_ONLY' });
    await expect(both.$transaction((tx) => loose(tx)['orderTotals']!['deleteMany']!())).rejects.toMatchObject({
      code: 'READ_ONLY',
    });
    expect(statements()).toEqual([]);
  });

  it('may be the same extension', async () => {
    const twice = prisma.$extends(streamTables());
    await expect(loose(twice)['orderTotals']?.['deleteMany']?.()).rejects.toMatchObject({ code: 'READ_ONLY' });
    expect(await twice.orderTotals.isStale()).toBe(false);
  });
});

describe('what writes no stream table is not refused', () => {
  it.each<[string, (db: Loose) => Promise<unknown> | undefined]>([
    [
      'connect where the key is on the side of the other model',
      (db) => db['order']?.['update']?.({ where: { id: 1 }, data: { pinned: { connect: { product: 'tea' } } } }),
    ],
    [
      'disconnect of the same',
      (db) => db['order']?.['update']?.({ where: { id: 1 }, data: { pinned: { disconnect: true } } }),
    ],
    [
      'connect through a table between both',
      (db) => db['label']?.['update']?.({ where: { id: 1 }, data: { products: { connect: [{ product: 'tea' }] } } }),
    ],
    ['set of the same', (db) => db['label']?.['update']?.({ where: { id: 1 }, data: { products: { set: [] } } })],
    [
      'a nested write of other models',
      (db) =>
        db['region']?.['update']?.({
          where: { name: 'north' },
          data: { customers: { update: { where: { id: 1 }, data: { name: 'Ada' } } } },
        }),
    ],
    [
      'a nested write that is undefined',
      (db) => db['customer']?.['update']?.({ where: { id: 1 }, data: { name: 'Ada', totals: undefined } }),
    ],
    [
      'a nested call that is undefined',
      (db) => db['customer']?.['update']?.({ where: { id: 1 }, data: { name: 'Ada', totals: { delete: undefined } } }),
    ],
    ['a write without arguments', (db) => db['badge']?.['create']?.()],
    [
      'a write of rows that a stream table selects',
      (db) => db['customer']?.['updateMany']?.({ where: { totals: { total: { gt: 0 } } }, data: { name: 'Ada' } }),
    ],
    [
      'a write that returns a stream table',
      (db) => db['customer']?.['update']?.({ where: { id: 1 }, data: { name: 'Ada' }, include: { totals: true } }),
    ],
    [
      'data with a field called as a call is',
      (db) => db['badge']?.['create']?.({ data: { data: { totals: { delete: 1 } } } }),
    ],
    [
      'JSON that looks as a nested write does',
      (db) => db['badge']?.['create']?.({ data: { data: { create: { totals: { delete: 1 } } } } }),
    ],
    ['a write of a model that leads nowhere', (db) => db['note']?.['create']?.({ data: { id: 2, text: 'second' } })],
    ['its deletion', (db) => db['note']?.['delete']?.({ where: { id: 2 } })],
    ['a deletion of a model that leads to one', (db) => db['badge']?.['deleteMany']?.()],
  ])('%s', async (_what, write) => {
    await write(loose(prisma));
    expect(sent.length).toBeGreaterThan(0);
  });

  it.each([
    'findUnique',
    'findUniqueOrThrow',
    'findFirst',
    'findFirstOrThrow',
    'findMany',
    'count',
    'aggregate',
    'groupBy',
  ])('%s', async (operation) => {
    const args = {
      ...(operation.startsWith('findUnique') && { where: { customerId: 1 } }),
      ...(operation === 'aggregate' && { _sum: { total: true } }),
      ...(operation === 'groupBy' && { by: ['customerId'] }),
    };
    await loose(prisma)['orderTotals']?.[operation]?.(args);
    expect(sent).toHaveLength(1);
  });
});

describe('without the generator', () => {
  const byHand = client.$extends(
    pgStream({ models: ['OrderTotals', 'ProductTotals', 'RegionTotals', { model: 'BigOrders', name: 'big_orders' }] }),
  );

  it.each(writeCases)('$name is refused', async (refused) => {
    await expectRefusal(refused.write(loose(byHand)), refused);
    expect(sent).toEqual([]);
  });

  it('connect is refused on either side, because nobody says where the key is', async () => {
    const write = loose(byHand)['order']?.['update']?.({
      where: { id: 1 },
      data: { pinned: { connect: { product: 'tea' } } },
    });
    await expect(write).rejects.toMatchObject({ code: 'READ_ONLY', operation: 'connect', table: 'product_totals' });
  });

  it('a model that the client does not have is an error that lists those it has', () => {
    expect(() => client.$extends(pgStream({ models: ['Nope'] }))).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(/no model "Nope".*Customer, Order/),
      }),
    );
  });
});

describe('the extension refuses with a sentence', () => {
  it.each([
    ['no models', () => pgStream({} as never), /pgStream\(\{ models/],
    ['nothing', () => pgStream(undefined as never), /pgStream\(\{ models/],
    ['what is no client', () => streamTables()({}), /for a client of Prisma/],
    [
      'a client that was generated before',
      () => client.$extends(pgStream({ registry: { Gone: { streamTable: { name: 'gone' } } } })),
      /no model "Gone".*run prisma generate/,
    ],
  ])('%s', (_what, call, sentence) => {
    expect(call).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(sentence) }),
    );
  });
});

it('the bare client is left as it was: it still writes', async () => {
  const before = await client.label.create({ data: { id: 7, text: 'x', products: { connect: { product: 'tea' } } } });
  expect(before).toEqual({ id: 7, text: 'x' });
  await expect(loose(client)['orderTotals']?.['deleteMany']?.()).rejects.not.toThrow(StreamTableReadOnlyError);
});
