import { createPgStream } from '@pgstream/core';
import { fromPrisma } from '@pgstream/prisma';
import type { Find, Helpers, Session } from '../driver.ts';
import type { Model, Row, StreamModel } from '../shop/index.ts';
import type { Db } from './client.ts';

/** For the paths that only Prisma has. */
export interface Native {
  /** A client or a transaction, guarded unless the guard was left out. */
  readonly db: Db;
  /** The client that it is, or that the transaction is of. */
  readonly client: Db;
  /** The client without the extension. */
  readonly base: Db;
  /** Applies the extension, unless the guard was left out. */
  guard(db: Db): Db;
  /** Text given to the database driver itself, past Prisma. */
  raw(text: string): Promise<unknown>;
}

/** Longer than a test may take: Prisma ends transactions after five seconds. */
const patience = { timeout: 600_000, maxWait: 600_000 };

const ISOLATION = { 'repeatable read': 'RepeatableRead', serializable: 'Serializable' } as const;

/** What the cases do, over a client or a transaction of it. */
export function sessionOf(native: Native): Session<Native> {
  const { db } = native;
  return {
    native,
    find: (model, query = {}) => find(db, model, query),
    count: async (model) => Number(await db[model].count()),
    async customersWithTotals(page) {
      const select = { name: true, totals: { select: { total: true } } };
      const customers = await db.customer.findMany({ ...page, select, orderBy: { id: 'asc' } });
      return (customers as { name: string; totals: { total: unknown } | null }[]).map(({ name, totals }) => ({
        name,
        total: totals?.total ?? null,
      }));
    },
    async customersWithVisits(page) {
      const found = await db.customer.findMany({ ...page, include: { visits: true }, orderBy: { id: 'asc' } });
      return (found as { name: string; visits: { note: unknown }[] }[]).map(({ name, visits }) => ({
        name,
        notes: visits.map(({ note }) => note),
      }));
    },
    async visitsWithCustomers() {
      const found = await db.visits.findMany({ include: { customer: true } });
      return (found as { note: unknown; customer: { name: string } | null }[]).map(({ note, customer }) => ({
        note,
        customer: customer?.name ?? null,
      }));
    },
    async totalsOfBothSchemas() {
      const select = { total: true, ours: { select: { total: true } } };
      const joined = await db.theirOrderTotals.findMany({ select });
      return (joined as { total: unknown; ours: { total: unknown } }[]).map(({ total, ours }) => ({
        ours: ours.total,
        theirs: total,
      }));
    },
    async textOfBigDoc() {
      throw new Error('Prisma has no expressions: see what the driver cannot.');
    },
    async pay(account, amount) {
      await db.payment.create({ data: { account, amount } });
    },
    helpers: (model) => helpersOf(native, model),
    pgstream: () => createPgStream(fromPrisma(db)),
    sql: async (text) => await db.$queryRawUnsafe<Row[]>(text),
    transaction: (work, { isolation } = {}) =>
      db.$transaction((tx) => work(sessionOf({ ...native, db: tx })), {
        ...patience,
        ...(isolation && { isolationLevel: ISOLATION[isolation] }),
      }),
  };
}

/** Names in a schema are of the letters of English. */
const RENAMED: Readonly<Record<string, string>> = { Ärger: 'Aerger' };
const PROPERTIES = new Map(Object.entries(RENAMED).map(([property, name]) => [name, property]));

function field(property: string): string {
  return RENAMED[property] ?? property;
}

/** What Prisma cannot read at all, and no other column of the row with it: see `cannot`. */
const unreadable = { omit: { gaps: true, endless: true, endless_day: true } };
const WITHOUT: Readonly<Partial<Record<Model, object>>> = { samples: unreadable, plainSamples: unreadable };

/** The cases name a model and its properties at run time. */
async function find(db: Db, model: Model, { select, where = {}, orderBy = [], ...page }: Find): Promise<Row[]> {
  const rows = await db[model].findMany({
    ...page,
    ...(select ? { select: Object.fromEntries(select.map((property) => [field(property), true])) } : WITHOUT[model]),
    where: Object.fromEntries(Object.entries(where).map(([property, value]) => [field(property), value])),
    orderBy: orderBy.map((property) => ({ [field(property)]: 'asc' })),
  });
  return (rows as Row[]).map((row) =>
    Object.fromEntries(Object.entries(row).map(([key, value]) => [PROPERTIES.get(key) ?? key, value])),
  );
}

/**
 * What the extension has put on the model, all of it: `prisma.orderTotals.refresh`. As functions that need no `this`,
 * because the cases hand them around.
 */
function helpersOf({ db, base }: Native, model: StreamModel): Helpers {
  const delegate = db[model] as unknown as Readonly<Record<string, (...parameters: unknown[]) => unknown>>;
  const added = Object.keys(delegate).filter((name) => !(name in base[model]));
  const helpers = added.map((name) => [name, (...parameters: unknown[]) => delegate[name]?.(...parameters)]);
  return Object.fromEntries(helpers) as Helpers;
}
