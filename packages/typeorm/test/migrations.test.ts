import { extension, freshDatabase } from '@pgstream/harness';
import {
  type DataSource,
  type MigrationInterface,
  PrimaryColumn,
  Column,
  type QueryRunner,
  Table,
  TableColumn,
  TableIndex,
} from 'typeorm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { StreamTable, StreamTableEntity } from '../src/index.ts';
import { openDataSource } from './shop/index.ts';

@StreamTable('sale_totals')
class SaleTotals extends StreamTableEntity {
  @PrimaryColumn('int') id!: number;
  @Column('int') total!: number;
}

/** Long ago: an ordinary table of that name. */
class Ordinary1600000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({ name: 'sale_totals', columns: [{ name: 'id', type: 'int', isPrimary: true }] }),
    );
    await runner.query('CREATE TABLE sales (id int PRIMARY KEY, amount int)');
    await runner.addColumn('sale_totals', new TableColumn({ name: 'total', type: 'int', isNullable: true }));
    await runner.addColumn(
      'sale_totals',
      new TableColumn({ name: 'mood', type: 'enum', enum: ['a'], isNullable: true }),
    );
    await runner.query('INSERT INTO sale_totals VALUES (1, 1); UPDATE public.sale_totals SET total = 2');
    await runner.manager.query('ALTER TABLE sale_totals ALTER COLUMN total SET NOT NULL');
    await runner.createIndex('sale_totals', new TableIndex({ name: 'by_total', columnNames: ['total'] }));
    await runner.query('CREATE SCHEMA old; CREATE TABLE old.t (id int)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM sale_totals');
    await runner.dropTable('sale_totals');
    await runner.query('DROP TABLE sales; DROP TYPE IF EXISTS sale_totals_mood_enum');
  }
}

class Dropped1600000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('TRUNCATE sale_totals');
    await runner.dropTable('sale_totals');
    await runner.query('DROP SCHEMA old CASCADE');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE sale_totals (id int PRIMARY KEY, total int)');
  }
}

class Stream1600000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `SELECT ${extension.schema}.create_stream_table('public.sale_totals', 'SELECT id, amount AS total FROM public.sales')`,
    );
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`SELECT ${extension.schema}.drop_stream_table('public.sale_totals')`);
  }
}

async function open(url: string, ...migrations: (new () => MigrationInterface)[]): Promise<DataSource> {
  return await openDataSource(url, { entities: [SaleTotals], migrations });
}

describe('migrations that made an ordinary table of a stream table’s name', () => {
  it.each(['all', 'each', 'none'] as const)('run on a fresh database, in transactions of %s', async (transaction) => {
    const dataSource = await open(
      await freshDatabase(),
      Ordinary1600000000000,
      Dropped1600000000001,
      Stream1600000000002,
    );
    await dataSource.runMigrations({ transaction });
    expect(await SaleTotals.count()).toBe(0);
    expect(await SaleTotals.isStale()).not.toBeUndefined();
    await expect(dataSource.query('DELETE FROM sale_totals')).rejects.toMatchObject({ code: 'READ_ONLY' });
    for (let undone = 0; undone < 3; undone += 1) await dataSource.undoLastMigration({ transaction });
    expect(await dataSource.query(`SELECT to_regclass('sale_totals')::text AS left`)).toEqual([{ left: null }]);
  });

  it('run in a database without the extension', async () => {
    const dataSource = await open(await freshDatabase(), Ordinary1600000000000, Dropped1600000000001);
    await dataSource.query(`DROP EXTENSION ${extension.name} CASCADE`);
    await dataSource.runMigrations();
    expect(await dataSource.showMigrations()).toBe(false);
  });
});

describe('a migration', () => {
  it.each<readonly [name: string, write: (runner: QueryRunner) => Promise<unknown>]>([
    ['by a text', (runner) => runner.query('DELETE FROM sale_totals')],
    ['by a method', (runner) => runner.addColumn('sale_totals', new TableColumn({ name: 'a', type: 'int' }))],
    ['by a method for many', (runner) => runner.dropColumns('sale_totals', ['total'])],
    ['by its manager', ({ manager }) => manager.query('TRUNCATE sale_totals')],
    ['by its schema', (runner) => runner.query('DROP SCHEMA public CASCADE')],
    ['streamed', (runner) => runner.stream('DELETE FROM sale_totals RETURNING *')],
  ])('that writes to what has become a stream table, %s, is refused and rolled back', async (_, write) => {
    class Writing1600000000003 implements MigrationInterface {
      async up(runner: QueryRunner): Promise<void> {
        await new Stream1600000000002().up(runner);
        await write(runner);
      }
      async down(): Promise<void> {}
    }
    const dataSource = await open(
      await freshDatabase(),
      Ordinary1600000000000,
      Dropped1600000000001,
      Writing1600000000003,
    );
    await expect(dataSource.runMigrations()).rejects.toMatchObject({ code: 'READ_ONLY', table: 'sale_totals' });
    expect(await dataSource.query(`SELECT to_regclass('sale_totals')::text AS made`)).toEqual([{ made: null }]);
  });

  it('has its runner to itself: when it is over, the names alone count again', async () => {
    const dataSource = await open(await freshDatabase(), Ordinary1600000000000);
    await dataSource.runMigrations();
    const runner = dataSource.createQueryRunner();
    onTestFinished(() => runner.release());
    await new Ordinary1600000000000().up(runner).catch(() => undefined);
    await expect(runner.query('DELETE FROM sale_totals')).rejects.toMatchObject({ code: 'READ_ONLY' });
    // Nor has the migration changed, which another DataSource may have, too.
    expect(dataSource.migrations[0]).toBeInstanceOf(Ordinary1600000000000);
    expect(Object.getOwnPropertyNames(dataSource.migrations[0])).toEqual([]);
  });
});
