import { describe, expectTypeOf, it } from 'vitest';
import { pgStream, type StreamTablePromise, type WaitUntilFreshResult } from '../src/index.ts';
import { type Prisma, type PrismaClient, streamTables } from './shop/index.ts';

declare const client: PrismaClient;
const prisma = client.$extends(streamTables());
const between = client
  .$extends({
    result: { orderTotals: { cents: { needs: { total: true }, compute: ({ total }) => Number(total) * 100 } } },
  })
  .$extends(streamTables())
  .$extends({ query: {} });

interface Totals {
  customerId: number;
  total: Prisma.Decimal | null;
  orders: bigint | null;
}

describe('reads keep their types', () => {
  it('of rows', async () => {
    expectTypeOf(await prisma.orderTotals.findMany()).toEqualTypeOf<Totals[]>();
    expectTypeOf(await prisma.orderTotals.findFirst()).toEqualTypeOf<Totals | null>();
    expectTypeOf(await prisma.orderTotals.findUniqueOrThrow({ where: { customerId: 1 } })).toEqualTypeOf<Totals>();
    expectTypeOf(await prisma.orderTotals.count()).toEqualTypeOf<number>();
  });

  it('of select and include, from both sides', async () => {
    const selected = await prisma.orderTotals.findMany({ select: { total: true } });
    expectTypeOf(selected).toEqualTypeOf<{ total: Prisma.Decimal | null }[]>();
    const included = await prisma.orderTotals.findMany({ include: { customer: true } });
    expectTypeOf(included)
      .items.toHaveProperty('customer')
      .toEqualTypeOf<{ id: number; name: string; regionName: string }>();
    const other = await prisma.customer.findFirstOrThrow({ include: { totals: true } });
    expectTypeOf(other.totals).toEqualTypeOf<Totals | null>();
  });

  it('through other extensions', async () => {
    expectTypeOf(await between.orderTotals.findFirstOrThrow()).toEqualTypeOf<{
      [Key in keyof Totals | 'cents']: Key extends keyof Totals ? Totals[Key] : number;
    }>();
  });

  it('in transactions', async () => {
    const rows = await prisma.$transaction((tx) => tx.orderTotals.findMany());
    expectTypeOf(rows).toEqualTypeOf<Totals[]>();
    const [first, second] = await prisma.$transaction([prisma.orderTotals.findMany(), prisma.orderTotals.isStale()]);
    expectTypeOf(first).toEqualTypeOf<Totals[]>();
    expectTypeOf(second).toEqualTypeOf<boolean | null>();
  });

  it('for a function that takes the client or a transaction', () => {
    type Tx = Parameters<Parameters<(typeof prisma)['$transaction']>[0]>[0];
    expectTypeOf<typeof prisma>().toExtend<Tx>();
    expectTypeOf<Tx>().not.toHaveProperty('$disconnect');
    const refreshed = (db: Tx) => db.orderTotals.refresh();
    expectTypeOf(refreshed).returns.resolves.toHaveProperty('status');
    // @ts-expect-error a write of a stream table
    const written = (db: Tx) => db.orderTotals.create({ data: {} });
    expectTypeOf(written).toBeFunction();
  });

  it('without the row id of the extension', () => {
    expectTypeOf<Prisma.RegionTotalsGetPayload<object>>().toEqualTypeOf<{
      region: string;
      total: Prisma.Decimal | null;
    }>();
  });
});

describe('the helpers', () => {
  it('give promises of Prisma', () => {
    expectTypeOf(prisma.orderTotals.isStale()).toEqualTypeOf<StreamTablePromise<boolean | null>>();
    expectTypeOf(prisma.orderTotals.isStale({ maxAgeMs: 1 })).toEqualTypeOf<StreamTablePromise<boolean>>();
    expectTypeOf(prisma.orderTotals.lastRefreshAt()).toEqualTypeOf<StreamTablePromise<Date | null>>();
    expectTypeOf(prisma.orderTotals.stalenessMs()).toEqualTypeOf<StreamTablePromise<number | null>>();
    expectTypeOf(prisma.orderTotals.refreshAfter(() => prisma.customer.count())).toEqualTypeOf<Promise<number>>();
    // @ts-expect-error -- with braces it gives nothing to wait for, and Prisma sends nothing
    void prisma.orderTotals.refreshAfter(() => {
      void prisma.customer.count();
    });
    expectTypeOf(prisma.orderTotals.refreshIfStale({ maxAgeMs: 1 })).resolves.toHaveProperty('status');
    expectTypeOf(prisma.orderTotals.waitUntilFresh({ since: '0/1' })).toEqualTypeOf<
      StreamTablePromise<WaitUntilFreshResult>
    >();
    expectTypeOf(prisma.orderTotals.verify({ maxRows: 1 })).resolves.toHaveProperty('status');
    expectTypeOf(prisma.orderTotals.isStale()).toExtend<Prisma.PrismaPromise<boolean | null>>();
  });

  it('are on the models of stream tables alone, in transactions too', async () => {
    expectTypeOf(prisma.customer).not.toHaveProperty('isStale');
    expectTypeOf(between.regionTotals).toHaveProperty('refresh');
    await prisma.$transaction(async (tx) => {
      expectTypeOf(tx.orderTotals).toHaveProperty('refresh');
      expectTypeOf(tx.customer).not.toHaveProperty('refresh');
    });
  });

  it('are there without the generator', () => {
    const byHand = client.$extends(
      pgStream({ models: ['OrderTotals', { model: 'RegionTotals', schema: 'analytics' }] }),
    );
    expectTypeOf(byHand.orderTotals).toHaveProperty('refresh');
    expectTypeOf(byHand.regionTotals).toHaveProperty('refresh');
    expectTypeOf(byHand.customer).not.toHaveProperty('refresh');
    expectTypeOf(byHand.customer.update).toEqualTypeOf(client.$extends({}).customer.update);
  });
});
