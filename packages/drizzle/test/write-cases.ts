import { aliasedTable, eq, getTableColumns, sql } from 'drizzle-orm';
import {
  alias,
  type PgMaterializedView,
  type PgPreparedQuery,
  pgView,
  type PreparedQueryConfig,
  withReplicas,
} from 'drizzle-orm/pg-core';
import { relational, streamAlias } from '../src/index.ts';
import { type Db, isDrizzle1, shop } from './shop/index.ts';

const { customers, orders, orderTotals } = shop;

/** The stream table as the types would never give it. */
const x = orderTotals as unknown as shop.Writable;
const row = { customerId: 9, total: '1', orders: 1 };

/** What Drizzle's own functions make of a stream table's relational variant, and of a query of it. */
const model = relational(orderTotals) as unknown as shop.Writable;
const view = pgView('totals_view').as((query) => query.select().from(orderTotals));
const MADE_BY_DRIZZLE: readonly (readonly [name: string, make: (db: Db) => unknown])[] = [
  ['an alias of the relational variant', () => alias(model, 'a')],
  ['an alias of it that is named as the table', () => alias(model, 'order_totals')],
  ['an alias of an alias of it', () => alias(alias(model, 'a'), 'b')],
  ['an aliased table of it', () => aliasedTable(model, 'a')],
  ['the table behind its columns', () => getTableColumns(model).total.table],
  ['the table behind the columns of its alias', () => getTableColumns(alias(model, 'a')).total.table],
  ['the table behind the columns of a view', () => view.total.table],
  [
    'the table behind the columns of a CTE',
    (db) => db.$with('order_totals').as(db.select().from(orderTotals)).total.table,
  ],
  [
    'an alias of the table behind the columns of a subquery',
    (db) => alias(db.select().from(orderTotals).as('inner').total.table as shop.Writable, 'order_totals'),
  ],
];

export interface WriteCase {
  readonly name: string;
  /** The call that the error must name. */
  readonly operation: 'insert' | 'update' | 'delete' | 'refreshMaterializedView';
  /** What it must name without a guard, where Drizzle builds a part of the call first. Default: the call. */
  readonly firstPart?: 'update';
  readonly write: (db: Db) => unknown;
  /** The stream table that the error must name. Default: `order_totals`. */
  readonly table?: string;
  /** Without a guard Drizzle asks its columns nothing, so that PostgreSQL has to refuse it. */
  readonly asksNothing?: boolean;
  /** It builds a statement and sends none: without a guard that succeeds, and is no write. */
  readonly onlyBuilds?: true;
  /** HTTP drivers have no transactions. */
  readonly inTransaction?: true;
}

/** What batch drivers do with each of their statements before they send any. */
function batch(...queries: readonly object[]): readonly unknown[] {
  return queries.map((query) => {
    // oxlint-disable-next-line eslint/no-underscore-dangle -- the name is Drizzle's
    const built = (query as { _prepare(): PgPreparedQuery<PreparedQueryConfig> })._prepare().getQuery();
    return [built.sql, ...built.params];
  });
}

/** In 1.0 the elements of an array have no column of their own. */
const ARRAY_WRITE: WriteCase = {
  name: 'delete() from the table behind the elements of an array',
  operation: 'delete',
  write: (db) => db.delete((shop.samples.tags as unknown as { baseColumn: typeof x.total }).baseColumn.table),
  table: 'sample_rows',
};

/** Every way to a write that Drizzle has, by its query builder. */
export const BUILDER_WRITES: readonly WriteCase[] = [
  { name: 'insert().values()', operation: 'insert', write: (db) => db.insert(x).values(row) },
  { name: 'insert() of many rows', operation: 'insert', write: (db) => db.insert(x).values([row, row]) },
  { name: 'insert() of defaults', operation: 'insert', write: (db) => db.insert(x).values({} as never) },
  {
    name: 'insert() of SQL values',
    operation: 'insert',
    write: (db) => db.insert(x).values({ customerId: sql`1 + 1`, total: sql`0` }),
  },
  { name: 'insert().returning()', operation: 'insert', write: (db) => db.insert(x).values(row).returning() },
  {
    name: 'insert().overridingSystemValue()',
    operation: 'insert',
    write: (db) => db.insert(x).overridingSystemValue().values(row),
    asksNothing: isDrizzle1,
  },
  {
    name: 'insert().onConflictDoNothing()',
    operation: 'insert',
    write: (db) => db.insert(x).values(row).onConflictDoNothing(),
  },
  {
    name: 'insert().onConflictDoNothing() of a target',
    operation: 'insert',
    write: (db) => db.insert(x).values(row).onConflictDoNothing({ target: x.customerId }),
  },
  {
    name: 'insert().onConflictDoUpdate()',
    operation: 'insert',
    firstPart: 'update',
    write: (db) =>
      db
        .insert(x)
        .values(row)
        .onConflictDoUpdate({ target: x.customerId, set: { total: '2' } }),
  },
  {
    name: 'insert().select() of a query',
    operation: 'insert',
    write: (db) => db.insert(x).select(db.select().from(orderTotals)),
    asksNothing: isDrizzle1,
  },
  {
    name: 'insert().select() of a callback',
    operation: 'insert',
    write: (db) =>
      db
        .insert(x)
        .select((qb) =>
          qb
            .select({ customerId: orders.customerId, total: orders.amount, orders: sql<number>`1`.as('orders') })
            .from(orders),
        ),
    asksNothing: isDrizzle1,
  },
  { name: 'insert().select() of SQL', operation: 'insert', write: (db) => db.insert(x).select(sql`select 9, 1, 1`) },
  { name: 'insert().prepare()', operation: 'insert', write: (db) => db.insert(x).values(row).prepare('i').execute() },
  {
    name: 'insert() in a batch',
    operation: 'insert',
    write: (db) => batch(db.insert(x).values(row)),
    onlyBuilds: true,
  },
  {
    name: 'insert().toSQL()',
    operation: 'insert',
    write: (db) => db.insert(x).values(row).toSQL().sql,
    onlyBuilds: true,
  },

  { name: 'update().set()', operation: 'update', write: (db) => db.update(x).set({ total: '0' }) },
  { name: 'update().set() of SQL', operation: 'update', write: (db) => db.update(x).set({ total: sql`total + 1` }) },
  {
    name: 'update().where()',
    operation: 'update',
    write: (db) => db.update(x).set({ total: '0' }).where(eq(x.customerId, 1)),
  },
  {
    name: 'update().from()',
    operation: 'update',
    write: (db) => db.update(x).set({ total: '0' }).from(customers).where(eq(customers.id, x.customerId)),
  },
  { name: 'update().returning()', operation: 'update', write: (db) => db.update(x).set({ total: '0' }).returning() },
  {
    name: 'update().prepare()',
    operation: 'update',
    write: (db) => db.update(x).set({ total: '0' }).prepare('u').execute(),
  },
  {
    name: 'update() in a batch',
    operation: 'update',
    write: (db) => batch(db.update(x).set({ total: '0' })),
    onlyBuilds: true,
  },
  {
    name: 'update().toSQL()',
    operation: 'update',
    write: (db) => db.update(x).set({ total: '0' }).toSQL().sql,
    onlyBuilds: true,
  },

  { name: 'delete()', operation: 'delete', write: (db) => db.delete(x) },
  { name: 'delete().where()', operation: 'delete', write: (db) => db.delete(x).where(eq(x.customerId, 1)) },
  { name: 'delete().returning()', operation: 'delete', write: (db) => db.delete(x).returning() },
  {
    name: 'delete().returning() of fields',
    operation: 'delete',
    write: (db) => db.delete(x).returning({ id: x.customerId }),
  },
  { name: 'delete().prepare()', operation: 'delete', write: (db) => db.delete(x).prepare('d').execute() },
  {
    name: 'delete() in a batch',
    operation: 'delete',
    write: (db) => batch(db.select().from(customers), db.delete(x)),
    onlyBuilds: true,
  },
  { name: 'delete().toSQL()', operation: 'delete', write: (db) => db.delete(x).toSQL().sql, onlyBuilds: true },

  { name: 'execute() of a delete()', operation: 'delete', write: (db) => db.execute(db.delete(x)) },
  {
    name: 'a delete() inside SQL',
    operation: 'delete',
    write: (db) => db.execute(sql`with gone as ${db.delete(x).returning()} select * from gone`),
  },

  {
    name: 'a CTE that deletes',
    operation: 'delete',
    write: (db) => {
      const gone = db.$with('gone').as(db.delete(x).returning());
      return db.with(gone).select().from(gone);
    },
  },
  {
    name: 'a CTE that inserts',
    operation: 'insert',
    write: (db) => {
      const added = db.$with('added').as(db.insert(x).values(row).returning());
      return db.with(added).select().from(added);
    },
  },
  {
    name: 'a CTE that updates',
    operation: 'update',
    write: (db) => {
      const changed = db.$with('changed').as(db.update(x).set({ total: '0' }).returning());
      return db.with(changed).select().from(changed);
    },
  },
  {
    name: 'insert() with a CTE',
    operation: 'insert',
    write: (db) =>
      db
        .with(db.$with('c').as(db.select().from(customers)))
        .insert(x)
        .values(row),
  },
  {
    name: 'update() with a CTE',
    operation: 'update',
    write: (db) =>
      db
        .with(db.$with('c').as(db.select().from(customers)))
        .update(x)
        .set({ total: '0' }),
  },
  {
    name: 'delete() with a CTE',
    operation: 'delete',
    write: (db) => db.with(db.$with('c').as(db.select().from(customers))).delete(x),
  },

  {
    name: 'insert() in a transaction',
    operation: 'insert',
    write: (db) => db.transaction((tx) => tx.insert(x).values(row)),
    inTransaction: true,
  },
  {
    name: 'update() in a transaction',
    operation: 'update',
    write: (db) => db.transaction((tx) => tx.update(x).set({ total: '0' })),
    inTransaction: true,
  },
  {
    name: 'delete() in a transaction',
    operation: 'delete',
    write: (db) => db.transaction((tx) => tx.delete(x)),
    inTransaction: true,
  },
  {
    name: 'delete() in a nested transaction',
    operation: 'delete',
    write: (db) => db.transaction((tx) => tx.transaction((inner) => inner.delete(x))),
    inTransaction: true,
  },

  { name: 'delete() with replicas', operation: 'delete', write: (db) => withReplicas(db, [db]).delete(x) },
  { name: 'delete() on $primary', operation: 'delete', write: (db) => withReplicas(db, [db]).$primary.delete(x) },

  {
    name: 'refreshMaterializedView()',
    operation: 'refreshMaterializedView',
    write: (db) => db.refreshMaterializedView(orderTotals as unknown as PgMaterializedView),
  },
  {
    name: 'refreshMaterializedView().concurrently()',
    operation: 'refreshMaterializedView',
    write: (db) => db.refreshMaterializedView(orderTotals as unknown as PgMaterializedView).concurrently(),
  },
  {
    name: 'refreshMaterializedView().toSQL()',
    operation: 'refreshMaterializedView',
    write: (db) => db.refreshMaterializedView(orderTotals as unknown as PgMaterializedView).toSQL().sql,
    onlyBuilds: true,
  },

  {
    name: 'delete() from an alias',
    operation: 'delete',
    write: (db) => db.delete(streamAlias(orderTotals, 'a') as never),
  },
  {
    name: "delete() from an alias of Drizzle's",
    operation: 'delete',
    write: (db) => db.delete(alias(orderTotals, 'a') as never),
  },
  {
    name: 'update() of an alias',
    operation: 'update',
    write: (db) => db.update(streamAlias(orderTotals, 'a') as unknown as shop.Writable).set({ total: '0' }),
  },
  {
    name: 'delete() from the table behind a column',
    operation: 'delete',
    write: (db) => db.delete(orderTotals.total.table),
  },
  {
    name: 'update() of the table behind a column',
    operation: 'update',
    write: (db) => db.update(orderTotals.total.table as shop.Writable).set({ total: '0' }),
  },
  {
    name: 'insert() into the table behind a column',
    operation: 'insert',
    write: (db) => db.insert(orderTotals.total.table as shop.Writable).values(row),
  },
  {
    name: 'update() of the table behind a column of a subquery',
    operation: 'update',
    write: (db) => {
      const inner = db.select().from(orderTotals).as('inner');
      return db.update(inner.total.table as unknown as shop.Writable).set({ total: '0' });
    },
  },
  ...(isDrizzle1 ? [] : [ARRAY_WRITE]),

  ...MADE_BY_DRIZZLE.flatMap(([name, make]): WriteCase[] => [
    {
      name: `insert() into ${name}`,
      operation: 'insert',
      write: (db) => db.insert(make(db) as shop.Writable).values(row),
    },
    {
      name: `update() of ${name}`,
      operation: 'update',
      write: (db) => db.update(make(db) as shop.Writable).set({ total: '0' }),
    },
    {
      name: `delete() from ${name}`,
      operation: 'delete',
      write: (db) => db.delete(make(db) as shop.Writable),
    },
  ]),
];

const of = orderTotals;

/** The stream table inside SQL of one's own, which Drizzle does not build. */
interface RawWrite {
  readonly name: string;
  /** As a guard calls it that reads the text; undefined where PostgreSQL alone refuses it, as it does all of them. */
  readonly operation: string | undefined;
  readonly write: (db: Db) => PromiseLike<unknown>;
}

export const RAW_WRITES: readonly RawWrite[] = [
  sql`delete from ${of}`,
  sql`delete from only ${of}`,
  sql`delete from /* all of it */ ${of} where true`,
  sql`delete\n  from\n  ${of}\n`,
  sql`delete from ${of} as o using ${customers}`,
  sql`insert into ${of} values (9, 1, 1)`,
  sql`insert into ${of} default values`,
  sql`update ${of} set total = 0`,
  sql`update only ${of} set total = 0`,
  sql`merge into ${of} using ${customers} on true when matched then delete`,
  sql`truncate ${of}`,
  sql`truncate table only ${of} cascade`,
  sql`drop table ${of}`,
  sql`alter table ${of} rename to gone`,
  sql`lock table ${of}`,
  sql`create index on ${of} (total)`,
  sql`refresh materialized view ${of}`,
  sql`delete from ${of.total.table}`,
  sql`truncate ${of.total.table}`,
  sql`delete from ${streamAlias(of, 'a')}`,
  sql`with gone as (delete from ${of} returning 1) select * from gone`,
].map((statement) => {
  const pieces = statement.queryChunks.filter((chunk) => 'value' in (chunk as object));
  const name = (pieces as { value: string | string[] }[])
    .map(({ value }) => [value].flat().join(''))
    .join('x')
    .replaceAll(/\s+/g, ' ');
  const [operation] = /\b(?:insert|update|delete|merge|truncate|drop table|alter table)\b/.exec(name) ?? [];
  return { name, operation, write: (db: Db) => db.execute(statement) };
});
