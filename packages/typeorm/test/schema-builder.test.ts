import { createPgStream } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import { connect, extension, freshDatabase } from '@pgstream/harness';
import {
  Column,
  DataSource,
  Entity,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  type MigrationInterface,
  OneToMany,
  OneToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type QueryRunner,
  Tree,
  TreeChildren,
  TreeParent,
} from 'typeorm';
import type { Client } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { StreamTable, StreamTableEntity } from '../src/index.ts';
import { openDataSource, shopDatabase } from './shop/index.ts';

const database = shopDatabase();
let admin: Client;
beforeAll(async () => {
  admin = await database.connect();
});

@Entity('clients')
class Account {
  @PrimaryColumn('int') id!: number;
  @Column('int', { name: 'total_id', nullable: true }) totalId!: number | null;
  @ManyToOne(() => Totals)
  @JoinColumn({ name: 'total_id' })
  total?: Totals;
  @OneToOne(() => Totals)
  @JoinColumn({ name: 'best_id' })
  best?: Totals;
  @ManyToMany(() => Totals)
  @JoinTable({ name: 'client_totals' })
  all?: Totals[];
  @OneToMany(() => Totals, (totals) => totals.account) owned?: Totals[];
}

@StreamTable({ name: 'order_totals', comment: 'not ours to comment' })
@Tree('closure-table')
class Totals extends StreamTableEntity {
  @PrimaryColumn('int', { name: 'customer_id' }) customerId!: number;
  @Column('text', { name: 'not_in_the_database', nullable: true }) more!: string | null;
  @ManyToOne(() => Account, (account) => account.owned)
  @JoinColumn({ name: 'account_id' })
  account?: Account;
  @TreeParent() parent?: Totals;
  @TreeChildren() children?: Totals[];
}

const entities = [Account, Totals];

/** All that PostgreSQL knows of a table that a schema builder could change. */
async function definitionOf(table: string): Promise<unknown> {
  const { rows } = await admin.query(
    `SELECT array(SELECT attname || ' ' || format_type(atttypid, atttypmod) || attnotnull FROM pg_attribute
              WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum) AS columns,
            array(SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = $1::regclass ORDER BY 1) AS indexes,
            array(SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE $1::regclass IN (conrelid, confrelid) ORDER BY 1) AS constraints,
            obj_description($1::regclass) AS comment`,
    [table],
  );
  return rows[0];
}

describe('schema synchronisation', () => {
  it('neither creates nor alters a stream table, nor points a foreign key to or from it', async () => {
    const before = await definitionOf('public.order_totals');
    const dataSource = await openDataSource(database.url, { entities, synchronize: true });
    expect(await definitionOf('public.order_totals')).toEqual(before);
    const constraints = (await definitionOf('public.client_totals')) as { constraints: string[] };
    // Those of the ordinary entity stay.
    expect(constraints.constraints.filter((constraint) => constraint.startsWith('FOREIGN KEY'))).toEqual([
      expect.stringContaining('REFERENCES clients(id)'),
    ]);
    expect(await admin.query(`SELECT FROM pg_class WHERE relname LIKE 'order_totals_closure'`)).toMatchObject({
      rowCount: 0,
    });
    expect((await dataSource.driver.createSchemaBuilder().log()).upQueries).toEqual([]);
  });

  it('of a stream entity alone has nothing to do, in a database without the stream table too', async () => {
    const empty = await openDataSource(await freshDatabase(), { entities: [PlainlyMapped, Totals, Account] });
    const { upQueries } = await empty.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query).filter((query) => query.includes('order_totals'))).toEqual([]);
    expect(upQueries.map(({ query }) => query).some((query) => query.includes('CREATE TABLE "clients"'))).toBe(true);
  });

  it('leaves the table alone also where an ordinary entity is mapped to it', async () => {
    const before = await definitionOf('public.order_totals');
    await openDataSource(database.url, { entities: [PlainlyMapped, ...entities], synchronize: true });
    expect(await definitionOf('public.order_totals')).toEqual(before);
  });
});

@Entity('order_totals')
class PlainlyMapped {
  @PrimaryGeneratedColumn() id!: number;
}

class CreateTotals1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE sales (id int PRIMARY KEY, amount int)');
    await runner.query(`SELECT ${extension.schema}.create_stream_table('public.sale_totals', $1, schedule => '1h')`, [
      'SELECT id, amount FROM public.sales',
    ]);
    await runner.query('CREATE INDEX ON sale_totals (amount)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`SELECT ${extension.schema}.drop_stream_table('public.sale_totals')`);
    await runner.query('DROP TABLE sales');
  }
}

@StreamTable('sale_totals')
class SaleTotals extends StreamTableEntity {
  @PrimaryColumn('int') id!: number;
  @Column('int') amount!: number;
}

it('migrations create, index and drop stream tables by the extension’s functions', async () => {
  const dataSource = await openDataSource(database.url, {
    entities: [SaleTotals],
    migrations: [CreateTotals1700000000000],
  });
  await dataSource.runMigrations();
  expect(await SaleTotals.isStale()).toBe(false);
  await dataSource.undoLastMigration();
  await expect(SaleTotals.isStale()).rejects.toThrow('There is no stream table "sale_totals"');
});

describe('dropDatabase()', () => {
  it('is refused while it would drop a stream table, declared or not', async () => {
    const url = await freshDatabase();
    const client = await connect(url);
    await client.query(`CREATE TABLE public.t (id int PRIMARY KEY);
      SELECT pgstream.create_stream_table('public.undeclared', 'SELECT id FROM public.t')`);
    const dataSource = await openDataSource(url, { entities: [Account, Totals] });
    for (const call of [() => dataSource.dropDatabase(), () => dataSource.synchronize(true)]) {
      await expect(call()).rejects.toThrow(
        /^dropDatabase was refused: "undeclared" is a stream table.*in the schemas public, these stream tables among them: public\.undeclared\. Drop them first/,
      );
    }
    await createPgStream(fromPg(client)).table('undeclared').drop();
    await dataSource.dropDatabase();
    expect(await client.query(`SELECT FROM pg_tables WHERE schemaname = 'public'`)).toMatchObject({ rowCount: 0 });
  });

  it('of a query runner asks on its own connection, which may be the only one', async () => {
    const dataSource = await openDataSource(database.url, { entities: [Account, Totals], extra: { max: 1 } });
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await expect(runner.clearDatabase()).rejects.toThrow('dropDatabase was refused');
    expect(await runner.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await runner.rollbackTransaction();
    await runner.release();
  });

  it.each([
    ['dropDatabase()', {}, (dataSource: DataSource) => dataSource.dropDatabase()],
    ['synchronize(true)', {}, (dataSource: DataSource) => dataSource.synchronize(true)],
    ['dropSchema', { dropSchema: true }, async () => undefined],
  ] as const)('by %s clears no schema that no entity names', async (_, options, drop) => {
    const url = await freshDatabase();
    const client = await connect(url);
    await client.query(`CREATE SCHEMA app; CREATE TABLE app.clients (id int); CREATE TABLE public.treasure (id int);
      ALTER DATABASE ${new URL(url).pathname.slice(1)} SET search_path = app`);
    @Entity('plain')
    class Plain {
      @PrimaryColumn('int') id!: number;
    }
    // Its table is not created yet.
    @StreamTable('not_yet')
    class NotYet extends StreamTableEntity {
      @PrimaryColumn('int') id!: number;
    }
    const dataSource = await openDataSource(url, { entities: [Plain, NotYet], ...options });
    await drop(dataSource);
    const { rows } = await client.query<{ name: string }>(
      `SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname IN ('app', 'public') ORDER BY 1`,
    );
    const tables = rows.map(({ name }) => name);
    expect(tables).toContain('public.treasure');
    expect(tables).not.toContain('app.clients');
    // Whatever the search_path is, it is read where the helpers look for it.
    await expect(NotYet.find()).rejects.toThrow('relation "public.not_yet" does not exist');
    await expect(NotYet.isStale()).rejects.toMatchObject({ code: 'NOT_FOUND', schema: 'public' });
  });

  it('by dropDatabase() is refused for the schema that TypeORM is told, by a function of the search_path’s, too', async () => {
    const url = await freshDatabase();
    const client = await connect(url);
    await client.query(`
      CREATE SCHEMA shadow; CREATE SCHEMA app; CREATE TABLE app.clients (id int PRIMARY KEY);
      SELECT pgstream.create_stream_table(name => 'app.totals', query => 'SELECT id FROM app.clients');
      CREATE FUNCTION shadow.current_schema() RETURNS name LANGUAGE sql AS $$ SELECT 'app'::name $$;
      ALTER DATABASE ${new URL(url).pathname.slice(1)} SET search_path = shadow, pg_catalog, public`);
    const dataSource = await openDataSource(url, { entities: [Account, Totals] });
    await expect(dataSource.dropDatabase()).rejects.toMatchObject({
      code: 'READ_ONLY',
      schema: 'app',
      table: 'totals',
    });
    expect(await client.query('SELECT FROM app.totals')).toMatchObject({ rowCount: 0 });
  });

  it('goes on in a database without the extension', async () => {
    const url = await freshDatabase();
    const client = await connect(url);
    await client.query('DROP EXTENSION pg_stream CASCADE; CREATE TABLE public.t (id int)');
    const dataSource = await openDataSource(url, { entities: [Account, Totals] });
    await dataSource.dropDatabase();
    expect(await client.query(`SELECT FROM pg_tables WHERE schemaname = 'public'`)).toMatchObject({ rowCount: 0 });
  });

  it('of a DataSource without stream entities is TypeORM’s own', () => {
    expect(new DataSource({ type: 'postgres', url: database.url }).dropDatabase).toBe(
      DataSource.prototype.dropDatabase,
    );
  });
});
