import { createPgStream } from '@pgstream/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { fromPrisma } from '../src/index.ts';
import { open, shopDatabase, streamTables } from './shop/index.ts';

const database = shopDatabase();
const { client, sent } = open(database.url);
const prisma = client.$extends(streamTables());
const NAMES = ['analytics.big_orders', 'analytics.region_totals', 'public.order_totals', 'public.product_totals'];
const IDENTITY = 'SELECT pg_backend_pid() AS pid, pg_current_xact_id()::text AS xid';

beforeEach(() => {
  sent.length = 0;
});

// Of three types, whose calls are typed alike.
const clients: Readonly<Record<string, typeof client>> = {
  'the client without an extension': client,
  'the extended client': prisma as unknown as typeof client,
  'a client that is extended once more': prisma.$extends({
    query: { $allOperations: ({ args, query }) => query(args) },
  }) as unknown as typeof client,
};

describe.each(Object.keys(clients))('fromPrisma(%s)', (which) => {
  const of = clients[which] ?? client;
  const pgstream = createPgStream(fromPrisma(of));

  it('answers for all stream tables of the database', async () => {
    const listed = await pgstream.list();
    expect(listed.map(({ schema, name }) => `${schema}.${name}`).toSorted()).toEqual(NAMES);
    expect(await pgstream.table('order_totals').status()).toMatchObject({ name: 'order_totals', isPopulated: true });
  });

  it('refreshes, also within a time', async () => {
    const table = pgstream.table('order_totals');
    await client.order.create({ data: { id: 100, customerId: 1, amount: 1 } });
    expect(await table.refresh({ timeoutMs: 30_000 })).toMatchObject({ status: 'refreshed' });
    expect(await client.orderTotals.findUnique({ where: { customerId: 1 } })).toMatchObject({ orders: 3n });
    await client.order.delete({ where: { id: 100 } });
    expect(await table.refresh()).toMatchObject({ status: 'refreshed' });
  });

  it('is part of an interactive transaction, and is taken back with it', async () => {
    const rollback = new Error('as it was');
    const at = await pgstream.table('order_totals').lastRefreshAt();
    const work = of.$transaction(async (tx) => {
      await tx.order.create({ data: { id: 100, customerId: 1, amount: 1 } });
      const executor = fromPrisma(tx);
      expect(executor.transaction).toBe('open');
      expect(await executor.query(IDENTITY)).toEqual(await tx.$queryRawUnsafe(IDENTITY));
      await createPgStream(executor).table('order_totals').refresh();
      expect(await tx.orderTotals.findUnique({ where: { customerId: 1 } })).toMatchObject({ orders: 3n });
      throw rollback;
    });
    await expect(work).rejects.toBe(rollback);
    expect(await pgstream.table('order_totals').lastRefreshAt()).toEqual(at);
  });

  it('knows the extension’s dialect once, in transactions too', async () => {
    await pgstream.table('order_totals').isStale();
    sent.length = 0;
    await of.$transaction((tx) => createPgStream(fromPrisma(tx)).table('order_totals').isStale());
    expect(sent.filter((text) => !/^(?:BEGIN|COMMIT)/.test(text))).toHaveLength(1);
  });
});

it.each([[undefined], [{}], [{ $queryRaw: () => [] }]])(
  'fromPrisma(%o) is an error that says what it takes',
  (given) => {
    expect(() => fromPrisma(given as never)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(/fromPrisma\(tx\)/) as unknown,
      }),
    );
  },
);
