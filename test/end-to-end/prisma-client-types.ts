/** A schema of which a client and our module beside it are generated; Prisma 6 wants to know a URL. */
export function schemaOf(client: string, url: string): string {
  return `
generator client {
  ${client}
  output          = "./client"
  previewFeatures = ["views"]
}
generator pgstream {
  provider = "pgstream-prisma"
  output   = "./pgstream"
}
datasource db {
  provider = "postgresql"
  ${url}
}
model Region {
  name      String     @id
  customers Customer[]
}
model Customer {
  id         Int          @id
  name       String
  regionName String
  region     Region       @relation(fields: [regionName], references: [name])
  orders     Order[]
  totals     OrderTotals?
}
model Order {
  id         Int      @id
  customerId Int
  amount     Int
  customer   Customer @relation(fields: [customerId], references: [id])
}
model Badge {
  id     Int          @id @default(autoincrement())
  holder Int?
  totals OrderTotals? @relation(fields: [holder], references: [customerId])
}
/// @streamTable
view OrderTotals {
  customerId Int      @unique
  total      Int?
  orders     BigInt?
  customer   Customer @relation(fields: [customerId], references: [id])
  badges     Badge[]
}
`;
}

/** Calls of `of`, each of which must give what it gives without our extension. */
const CALLS = [
  // Reads.
  'orderTotals.findMany()',
  'orderTotals.findMany({ select: { total: true } })',
  'orderTotals.findMany({ include: { customer: true } })',
  'orderTotals.findFirst({ omit: { total: true } })',
  'customer.findMany({ include: { totals: true } })',
  // Writes of models that lead to stream tables.
  'customer.create({ data })',
  'customer.update({ where, data: {} })',
  'customer.upsert({ where, create: data, update: {} })',
  'badge.create()',
  'badge.create({})',
  'customer.update({ where, data: {}, select: { after: true, before: true, totals: { select: { total: true } } } })',
  'customer.update({ where, data: {}, select: { id: false, name: true } })',
  'customer.update({ where, data: {}, select: { id: maybe, name: true } })',
  'customer.update({ where, data: {}, select: { _count: { select: { orders: true } } } })',
  'customer.create({ data, include: { totals: true } })',
  'customer.update({ where, data: {}, include: { orders: true, totals: true, region: true } })',
  'customer.update({ where, data: {}, include: { totals: false, _count: true } })',
  'customer.update({ where, data: {}, include: { totals: { omit: { total: true } } } })',
  "customer.update({ where, data: {}, include: { orders: { orderBy: { id: 'asc' }, take: 1 } } })",
  "customer.update({ where, data: {}, include: { orders: { orderBy: [{ id: 'asc' }], where: { OR: [{ id: 1 }] } } } })",
  'customer.update({ where, data: { orders: { create: [{ id: 1, amount: 1 }] } }, omit: { id: true } })',
  'customer.update({ where, data: {}, omit: { id: maybe } })',
  'customer.update({ where, data: {}, omit: { regionName: false } })',
  'customer.update({ where, data: {}, include })',
  'customer.update(declared)',
  // Their fluent API.
  'customer.update({ where, data: {} }).totals({ select: { total: true } })',
  'customer.update({ where, data: {} }).orders()',
  'order.create({ data: { id: 1, amount: 1, customerId: 1 } }).customer().region()',
  // Writes that are Prisma's own.
  'customer.delete({ where })',
  'customer.updateMany({ where, data: {} })',
  'customer.createManyAndReturn({ data: [data] })',
  // In transactions.
  '$transaction((tx) => tx.customer.update({ where, data: {} }))',
  '$transaction([of.customer.update({ where, data: {} }), of.orderTotals.count()])',
] as const;

/** What the client omits, two relations away. */
const FAR = "region.update({ where: { name: 'x' }, data: {}, include: { customers: { include: { orders: true } } } })";

/** Other ways to the same model, which must give what `customer.update()` gives. */
const WAYS = `
type Tx = Parameters<Parameters<(typeof ours)['$transaction']>[0]>[0];
export const inEither = (db: Tx = ours) => db.customer.update({ where, data: {} });
export const generic = <Db extends Tx>(db: Db) => db.customer.update({ where, data: {} });
export const without = (db: Omit<typeof ours, '$transaction' | '$extends'>) => db.customer.update({ where, data: {} });
const { customer } = ours;
declare const crossed: typeof ours & { customer: { more: 1 } };
const further = ours.$extends({ model: { customer: { hello: () => 1 } }, query: { $allOperations: ({ args, query }) => query(args) } });
const all = ours.$extends({ model: { $allModels: { there: () => true } } });
export const ways = [
  inEither(), inEither(ours), generic(ours), without(ours), customer.update({ where, data: {} }),
  crossed.customer.update({ where, data: {} }), further.customer.update({ where, data: {} }), all.customer.update({ where, data: {} }),
  ours.$transaction((tx) => inEither(tx)),
];
same(ways[0]!, plain.customer.update({ where, data: {} }));
`;

/** Of a client that omits columns, with extensions on both sides of ours: it compiles if every result is Prisma's. */
export function usesOf(client: string, omitting: string, ownCopy: boolean): string {
  const calls = CALLS.map((call) => {
    const [ours, plain] = ['ours', 'plain'].map(
      (name) => `${name}.${call.replace('[of.', `[${name}.`).replace(' of.', ` ${name}.`)}`,
    );
    return `same(${ours}, ${plain});`;
  });
  return `
import { type Prisma, type PrismaClient } from '${client}';
import { streamTables } from './pgstream/index.ts';

type Flat<T> = T extends object ? { [Key in keyof T]: Flat<T[Key]> } : T;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type IsAny<T> = 0 extends 1 & T ? true : false;
declare function same<Ours, Plain>(
  ours: PromiseLike<Ours>,
  plain: PromiseLike<Plain> & (IsAny<Ours> extends true ? 'any' : Same<Flat<Ours>, Flat<Plain>> extends true ? unknown : 'not the same'),
): void;

declare const bare: PrismaClient<${omitting}>;
const before = { result: { customer: { before: { needs: { id: true }, compute: ({ id }: { id: number }) => String(id) } } } } as const;
const after = { result: { customer: { after: { needs: { id: true }, compute: ({ id }: { id: number }) => id } } } } as const;
export const plain = bare.$extends(before).$extends({}).$extends(after);
export const ours = bare.$extends(before).$extends(streamTables()).$extends(after);
const where = { id: 1 };
const data = { id: 1, name: 'x', regionName: 'x' };
const include = { totals: true } satisfies Prisma.CustomerInclude;
const declared: Prisma.CustomerUpdateArgs = { where, data: {} };
declare const maybe: boolean;

${calls.join('\n')}
${ownCopy ? '// @ts-expect-error what a client omits two relations away is not known with its own copy of the types' : ''}
same(ours.${FAR}, plain.${FAR});
${WAYS}
`;
}

const REASON = 'was refused: OrderTotals is a stream table, which only the extension writes';

/** Calls that must not compile, each with what the compiler must say of it. */
const REFUSED: readonly (readonly [call: string, says: string])[] = [
  ['customer.update({ where, data: { totals: { delete: true } } })', `data.totals.delete ${REASON}`],
  [
    "region.update({ where: { name: 'x' }, data: { customers: { update: { where, data: { totals: { disconnect: true } } } } } })",
    `data.customers.update.data.totals.disconnect ${REASON}`,
  ],
  [
    "customer.create({ data: { id: 1, name: 'x', regionName: 'x', totals: { connect: { customerId: 1 } } } })",
    `data.totals.connect ${REASON}`,
  ],
  [
    "customer.upsert({ where, create: { id: 1, name: 'x', regionName: 'x' }, update: { totals: { delete: true } } })",
    `update.totals.delete ${REASON}`,
  ],
  [
    '$transaction((tx) => tx.customer.update({ where, data: { totals: { delete: true } } }))',
    `data.totals.delete ${REASON}`,
  ],
  ['orderTotals.create({ data: {} })', 'StreamTableIsReadOnly<"OrderTotals", "create">'],
  ['customer.update({ where, data: { nope: 1 } })', "'nope' does not exist"],
  ['customer.update({ where, data: {}, nope: 1 })', "'nope' does not exist"],
  ['customer.update({ data: {} })', "Property 'where' is missing"],
  ['customer.create()', "The 'this' context"],
  [
    'customer.update({ where, data: {} }).then((row) => row.nope)',
    "Property 'nope' does not exist on type '{ id: number; name: string; regionName: string; }'",
  ],
];

/** What the compiler must say of them, in their order. */
export const refusals: readonly string[] = REFUSED.map(([, says]) => says);

/** One of them on each line. */
export function refusedOf(client: string): string {
  const calls = REFUSED.map(([call]) => `void ours.${call};`);
  return `import { type PrismaClient } from '${client}'; import { streamTables } from './pgstream/index.ts';
declare const bare: PrismaClient; const ours = bare.$extends(streamTables()); const where = { id: 1 };
${calls.join('\n')}
`;
}
