import { relational, streamAlias } from '@pgstream/drizzle';
import { eq, type SQL, sql } from 'drizzle-orm';
import {
  alias,
  bigint,
  integer,
  numeric,
  type PgMaterializedView,
  pgTable,
  pgView,
  withReplicas,
} from 'drizzle-orm/pg-core';
import type { WriteCall } from '../driver.ts';
import { customers, orders, orderTotals, samples, tableBehind } from './models.ts';
import type { Db, Native } from './session.ts';

/** The stream table as somebody would declare it who wants to write to it: its type gets past the types. */
type Writable = typeof writable;
const writable = pgTable('order_totals', {
  customerId: integer('customer_id').notNull(),
  total: numeric(),
  orders: bigint({ mode: 'bigint' }),
});

/** In Drizzle 1.0 the elements of an array have no column of their own. */
const { baseColumn } = samples.tags as unknown as { readonly baseColumn?: typeof samples.label };
const ELEMENTS: readonly Target[] = baseColumn
  ? [
      {
        of: 'the table behind the elements of an array',
        target: tableBehind(baseColumn),
        table: 'sample_rows',
      },
    ]
  : [];

/** What leads from a model to a target that Drizzle would write to. */
const TARGETS: readonly Target[] = [
  { of: 'the stream table', target: orderTotals },
  { of: 'an alias', target: streamAlias(orderTotals, 'a') },
  { of: 'the table behind a column', target: tableBehind(orderTotals.total) },
  { of: 'the variant for relational queries', target: relational(orderTotals) },
  { of: 'an alias of that variant', target: alias(relational(orderTotals) as unknown as Writable, 'a') },
  {
    of: 'an alias of that variant, named as the table',
    target: alias(relational(orderTotals) as unknown as Writable, 'order_totals'),
  },
  {
    of: 'the table behind a column of a view',
    target: tableBehind(pgView('totals_view').as((query) => query.select().from(orderTotals)).total),
  },
  ...ELEMENTS,
];

interface Target {
  readonly of: string;
  readonly target: unknown;
  readonly table?: string;
}

/** What the builders of writes have in common. */
interface Statement extends PromiseLike<unknown> {
  execute(): Promise<unknown>;
  prepare(name: string): { execute(): Promise<unknown> };
  toSQL(): { readonly sql: string };
  getSQL(): SQL;
  returning?(): never;
  /** What batch drivers do with each statement before they send any. */
  _prepare(): { getQuery(): { params: unknown[] }; execute(): Promise<unknown> };
}

interface Write {
  readonly name: string;
  readonly operation: 'insert' | 'update' | 'delete' | 'refreshMaterializedView';
  build(db: Builders, x: Writable): Statement;
}

type Builders = Pick<Db, 'insert' | 'update' | 'delete'> & Db;

const row = { customerId: 9, total: '1', orders: 1n };

const WRITES: readonly Write[] = [
  insert('values()', (db, x) => db.insert(x).values(row)),
  insert('values() of many', (db, x) => db.insert(x).values([row, row])),
  insert('values() of defaults', (db, x) => db.insert(x).values({} as never)),
  insert('values() of SQL', (db, x) => db.insert(x).values({ customerId: sql`1 + 1`, total: sql`0` })),
  insert('overridingSystemValue()', (db, x) => db.insert(x).overridingSystemValue().values(row)),
  insert('onConflictDoNothing()', (db, x) => db.insert(x).values(row).onConflictDoNothing()),
  insert('onConflictDoUpdate()', (db, x) =>
    db
      .insert(x)
      .values(row)
      .onConflictDoUpdate({ target: orderTotals.customerId, set: { total: '2' } }),
  ),
  insert('select() of a query', (db, x) => db.insert(x).select(db.select().from(orderTotals) as never)),
  insert('select() of a callback', (db, x) =>
    db
      .insert(x)
      .select((qb) =>
        qb
          .select({ customerId: orders.customerId, total: orders.amount, orders: sql<bigint>`1`.as('orders') })
          .from(orders),
      ),
  ),
  insert('select() of SQL', (db, x) => db.insert(x).select(sql`select 9, 1, 1`)),
  update('set()', (db, x) => db.update(x).set({ total: '0' })),
  update('set() of SQL', (db, x) => db.update(x).set({ total: sql`total + 1` })),
  update('where()', (db, x) => db.update(x).set({ total: '0' }).where(eq(orderTotals.customerId, 1))),
  update('from()', (db, x) =>
    db.update(x).set({ total: '0' }).from(customers).where(eq(customers.id, orderTotals.customerId)),
  ),
  remove('all', (db, x) => db.delete(x)),
  remove('where()', (db, x) => db.delete(x).where(eq(orderTotals.customerId, 1))),
  refresh('', (db, x) => db.refreshMaterializedView(x)),
  refresh('concurrently()', (db, x) => db.refreshMaterializedView(x).concurrently()),
  refresh('withNoData()', (db, x) => db.refreshMaterializedView(x).withNoData()),
];

interface Way {
  readonly name: string;
  run(db: Db, build: (db: Builders) => Statement): unknown;
  readonly onlyBuilds?: boolean;
  /** It takes the rows that a write returns. */
  readonly returning?: boolean;
}

/** Every way in which a write that is built gets to the server, or would. */
const WAYS: readonly Way[] = [
  { name: 'awaited', run: (db, build) => build(db) },
  { name: 'execute()', run: (db, build) => build(db).execute() },
  { name: 'prepare()', run: (db, build) => build(db).prepare('write').execute() },
  { name: 'returning()', returning: true, run: (db, build) => returning(build(db)) },
  { name: 'db.execute()', run: (db, build) => db.execute(build(db).getSQL()) },
  {
    name: 'in SQL of one’s own',
    returning: true,
    run: (db, build) => db.execute(sql`with w as ${returning(build(db))} select * from w`),
  },
  {
    name: 'in a CTE',
    returning: true,
    run: (db, build) => {
      const cte = db.$with('w').as(returning(build(db)));
      return db.with(cte).select().from(cte);
    },
  },
  {
    name: 'with a CTE',
    run: (db, build) => {
      const cte = db.$with('c').as(db.select().from(customers));
      return build(Object.assign(Object.create(db) as Builders, db.with(cte)));
    },
  },
  { name: 'in a transaction', run: (db, build) => db.transaction((tx) => Promise.resolve(build(tx))) },
  {
    name: 'in a nested transaction',
    run: (db, build) => db.transaction((tx) => tx.transaction((inner) => Promise.resolve(build(inner)))),
  },
  { name: 'with replicas', run: (db, build) => build(withReplicas(db, [db])) },
  { name: 'on $primary', run: (db, build) => build(withReplicas(db, [db]).$primary) },
  // oxlint-disable-next-line eslint/no-underscore-dangle -- the name is Drizzle's
  { name: 'in a batch', onlyBuilds: true, run: (db, build) => build(db)._prepare().getQuery().params.length },
  { name: 'toSQL()', onlyBuilds: true, run: (db, build) => build(db).toSQL().sql },
];

/** Every write in every way, to the stream table itself; to what leads to it, each write once. */
export const writes: readonly WriteCall<Native>[] = TARGETS.flatMap((target) =>
  WRITES.flatMap((write) => WAYS.filter((way) => applies(target, write, way)).map((way) => callOf(target, write, way))),
);

function applies({ of, table }: Target, { name: write, operation }: Write, { name, returning: returns }: Way): boolean {
  // Columns of another table meet Drizzle's own complaint.
  if (table !== undefined && write.startsWith('select')) return false;
  if (of !== TARGETS[0]?.of) return name === 'awaited';
  if (operation !== 'refreshMaterializedView') return true;
  return !returns && name !== 'with a CTE';
}

function callOf({ of, target, table }: Target, { name, operation, build }: Write, way: Way): WriteCall<Native> {
  return {
    name: `${[operation, name].filter(Boolean).join(' ')} of ${of}, ${way.name}`,
    operation,
    ...(table === undefined ? {} : { table }),
    ...(way.onlyBuilds ? { onlyBuilds: true } : {}),
    call: ({ db }) => way.run(db, (on) => build(on, target as Writable)),
  };
}

function returning(statement: Statement): never {
  return statement.returning?.() as never;
}

type Build = (db: Builders, x: Writable) => unknown;

function insert(name: string, build: Build): Write {
  return { name, operation: 'insert', build: build as Write['build'] };
}

function update(name: string, build: Build): Write {
  return { name, operation: 'update', build: build as Write['build'] };
}

function remove(name: string, build: Build): Write {
  return { name, operation: 'delete', build: build as Write['build'] };
}

function refresh(name: string, build: (db: Builders, x: PgMaterializedView) => unknown): Write {
  return { name, operation: 'refreshMaterializedView', build: build as unknown as Write['build'] };
}
