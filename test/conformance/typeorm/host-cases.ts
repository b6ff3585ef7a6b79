import { StreamTable, StreamTableEntity } from '@pgstream/typeorm';
import { cleanUpLater, connect, freshDatabase, inItsNames } from '@pgstream/harness';
import {
  DataSource,
  type DataSourceOptions,
  Entity,
  EntityManager,
  JoinColumn,
  ManyToOne,
  type MigrationInterface,
  PrimaryColumn,
  type QueryRunner,
  Table,
  TableColumn,
} from 'typeorm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { OVER } from './driver.ts';
import type { Version } from './version.ts';

@StreamTable('sale_totals')
class SaleTotals extends StreamTableEntity {
  @PrimaryColumn('int') id!: number;
}

@Entity('sales')
class Sale {
  @PrimaryColumn('int') id!: number;
  @ManyToOne(() => SaleTotals)
  @JoinColumn({ name: 'total_id' })
  total?: SaleTotals;
}

/** Once an ordinary table, and now none: the stream table is made by a later migration. */
class Ordinary1600000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({ name: 'sale_totals', columns: [{ name: 'id', type: 'int', isPrimary: true }] }),
    );
    await runner.addColumn(
      'sale_totals',
      new TableColumn({ name: 'mood', type: 'enum', enum: ['a'], isNullable: true }),
    );
    await runner.query('INSERT INTO sale_totals VALUES (1)');
    await runner.manager.query('DELETE FROM public.sale_totals');
    await runner.dropTable('sale_totals');
  }
  async down(): Promise<void> {}
}

class Stream1600000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      inItsNames(`SELECT pgstream.create_stream_table('public.sale_totals', 'SELECT id FROM public.sales')`),
    );
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM sale_totals');
  }
}

/** A DataSource with managers of its own. */
class TenantManager extends EntityManager {
  readonly tenant = 'acme';
}
class TenantDataSource extends DataSource {
  override createEntityManager(runner?: QueryRunner): EntityManager {
    return new TenantManager(this, runner);
  }
}

const refused = { code: 'READ_ONLY', table: 'sale_totals' };

async function newDatabase(): Promise<string> {
  const url = await freshDatabase();
  const client = await connect(url);
  await client.query('CREATE TABLE public.sales (id int PRIMARY KEY, total_id int); INSERT INTO sales VALUES (1)');
  return url;
}

function newDataSource(url: string, options: Partial<DataSourceOptions> = {}): DataSource {
  const dataSource = new TenantDataSource({
    type: 'postgres',
    url,
    entities: [Sale, SaleTotals],
    migrations: [Ordinary1600000000000, Stream1600000000001],
    ...options,
  } as DataSourceOptions);
  cleanUpLater(async () => {
    if (dataSource.isInitialized) await dataSource.destroy();
  });
  return dataSource;
}

/** What a guard does to the DataSource that it is in, and what it leaves alone. */
export function hostCases(version: Version): void {
  describe(`TypeORM ${version}, ${OVER}`, () => {
    describe('the host', () => {
      it('clears no schema because of a stream entity that names none', async () => {
        const url = await newDatabase();
        const client = await connect(url);
        await client.query(`CREATE SCHEMA app; CREATE TABLE app.t (id int);
          ALTER DATABASE ${new URL(url).pathname.slice(1)} SET search_path = app`);
        const dataSource = newDataSource(url, { dropSchema: true });
        await dataSource.initialize();
        const { rows } = await client.query(
          `SELECT to_regclass('app.t') AS app, to_regclass('public.sales')::text AS sales`,
        );
        expect(rows).toEqual([{ app: null, sales: 'sales' }]);
        await expect(SaleTotals.find()).rejects.toThrow('relation "public.sale_totals" does not exist');
      });

      it('runs migrations that made and dropped an ordinary table of the name, in each DataSource', async () => {
        for (const transaction of ['all', 'each'] as const) {
          const dataSource = await newDataSource(await newDatabase()).initialize();
          await dataSource.runMigrations({ transaction });
          await expect(dataSource.query('DELETE FROM sale_totals')).rejects.toMatchObject(refused);
          await expect(dataSource.undoLastMigration()).rejects.toMatchObject(refused);
          expect(await dataSource.manager.count(SaleTotals)).toBe(1);
          await dataSource.destroy();
        }
      });

      it('makes managers and query runners as it likes, and they refuse', async () => {
        const dataSource = newDataSource(await newDatabase());
        const { driver } = dataSource;
        const make = driver.createQueryRunner.bind(driver);
        driver.createQueryRunner = (mode) => Object.assign(make(mode), { marked: true });
        await dataSource.initialize();
        const runner = dataSource.createQueryRunner();
        onTestFinished(() => runner.release());
        expect(runner).toMatchObject({ marked: true, manager: { tenant: 'acme' } });
        expect(runner.manager.constructor).toBe(TenantManager);
        expect(runner.constructor.name).toBe('PostgresQueryRunner');
        await dataSource.transaction(async (manager) => {
          expect(manager).toMatchObject({ tenant: 'acme' });
          await expect(manager.save(SaleTotals, { id: 1 })).rejects.toMatchObject(refused);
        });
        await expect(runner.dropTable('sale_totals')).rejects.toMatchObject(refused);
      });

      it('has its query runners guarded that were made before', async () => {
        const dataSource = newDataSource(await newDatabase());
        const runner = dataSource.createQueryRunner();
        await dataSource.initialize();
        onTestFinished(() => runner.release());
        await expect(runner.stream('DELETE FROM sale_totals RETURNING *')).rejects.toMatchObject(refused);
        await dataSource.runMigrations();
        const grade = new TableColumn({ name: 'grade', type: 'enum', enum: ['a'] });
        await expect(runner.addColumn('sale_totals', grade)).rejects.toMatchObject(refused);
        await expect(runner.manager.insert(SaleTotals, { id: 2 })).rejects.toMatchObject(refused);
        expect(await runner.query(`SELECT 1 FROM pg_type WHERE typname = 'sale_totals_grade_enum'`)).toEqual([]);
      });

      it('sends no transaction where none is wanted, with and without listeners', async () => {
        const dataSource = await newDataSource(await newDatabase()).initialize();
        await dataSource.runMigrations();
        const runner = dataSource.createQueryRunner();
        onTestFinished(() => runner.release());
        for (const options of [{ listeners: false }, { chunk: 1 }, { listeners: false, chunk: 1 }, {}]) {
          await runner.query('BEGIN');
          await runner.manager.save(Sale, { id: 2 }, { ...options, transaction: false });
          await runner.manager.remove(await runner.manager.findOneByOrFail(Sale, { id: 1 }), {
            ...options,
            transaction: false,
          });
          await runner.query('ROLLBACK');
          expect(await dataSource.manager.find(Sale)).toEqual([{ id: 1 }]);
        }
      });
    });
  });
}
