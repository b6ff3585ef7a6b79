import { describe, expectTypeOf, it } from 'vitest';
import { pgStream } from '../src/index.ts';
import { type Prisma, type PrismaClient, streamTables } from './shop/index.ts';

declare const client: PrismaClient<never, { customer: { regionName: true }; order: { amount: true } }>;
const prisma = client
  .$extends({ result: { customer: { before: { needs: { id: true }, compute: ({ id }) => `${id}` } } } })
  .$extends(streamTables())
  .$extends({ result: { customer: { after: { needs: { id: true }, compute: ({ id }) => id } } } });
const where = { id: 1 };

interface Customer {
  id: number;
  name: string;
  before: string;
  after: number;
}

describe('a write to a stream table does not compile', () => {
  it('at the top level, on a view', () => {
    // @ts-expect-error only the extension writes
    void prisma.orderTotals.create({ data: {} });
    // @ts-expect-error only the extension writes
    void prisma.orderTotals.createMany({ data: [] });
    // @ts-expect-error only the extension writes
    void prisma.orderTotals.update({ where: { customerId: 1 }, data: {} });
    // @ts-expect-error only the extension writes
    void prisma.orderTotals.deleteMany();
  });

  it('at the top level, on a model', () => {
    // @ts-expect-error only the extension writes
    void prisma.productTotals.create({ data: { product: 'x' } });
    // @ts-expect-error only the extension writes
    void prisma.productTotals.createManyAndReturn({ data: [] });
    // @ts-expect-error only the extension writes
    void prisma.productTotals.updateMany({ data: {} });
    // @ts-expect-error only the extension writes
    void prisma.productTotals.updateManyAndReturn({ data: {} });
    // @ts-expect-error only the extension writes
    void prisma.productTotals.upsert({ where: { product: 'x' }, create: { product: 'x' }, update: {} });
    // @ts-expect-error only the extension writes
    void prisma.productTotals.delete({ where: { product: 'x' } });
  });

  it('in transactions', async () => {
    await prisma.$transaction(async (tx) => {
      // @ts-expect-error only the extension writes
      await tx.productTotals.deleteMany();
      // @ts-expect-error only the extension writes
      await tx.customer.update({ where, data: { totals: { delete: true } } });
    });
  });

  it('without the generator', () => {
    // @ts-expect-error only the extension writes
    void client.$extends(pgStream({ models: ['ProductTotals'] })).productTotals.deleteMany();
  });

  it('nested, in literals', () => {
    // @ts-expect-error the totals are a stream table
    void prisma.customer.update({ where, data: { totals: { delete: true } } });
    // @ts-expect-error the totals are a stream table
    void prisma.customer.update({ where, data: { name: 'x', totals: { connect: { customerId: 1 } } } });
    // @ts-expect-error the totals are a stream table
    void prisma.customer.create({
      data: { id: 1, name: 'x', regionName: 'x', totals: { connect: { customerId: 1 } } },
    });
    // @ts-expect-error the totals are a stream table
    void prisma.customer.upsert({
      where,
      create: { id: 1, name: 'x', regionName: 'x' },
      update: { totals: { delete: true } },
    });
    // @ts-expect-error products are a stream table
    void prisma.label.update({ where, data: { products: { create: [{ product: 'x' }] } } });
    // @ts-expect-error what is pinned is a stream table
    void prisma.order.update({ where, data: { pinned: { update: { total: 1 } } } });
  });

  it('nested further down, in literals', () => {
    const north = { name: 'north' };
    const gone = { update: { where, data: { totals: { delete: true } } } };
    // @ts-expect-error the totals are a stream table
    void prisma.region.update({
      where: north,
      data: { customers: { update: { where, data: { totals: { delete: true } } } } },
    });
    // @ts-expect-error the totals are a stream table, in a variable with the type of its literal, too
    void prisma.region.update({ where: north, data: { customers: gone } });
    // @ts-expect-error the totals are a stream table
    void prisma.order.update({ where, data: { customer: { update: { totals: { disconnect: true } } } } });
    // @ts-expect-error the totals are a stream table
    void prisma.order.update({ where, data: { customer: { update: { data: { totals: { disconnect: true } } } } } });
    // @ts-expect-error the totals are a stream table
    void prisma.region.create({
      data: { name: 'n', customers: { create: [{ id: 1, name: 'x', totals: { connect: { customerId: 1 } } }] } },
    });
    // @ts-expect-error what is pinned is a stream table
    void prisma.customer.update({
      where,
      data: {
        orders: {
          create: [
            { id: 1, amount: 1 },
            { id: 2, amount: 1, pinned: { create: { product: 'x' } } },
          ],
        },
      },
    });
  });
});

describe('other writes keep their types', () => {
  it('in what they take', () => {
    void prisma.customer.create({ data: { id: 1, name: 'x', region: { connect: { name: 'north' } } } });
    void prisma.order.update({ where, data: { pinned: { connect: { product: 'tea' } } } });
    void prisma.label.update({ where, data: { products: { connect: [{ product: 'tea' }], set: [] } } });
    void prisma.badge.create();
    void prisma.customer.update({ where: { id: 1, totals: { total: { gt: 1 } } }, data: {} });
    // @ts-expect-error it has no such field
    void prisma.customer.update({ where, data: { nope: 1 } });
    // @ts-expect-error it is a text
    void prisma.customer.update({ where, data: { name: 1 } });
    // @ts-expect-error there is no such argument
    void prisma.customer.update({ where, data: {}, nope: true });
    // @ts-expect-error not everything has a default
    void prisma.customer.create();
    // @ts-expect-error it must be said which
    void prisma.customer.update({ data: {} });
  });

  it('in what is declared to be possible', () => {
    // Such a value may hold a nested write, or not: that is seen when it is sent.
    const data: Prisma.CustomerUpdateInput = { name: 'x' };
    void prisma.customer.update({ where, data });
    const args: Prisma.CustomerUpdateArgs = { where, data };
    void prisma.customer.update(args);
    void prisma.customer.create({} as Prisma.CustomerCreateArgs);
  });

  it('in what they give, with computed fields and without omitted ones', async () => {
    expectTypeOf(await prisma.customer.update({ where, data: {} })).toEqualTypeOf<Customer>();
    expectTypeOf(await prisma.customer.update({ where, data: {}, select: { after: true } })).toEqualTypeOf<{
      after: number;
    }>();
    const included = await prisma.customer.upsert({
      where,
      create: { id: 1, name: 'x', regionName: 'x' },
      update: {},
      include: { orders: true, totals: { select: { total: true } } },
    });
    expectTypeOf(included.orders).toEqualTypeOf<
      { id: number; customerId: number; product: string; pinnedId: string | null }[]
    >();
    expectTypeOf(included.totals).toEqualTypeOf<{ total: Prisma.Decimal | null } | null>();
    const kept = await prisma.customer.update({ where, data: {}, omit: { regionName: false } });
    expectTypeOf(kept.regionName).toEqualTypeOf<string>();
  });

  it('in what they give, as Prisma has it', async () => {
    const plain = client.$extends({});
    const guarded = client.$extends(streamTables());
    const written = await guarded.customer.update({
      where,
      data: {},
      include: { orders: { include: { pinned: true } } },
    });
    const asPrisma = await plain.customer.update({
      where,
      data: {},
      include: { orders: { include: { pinned: true } } },
    });
    expectTypeOf(written).toEqualTypeOf(asPrisma);
  });

  it('in the fluent API', async () => {
    const totals = await prisma.customer.update({ where, data: {} }).totals({ select: { total: true } });
    expectTypeOf(totals).toEqualTypeOf<{ total: Prisma.Decimal | null } | null>();
    const region = await prisma.order
      .create({ data: { id: 1, amount: 1, customerId: 1 } })
      .customer()
      .region();
    expectTypeOf(region).toExtend<{ name: string } | null>();
  });

  it('in batches', async () => {
    const [customer, note] = await prisma.$transaction([
      prisma.customer.update({ where, data: {} }),
      prisma.note.create({ data: { id: 1, text: 'x' } }),
    ]);
    expectTypeOf(customer).toEqualTypeOf<Customer>();
    expectTypeOf(note).toEqualTypeOf<{ id: number; text: string }>();
  });
});
