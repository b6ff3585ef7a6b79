import { writeTargets } from '@pgstream/core/statement';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { loose, open, shopDatabase, streamTables } from './shop/index.ts';

const database = shopDatabase();
const { client, sent } = open(database.url);
const db = loose(client.$extends(streamTables()));

type Args = Readonly<Record<string, unknown>>;

/** A call of a model, and the tables that it may write, each by the operations that Prisma makes of it. */
interface Call {
  readonly model: string;
  readonly operation: string;
  readonly args: Args;
  readonly writes: readonly string[];
}

const text = fc.constantFrom(
  'delete',
  "'; DELETE FROM order_totals; --",
  '$$; TRUNCATE order_totals; $$',
  '/* INSERT INTO order_totals',
  'tea',
  'north',
  '\\',
);
const number = fc.integer({ min: -5, max: 50 });

/** A filter, on any of the fields. */
const filterOf = (fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> =>
  fc.letrec<{ filter: object; one: object }>((tie) => ({
    one: fc.oneof(
      ...Object.entries(fields).map(([field, value]) =>
        fc
          .tuple(value, fc.constantFrom('equals', 'not', 'in', 'lt', 'gte'))
          .map(([given, how]) => ({ [field]: { [how]: how === 'in' ? [given, given] : given } })),
      ),
    ),
    filter: fc.oneof(
      { maxDepth: 2 },
      tie('one'),
      fc
        .tuple(fc.constantFrom('AND', 'OR', 'NOT'), fc.array(tie('filter'), { minLength: 1, maxLength: 3 }))
        .map(([how, parts]) => ({ [how]: parts })),
    ),
  })).filter;

const totals = filterOf({ total: number, orders: number, customerId: number });
const orders = filterOf({ id: number, product: text, amount: number });
const customers = fc.oneof(
  filterOf({ id: number, name: text, regionName: text }),
  totals.map((filter) => ({ totals: filter })),
  orders.map((filter) => ({ orders: { some: filter } })),
  orders.map((filter) => ({ orders: { none: filter } })),
);

const page = fc.record({ skip: fc.nat(3), take: fc.integer({ min: 1, max: 20 }) }, { requiredKeys: [] });

const reading: fc.Arbitrary<Call> = fc.oneof(
  fc
    .tuple(customers, page, fc.boolean(), fc.boolean(), orders)
    .map(([where, paged, withTotals, withOrders, nested]) => ({
      model: 'customer',
      operation: 'findMany',
      args: {
        where,
        ...paged,
        orderBy: [{ totals: { total: 'desc' } }, { id: 'asc' }],
        include: {
          totals: withTotals,
          orders: withOrders && { where: nested, include: { pinned: true } },
          region: true,
        },
      },
      writes: [],
    })),
  fc.tuple(totals, page, fc.constantFrom('findMany', 'count')).map(([where, paged, operation]) => ({
    model: 'orderTotals',
    operation,
    args: { where, ...paged },
    writes: [],
  })),
  fc.tuple(orders, fc.constantFrom('product', 'customerId')).map(([where, by]) => ({
    model: 'order',
    operation: 'groupBy',
    args: { by: [by], where, _sum: { amount: true }, _count: true, having: { amount: { _avg: { gt: 1 } } } },
    writes: [],
  })),
  totals.map((where) => ({
    model: 'orderTotals',
    operation: 'aggregate',
    args: { where, _max: { total: true }, _count: { orders: true } },
    writes: [],
  })),
);

const writing: fc.Arbitrary<Call> = fc.oneof(
  fc.tuple(orders, text).map(([where, product]) => ({
    model: 'order',
    operation: 'updateMany',
    args: { where, data: { product, amount: { increment: 1 } } },
    writes: ['update public.orders'],
  })),
  fc.tuple(number, text).map(([id, given]) => ({
    model: 'note',
    operation: 'upsert',
    args: { where: { id }, create: { id, text: given }, update: { text: given } },
    writes: ['insert public.notes', 'update public.notes'],
  })),
  fc.tuple(fc.uniqueArray(number, { minLength: 1, maxLength: 4 }), text).map(([ids, given]) => ({
    model: 'note',
    operation: 'createMany',
    args: { data: ids.map((id) => ({ id, text: given })), skipDuplicates: true },
    writes: ['insert public.notes'],
  })),
  filterOf({ id: number, text }).map((where) => ({
    model: 'note',
    operation: 'deleteMany',
    args: { where },
    writes: ['delete public.notes'],
  })),
  text.map((given) => ({
    model: 'badge',
    operation: 'create',
    args: { data: { data: { create: given }, create: { connect: { id: 1 } } } },
    writes: ['insert public.badges', 'update public.badges'],
  })),
);

it('10,000 statements that Prisma makes, of reads and of writes to ordinary models, are read as what they are', async () => {
  const texts = new Set<string>();
  let statements = 0;
  const calls = fc.oneof({ weight: 3, arbitrary: reading }, { weight: 1, arbitrary: writing });
  await fc.assert(
    fc.asyncProperty(calls, async ({ model, operation, args, writes }) => {
      if (statements >= 10_000) return;
      sent.length = 0;
      await db[model]?.[operation]?.(args);
      statements += sent.length;
      for (const each of sent) {
        const said = writeTargets(each).map(({ operation: how, schema, name }) => `${how} ${schema}.${name}`);
        expect(said.filter((one) => !writes.includes(one))).toEqual([]);
        texts.add(each);
      }
      expect(sent.some((each) => writeTargets(each).length > 0)).toBe(writes.length > 0);
    }),
    { numRuns: 10_000 },
  );
  expect(statements).toBeGreaterThanOrEqual(10_000);
  expect(texts.size).toBeGreaterThan(500);
});
