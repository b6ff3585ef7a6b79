import { createPgStream } from '@pgstream/core';
import { type AnyPgStreamTable, fromDrizzle, streamAlias, streamTable } from '@pgstream/drizzle';
import { and, asc, eq, isNull, type SQL, sql } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Find, ReadPath, Session } from '../driver.ts';
import type { Model, Row } from '../shop/index.ts';
import { customers, models, orderTotals, payments, samples, theirOrderTotals } from './models.ts';

/** What the dbs of every driver have in common, as one of them has it. */
export type Db = NodePgDatabase;

/** Relational queries, which differ from one version of Drizzle to the next. */
export interface Relational extends RelationalSessions {
  readonly reads: readonly ReadPath<Native>[];
}

type RelationalSessions = {
  readonly [Key in 'customersWithVisits' | 'visitsWithCustomers']: (
    db: Db,
    ...args: Parameters<Session<Native>[Key]>
  ) => ReturnType<Session<Native>[Key]>;
};

/** For the paths that only Drizzle has. */
export interface Native {
  readonly db: Db;
  readonly relational: Relational;
  /** Text given to the database driver itself, past Drizzle. */
  raw(text: string): Promise<unknown>;
}

/** What the cases do, over a db or a transaction of it. */
export function sessionOf(native: Native): Session<Native> {
  const { db, relational } = native;
  return {
    native,
    find: (model, query = {}) => find(db, model, query),
    count: (model) => db.$count(models[model]),
    async customersWithTotals({ skip, take }) {
      return await db
        .select({ name: customers.name, total: orderTotals.total })
        .from(customers)
        .leftJoin(orderTotals, eq(orderTotals.customerId, customers.id))
        .orderBy(customers.id)
        .limit(take)
        .offset(skip);
    },
    customersWithVisits: (page) => relational.customersWithVisits(db, page),
    visitsWithCustomers: () => relational.visitsWithCustomers(db),
    async totalsOfBothSchemas() {
      const theirs = streamAlias(theirOrderTotals, 'theirs');
      return await db
        .select({ ours: orderTotals.total, theirs: theirs.total })
        .from(orderTotals)
        .innerJoin(theirs, eq(theirs.customerId, orderTotals.customerId));
    },
    async textOfBigDoc() {
      const [row] = await db
        .select({ text: sql<string>`${samples.big_doc}::text` })
        .from(samples)
        .where(eq(samples.id, 1));
      return row?.text ?? '';
    },
    async pay(account, amount) {
      await db.insert(payments).values({ account, amount });
    },
    helpers: (model) => streamTable(db, models[model]),
    pgstream: () => createPgStream(fromDrizzle(db)),
    sql: async (text) => rowsOf(await db.execute(sql.raw(text))),
    transaction: (work, { isolation } = {}) =>
      db.transaction((tx) => work(sessionOf({ ...native, db: tx })), isolation && { isolationLevel: isolation }),
  };
}

/** The cases name a model and its properties at run time: for the types, any stream table. */
async function find(db: Db, model: Model, { select, where = {}, orderBy = [], skip, take }: Find): Promise<Row[]> {
  const table: unknown = models[model];
  const columns = table as Readonly<Record<string, PgColumn>>;
  const column = (property: string): PgColumn => columns[property] ?? unknown(model, property);
  const query = select ? db.select(Object.fromEntries(select.map((each) => [each, column(each)]))) : db.select();
  const conditions = Object.entries(where).map(([property, value]): SQL =>
    value === null ? isNull(column(property)) : eq(column(property), value),
  );
  const rows = query
    .from(table as AnyPgStreamTable)
    .where(and(...conditions))
    .orderBy(...orderBy.map((property) => asc(column(property))))
    .$dynamic();
  if (take !== undefined) rows.limit(take);
  if (skip !== undefined) rows.offset(skip);
  return await rows;
}

function unknown(model: Model, property: string): never {
  throw new Error(`The model ${model} is declared without ${property}.`);
}

/** `execute` gives what the database driver gives. */
function rowsOf(result: unknown): Row[] {
  return Array.isArray(result) ? [...(result as Row[])] : (result as { rows: Row[] }).rows;
}
