import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { apply, plan, writeMigrations } from '@pgstream/core/definitions';
import { testDatabase } from '@pgstream/harness';
import { and, avg, count, eq, gt, inArray, max, sql, sum } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { alias, bigint, date, integer, jsonb, numeric, pgSchema, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import type { Client } from 'pg';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { fromDrizzle, pgStreamSchema, pgStreamTable, streamTableDefinitions } from '../src/index.ts';
import { isDrizzle1 } from './shop/index.ts';

const customers = pgTable('customers', { id: integer().primaryKey(), region: text().notNull() });
const orders = pgTable('orders', {
  id: integer().primaryKey(),
  customerId: integer('customer_id').notNull(),
  amount: numeric({ precision: 12, scale: 2 }),
  placedAt: timestamp('placed_at', { withTimezone: true }),
});
const visits = pgSchema('web').table('visits', { day: date().notNull(), page: text() });

const orderTotals = pgStreamTable(
  'order_totals',
  { customerId: integer('customer_id').notNull(), total: numeric(), orders: bigint({ mode: 'number' }) },
  { schedule: '5m', refreshMode: 'DIFFERENTIAL', view: 'totals' },
).as((qb) =>
  qb
    .select({ customerId: orders.customerId, total: sum(orders.amount).as('total'), orders: count().as('orders') })
    .from(orders)
    .groupBy(orders.customerId),
);

const DEFINED = {
  orderTotals,
  withValues: pgStreamTable('with_values', {
    id: integer(),
    label: text(),
    placedAt: timestamp('placed_at', { withTimezone: true }),
  }).as((qb) =>
    qb
      .select({ id: orders.id, label: sql<string>`${"it's \\ $1"}::text`.as('label'), placedAt: orders.placedAt })
      .from(orders)
      .where(
        and(
          gt(orders.amount, '10.5'),
          inArray(orders.customerId, [1, 2]),
          gt(orders.placedAt, new Date('2026-01-01T00:00:00Z')),
        ),
      ),
  ),
  joined: pgStreamTable('joined', { id: integer(), region: text() }).as((qb) => {
    const c = alias(customers, 'c');
    return qb.select({ id: orders.id, region: c.region }).from(orders).innerJoin(c, eq(c.id, orders.customerId));
  }),
  ofAStreamTable: pgStreamTable('largest', { region: text(), total: numeric() }).as((qb) =>
    qb
      .select({ region: customers.region, total: max(orderTotals.total).as('total') })
      .from(orderTotals)
      .innerJoin(customers, eq(customers.id, orderTotals.customerId))
      .groupBy(customers.region),
  ),
  inSql: pgStreamSchema('web', { schedule: '@hourly', refreshMode: 'FULL' })
    .streamTable('by_day', { day: date(), pages: bigint({ mode: 'number' }), doc: jsonb() })
    .as(
      sql`SELECT ${visits.day}, count(*) AS pages, ${JSON.stringify({ a: 1 })}::jsonb AS doc FROM ${visits} GROUP BY 1`,
    ),
  withCte: pgStreamTable('with_cte', { customerId: integer('customer_id'), mean: numeric() }).as((qb) => {
    const large = qb.$with('large').as(qb.select().from(orders).where(gt(orders.amount, '5')));
    return qb
      .with(large)
      .select({ customerId: large.customerId, mean: avg(large.amount).as('mean') })
      .from(large)
      .groupBy(large.customerId);
  }),
};

describe('streamTableDefinitions()', () => {
  const database = testDatabase();
  let admin: Client;

  beforeAll(async () => {
    admin = await database.connect();
    await admin.query(`CREATE TABLE public.customers (id int PRIMARY KEY, region text NOT NULL);
CREATE TABLE public.orders (id int PRIMARY KEY, customer_id int NOT NULL, amount numeric(12,2), placed_at timestamptz);
CREATE SCHEMA web; CREATE TABLE web.visits (day date NOT NULL, page text);
INSERT INTO public.customers VALUES (1, 'north'), (2, 'south'), (3, 'south');
INSERT INTO public.orders SELECT n, n % 3 + 1, n * 1.5, '2025-12-20'::timestamptz + n * interval '1 day' FROM generate_series(1, 60) AS n;
INSERT INTO web.visits SELECT '2026-01-01'::date + n % 5, 'p' || n FROM generate_series(1, 20) AS n`);
  });

  it('gives what plan() takes: names, queries without parameters, schedules, modes, and the columns with their types', () => {
    const [first, ...others] = streamTableDefinitions(
      { orders, ...DEFINED, helper: () => 1 },
      { source: 'src/schema.ts' },
    );
    expect(first).toStrictEqual({
      name: { schema: 'public', name: 'order_totals' },
      query:
        'select "customer_id", sum("amount") as "total", count(*) as "orders" from "orders" group by "orders"."customer_id"',
      schedule: '5m',
      refreshMode: 'DIFFERENTIAL',
      view: 'totals',
      columns: [
        { name: 'customer_id', type: 'integer' },
        { name: 'total', type: 'numeric' },
        { name: 'orders', type: 'bigint' },
      ],
      source: 'src/schema.ts',
    });
    expect(others.map(({ name }) => name)).toStrictEqual([
      { schema: 'public', name: 'with_values' },
      { schema: 'public', name: 'joined' },
      { schema: 'public', name: 'largest' },
      { schema: 'web', name: 'by_day' },
      { schema: 'public', name: 'with_cte' },
    ]);
    expect(others[3]).toMatchObject({ schedule: '@hourly', refreshMode: 'FULL' });
    for (const { query } of others) expect(query).not.toMatch(/\$\d(?!')/);
  });

  it('passes over what is no stream table and what has no query, and takes lists, each table once', () => {
    const plain = pgStreamTable('plain', { id: integer() });
    expect(streamTableDefinitions([orders, plain, orderTotals, orderTotals, null, 'x'])).toHaveLength(1);
    expect(streamTableDefinitions({})).toStrictEqual([]);
  });

  it('names a placeholder, which nobody would fill in', () => {
    const table = pgStreamTable('t', { id: integer() }).as((qb) =>
      qb
        .select({ id: orders.id })
        .from(orders)
        .where(eq(orders.customerId, sql.placeholder('customer'))),
    );
    expect(() => streamTableDefinitions([table])).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        table: 't',
        message: expect.stringContaining('placeholder "customer"') as string,
      }),
    );
  });

  it('reads a query when it is asked for, so that what it reads may be declared later', () => {
    const early = pgStreamTable('early', { id: integer() }).as((qb) => qb.select({ id: late.id }).from(late));
    const late = pgTable('late', { id: integer().notNull() });
    expect(streamTableDefinitions([early])).toMatchObject([{ query: 'select "id" from "late"' }]);
  });

  it.skipIf(isDrizzle1)(
    'names columns by the casing of the db, in queries and in models (Drizzle 0.45: 1.0 has none)',
    () => {
      const sources = pgTable('sources', { someKey: integer() });
      const table = pgStreamTable('t', { someKey: integer() }).as((qb) =>
        qb.select({ someKey: sources.someKey }).from(sources),
      );
      expect(streamTableDefinitions([table], { casing: 'snake_case' })).toMatchObject([
        { query: 'select "some_key" from "sources"', columns: [{ name: 'some_key' }] },
      ]);
      expect(streamTableDefinitions([table])).toMatchObject([
        { query: 'select "someKey" from "sources"', columns: [{ name: 'someKey' }] },
      ]);
    },
  );

  it('of each of them makes a stream table that reads as the model says, and has the rows of the query', async () => {
    const db = drizzle(database.url);
    const definitions = streamTableDefinitions(DEFINED);
    await apply(fromDrizzle(db), await plan(fromDrizzle(db), definitions));
    expect(await plan(fromDrizzle(db), definitions)).toMatchObject({ changes: 0 });
    for (const { name: named, query, columns } of definitions) {
      const { schema, name } = named as { schema: string; name: string };
      const { rows } = await admin.query(
        `SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
WHERE attrelid = $1::regclass AND attnum > 0 AND attname !~ '^__pg[st]_' ORDER BY attnum`,
        [`${schema}.${name}`],
      );
      expect({ name, columns: rows as unknown }).toStrictEqual({ name, columns });
      const list = rows.map((row: { name: string }) => `"${row.name}"`).join(', ');
      const differing = await admin.query(`(SELECT ${list} FROM ${schema}.${name} EXCEPT ALL (${query}))
UNION ALL ((${query}) EXCEPT ALL SELECT ${list} FROM ${schema}.${name})`);
      expect({ name, differing: differing.rows }).toStrictEqual({ name, differing: [] });
    }
    expect(await db.select().from(orderTotals).where(eq(orderTotals.customerId, 1))).toStrictEqual([
      { customerId: 1, total: '945.00', orders: 20 },
    ]);
    await db.$client.end();
  });

  it('leaves names that differ to plan(), which shows both sides', async () => {
    const db = drizzle(database.url);
    const table = pgStreamTable('misfit', { id: integer(), size: integer() }).as(sql`SELECT 1 AS id, 2 AS length`);
    await expect(plan(fromDrizzle(db), streamTableDefinitions([table], { source: 'src/schema.ts' }))).rejects.toThrow(
      /misfit.*src\/schema\.ts.*size is not in it.*Declared: \(id integer, size integer\).*gives: \(id integer, length integer\)/,
    );
    await db.$client.end();
  });

  it('of a plan make a migration that Drizzle runs', async () => {
    const db = drizzle(database.url);
    const spent = pgStreamTable('spent', { id: integer(), label: text() }).as((qb) =>
      qb.select({ id: orders.id, label: sql<string>`${'`${x}` \\ --> "y"'}::text`.as('label') }).from(orders),
    );
    const second = pgStreamTable('second', { id: integer() }).as((qb) => qb.select({ id: spent.id }).from(spent));
    const definitions = streamTableDefinitions([spent, second]);
    const { files } = writeMigrations(await plan(fromDrizzle(db), definitions), 'drizzle', {
      version: '20260102030405',
    });
    const folder = await mkdtemp(join(import.meta.dirname, 'run-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    for (const { path, text: content } of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    if (!isDrizzle1) await asCustomMigration(folder);
    await migrate(db, { migrationsFolder: folder });
    expect(await plan(fromDrizzle(db), definitions)).toMatchObject({ changes: 0 });
    expect(await db.select({ label: spent.label }).from(spent).limit(1)).toStrictEqual([
      { label: '`${x}` \\ --> "y"' },
    ]);
    await db.$client.end();
  });
});

/** Puts the text into the file that `drizzle-kit generate --custom` makes, which is written down in a journal. */
async function asCustomMigration(folder: string): Promise<void> {
  const migration = await readFile(join(folder, '20260102030405_stream_tables/migration.sql'), 'utf8');
  await rm(join(folder, '20260102030405_stream_tables'), { recursive: true });
  await writeFile(join(folder, '0000_stream_tables.sql'), migration);
  const entry = { idx: 0, version: '7', when: 1_767_323_045_000, tag: '0000_stream_tables', breakpoints: true };
  await mkdir(join(folder, 'meta'));
  await writeFile(
    join(folder, 'meta/_journal.json'),
    JSON.stringify({ version: '7', dialect: 'postgresql', entries: [entry] }),
  );
}
