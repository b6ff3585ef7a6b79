import { createPgStream } from '@pgstream/core';
import { fromPrisma } from '@pgstream/prisma8';
import type { Pool } from 'pg';
import type { Find, Helpers, Session } from '../driver.ts';
import type { Model, Row, StreamModel } from '../shop/index.ts';
import type { Collection, Db, Loose, Tx } from './client.ts';
import { rawOf } from './raw.ts';

/** For the paths that only Prisma has. */
export interface Native {
  /** What statements are sent on: a client's runtime, or a transaction. */
  readonly tx: Tx;
  /** The client that it is of. */
  readonly db: Db;
  /** What Prisma sends on. */
  readonly pool: Pool;
}

/** The client itself, as what statements are sent on. */
export function itself(db: Db): Tx {
  return {
    orm: db.orm,
    sql: db.sql,
    query: (plan) => db.runtime().query(plan),
    execute: (plan) => db.runtime().execute(plan),
  };
}

const ISOLATION = { 'repeatable read': 'REPEATABLE READ', serializable: 'SERIALIZABLE' } as const;

/** What the cases do, over a client or a transaction of it. */
export function sessionOf(native: Native, over: object): Session<Native> {
  const { tx, db } = native;
  const { Customer, Visits, Payment } = tx.orm.public;
  const page = ({ skip, take }: { readonly skip: number; readonly take: number }): Collection =>
    Customer.orderBy((c: Loose) => c.id.asc())
      .offset(skip)
      .limit(take);
  return {
    native,
    find: (model, query = {}) => find(tx, model, query),
    async count(model) {
      const counted = await modelOf(tx, model).aggregate((a: Loose) => ({ rows: a.count() }));
      return (counted as { readonly rows: number }).rows;
    },
    async customersWithTotals(asked) {
      const customers = await page(asked).include('totals').all();
      return (customers as { name: string; totals: { total: unknown } | null }[]).map(({ name, totals }) => ({
        name,
        total: totals?.total ?? null,
      }));
    },
    async customersWithVisits(asked) {
      const customers = await page(asked).include('visits').all();
      return (customers as { name: string; visits: { note: unknown }[] }[]).map(({ name, visits }) => ({
        name,
        notes: visits.map(({ note }) => note),
      }));
    },
    async visitsWithCustomers() {
      const visits = await Visits.include('customer').all();
      return (visits as { note: unknown; customer: { name: string } | null }[]).map(({ note, customer }) => ({
        note,
        customer: customer?.name ?? null,
      }));
    },
    async totalsOfBothSchemas() {
      const plan = tx.sql.public.order_totals
        .innerJoin(tx.sql.analytics.order_totals.as('theirs'), (f, functions) =>
          functions.eq(f.order_totals.customer_id, f.theirs.customer_id),
        )
        .select((f: Loose) => ({ ours: f.order_totals.total, theirs: f.theirs.total }))
        .build();
      return (await tx.query(plan)) as unknown as { ours: unknown; theirs: unknown }[];
    },
    async textOfBigDoc() {
      const [row] = await tx.query(rawOf(db, 'SELECT big_doc::text AS text FROM sample_rows WHERE id = 1'));
      return String(row?.['text']);
    },
    async pay(account, amount) {
      await Payment.createAndCount([{ account, amount }]);
    },
    helpers: (model) => helpersOf(tx, model),
    pgstream: () => createPgStream(fromPrisma(over)),
    sql: async (text) => await tx.query(rawOf(db, text)),
    transaction: (work, { isolation } = {}) =>
      db.transaction(async (inner) => {
        if (isolation) await inner.execute(rawOf(db, `SET TRANSACTION ISOLATION LEVEL ${ISOLATION[isolation]}`));
        return await work(sessionOf({ ...native, tx: inner }, inner));
      }),
  };
}

/** Names in a schema are of the letters of English. */
const RENAMED: Readonly<Record<string, string>> = { Ärger: 'Aerger' };
const PROPERTIES = new Map(Object.entries(RENAMED).map(([property, name]) => [name, property]));

function field(property: string): string {
  return RENAMED[property] ?? property;
}

/** The cases name a model and its properties at run time. */
async function find(tx: Tx, model: Model, { select, where = {}, orderBy = [], skip, take }: Find): Promise<Row[]> {
  let rows = modelOf(tx, model).where(
    Object.fromEntries(Object.entries(where).map(([property, value]) => [field(property), value])),
  );
  for (const property of orderBy)
    rows = rows.orderBy((f: Readonly<Record<string, Loose>>) => f[field(property)]?.asc());
  if (select) rows = rows.select(...select.map(field));
  if (skip !== undefined) rows = rows.offset(skip);
  if (take !== undefined) rows = rows.limit(take);
  return ((await rows.all()) as Row[]).map((row) =>
    Object.fromEntries(Object.entries(row).map(([key, value]) => [PROPERTIES.get(key) ?? key, value])),
  );
}

function modelOf({ orm }: Tx, model: Model): Collection {
  const name = `${model.charAt(0).toUpperCase()}${model.slice(1)}`;
  const { public: ours, analytics: theirs } = orm as Readonly<Record<string, Readonly<Record<string, Collection>>>>;
  const found = model.startsWith('their') ? theirs?.[name] : ours?.[name];
  if (!found) throw new Error(`The contract has no model ${name}.`);
  return found;
}

/** What the guard has put on the model, as functions that need no `this`, because the cases hand them around. */
function helpersOf(tx: Tx, model: StreamModel): Helpers {
  const handle = modelOf(tx, model);
  const added = Object.getOwnPropertyNames(Object.getPrototypeOf(handle)).filter((name) => name !== 'constructor');
  const helpers = added.map((name) => [
    name,
    (...parameters: unknown[]) =>
      (handle[name as keyof Helpers] as (...given: unknown[]) => unknown).apply(handle, parameters),
  ]);
  return Object.fromEntries(helpers) as Helpers;
}
