import { apply, plan, writeMigrations } from '@pgstream/core/definitions';
import { testDatabase } from '@pgstream/harness';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import {
  Column,
  DefaultNamingStrategy,
  Entity,
  ManyToOne,
  JoinColumn,
  PrimaryColumn,
  type DataSource,
  type DataSourceOptions,
  type MigrationInterface,
} from 'typeorm';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  defineStreamTable,
  fromTypeORM,
  StreamTable,
  StreamTableEntity,
  streamTableDefinitions,
} from '../src/index.ts';
import { newDataSource, openDataSource } from './shop/index.ts';

@Entity('customers')
class Customer {
  @PrimaryColumn('int') id!: number;
  @Column('text') region!: string;
}

@Entity('orders')
class Order {
  @PrimaryColumn('int') id!: number;
  @Column('int', { name: 'customer_id' }) customerId!: number;
  @ManyToOne(() => Customer, { createForeignKeyConstraints: false })
  @JoinColumn({ name: 'customer_id' })
  customer?: Customer;
  @Column('numeric', { precision: 12, scale: 2, nullable: true }) amount!: string | null;
  @Column('timestamptz', { name: 'placed_at', nullable: true }) placedAt!: Date | null;
}

@StreamTable({
  name: 'order_totals',
  schedule: '5m',
  comment: 'What each customer has ordered.',
  query: (dataSource) =>
    dataSource
      .createQueryBuilder(Order, 'o')
      .select('o.customerId', 'customer_id')
      .addSelect('SUM(o.amount)', 'total')
      .addSelect('COUNT(*)', 'orders')
      .where('o.amount > :least AND o.placedAt >= :from', { least: '1.5', from: new Date('2026-01-01T00:00:00Z') })
      .andWhere('o.customerId IN (:...customers)', { customers: [1, 2, 3] })
      .groupBy('o.customerId'),
})
class OrderTotals extends StreamTableEntity {
  @PrimaryColumn('int', { name: 'customer_id' }) customerId!: number;
  @Column('decimal', { precision: 12, scale: 2 }) total!: string;
  @Column('int8') orders!: string;
}

const RegionTotals = defineStreamTable({
  name: 'region_totals',
  schema: 'analytics',
  schedule: { everyMs: 120_000 },
  refreshMode: 'FULL',
  view: 'regions',
  columns: { region: 'text', largest: { type: 'numeric', nullable: true } },
  query: (dataSource) =>
    dataSource
      .createQueryBuilder()
      .select('c.region', 'region')
      .addSelect('MAX(t.total)', 'largest')
      .from(OrderTotals, 't')
      .innerJoin(Customer, 'c', 'c.id = t.customerId')
      .groupBy('c.region'),
});

const InText = defineStreamTable({
  name: 'in_text',
  columns: { id: 'int', tags: { type: 'text', array: true } },
  query: `SELECT id, ARRAY['a', '$1'] AS tags FROM public.orders`,
});

const Renamed = defineStreamTable({
  name: 'spent',
  columns: { customerId: { type: 'int', name: 'customer_id' }, label: 'text' },
  query: (dataSource) =>
    dataSource
      .createQueryBuilder(Order, 'o')
      .select('o.customerId', 'customer_id')
      .addSelect(':label::text', 'label')
      .setParameter('label', 'it\'s `${x}` \\ "y"'),
});

/** Made by something else. */
const WithoutQuery = defineStreamTable({ name: 'without_query', columns: { id: 'int' } });

const entities = [Customer, Order, OrderTotals, RegionTotals, InText, WithoutQuery];
type Options = Partial<Extract<DataSourceOptions, { type: 'postgres' }>>;

describe('streamTableDefinitions()', () => {
  const database = testDatabase();
  const open = (options: Options = {}): Promise<DataSource> => openDataSource(database.url, { entities, ...options });
  let admin: Client;

  beforeAll(async () => {
    admin = await database.connect();
    await admin.query(`CREATE SCHEMA analytics; CREATE TABLE public.customers (id int PRIMARY KEY, region text NOT NULL);
CREATE TABLE public.orders (id int PRIMARY KEY, customer_id int NOT NULL, amount numeric(12,2), placed_at timestamptz);
INSERT INTO public.customers VALUES (1, 'north'), (2, 'south'), (3, 'south');
INSERT INTO public.orders SELECT n, n % 4, n * 0.5, '2025-12-20'::timestamptz + n * interval '1 day' FROM generate_series(1, 60) AS n`);
  });

  it('gives what plan() takes, by the names of the database, values written into the queries', async () => {
    expect(streamTableDefinitions(await open(), { source: 'src/entities.ts' })).toStrictEqual([
      {
        name: { schema: 'public', name: 'order_totals' },
        query: `SELECT "o"."customer_id" AS "customer_id", SUM("o"."amount") AS "total", COUNT(*) AS "orders" FROM "orders" "o" WHERE "o"."amount" > '1.5' AND "o"."placed_at" >= '2026-01-01T00:00:00.000Z' AND "o"."customer_id" IN ('1', '2', '3') GROUP BY "o"."customer_id"`,
        schedule: '5m',
        refreshMode: undefined,
        view: undefined,
        columns: [
          { name: 'customer_id', type: 'integer' },
          { name: 'total', type: 'numeric' },
          { name: 'orders', type: 'bigint' },
        ],
        comment: 'What each customer has ordered.',
        source: 'src/entities.ts',
      },
      {
        name: { schema: 'analytics', name: 'region_totals' },
        query: `SELECT "c"."region" AS "region", MAX("t"."total") AS "largest" FROM "public"."order_totals" "t" INNER JOIN "customers" "c" ON "c"."id" = "t"."customer_id" GROUP BY "c"."region"`,
        schedule: { everyMs: 120_000 },
        refreshMode: 'FULL',
        view: 'regions',
        columns: [
          { name: 'region', type: 'text' },
          { name: 'largest', type: 'numeric' },
        ],
        comment: undefined,
        source: 'src/entities.ts',
      },
      {
        name: { schema: 'public', name: 'in_text' },
        query: `SELECT id, ARRAY['a', '$1'] AS tags FROM public.orders`,
        schedule: undefined,
        refreshMode: undefined,
        view: undefined,
        columns: [
          { name: 'id', type: 'integer' },
          { name: 'tags', type: 'text[]' },
        ],
        comment: undefined,
        source: 'src/entities.ts',
      },
    ]);
  });

  it('keeps to the schema, the prefix and the naming strategy of the DataSource', async () => {
    class Upper extends DefaultNamingStrategy {
      override columnName(property: string, custom: string): string {
        return custom || property.toUpperCase();
      }
    }
    const dataSource = await open({ schema: 'analytics', entityPrefix: 'p_', namingStrategy: new Upper() });
    const [first, , third] = streamTableDefinitions(dataSource);
    expect(first?.name).toStrictEqual({ schema: 'analytics', name: 'p_order_totals' });
    expect(first?.query).toContain('FROM "analytics"."p_orders" "o"');
    expect(third?.columns).toMatchObject([{ name: 'ID' }, { name: 'TAGS' }]);
  });

  it('asks for an initialized DataSource', () => {
    expect(() => streamTableDefinitions(newDataSource(database.url, { entities }))).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('initialize()') as string }),
    );
  });

  it('of each of them makes a stream table that reads as the entity says, and has the rows of the query', async () => {
    const dataSource = await open();
    const executor = fromTypeORM(dataSource);
    const definitions = streamTableDefinitions(dataSource);
    await apply(executor, await plan(executor, definitions));
    expect(await plan(executor, definitions)).toMatchObject({ changes: 0 });
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
    const totals = await dataSource.getRepository(OrderTotals).findOneByOrFail({ customerId: 1 });
    expect(totals.orders).toBe('12');
  });

  it('of a plan make a migration that TypeORM runs and takes back', async () => {
    const dataSource = await open({ entities: [Customer, Order, Renamed] });
    const executor = fromTypeORM(dataSource);
    const definitions = streamTableDefinitions(dataSource);
    const { files } = writeMigrations(await plan(executor, definitions), 'typeorm');
    const folder = await mkdtemp(join(import.meta.dirname, 'run-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const [file] = files;
    if (!file) throw new Error('There should be a migration.');
    await writeFile(join(folder, file.path), file.text);
    const classes = Object.values(
      (await import(join(folder, file.path))) as Record<string, new () => MigrationInterface>,
    );
    const migrating = await open({ entities: [Customer, Order, Renamed], migrations: classes });
    expect(await migrating.runMigrations()).toHaveLength(1);
    expect(await plan(executor, definitions)).toMatchObject({ changes: 0 });
    expect(await migrating.getRepository(Renamed).count()).toBeGreaterThan(0);
    expect((await migrating.driver.createSchemaBuilder().log()).upQueries).toStrictEqual([]);
    await migrating.undoLastMigration();
    expect((await plan(executor, definitions)).changes).toBe(1);
  });
});
