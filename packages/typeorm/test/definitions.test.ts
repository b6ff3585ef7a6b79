import { extension } from '@pgstream/harness';
import { type DataSource, type QueryRunner, Table, TableColumn, TableForeignKey } from 'typeorm';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openDataSource, shopDatabase, type Sent } from './shop/index.ts';

const database = shopDatabase();
let dataSource: DataSource & { readonly sent: Sent };
beforeAll(async () => {
  dataSource = await openDataSource(database.url);
});
const newRunner = (): QueryRunner => {
  const runner = dataSource.createQueryRunner();
  onTestFinished(() => runner.release());
  return runner;
};
const mood = new TableColumn({ name: 'mood', type: 'enum', enum: ['a', 'b'] });
const text = new TableColumn({ name: 'note', type: 'text', isNullable: true });

describe('a change of a stream table’s definition', () => {
  it.each<readonly [name: string, change: (runner: QueryRunner) => Promise<unknown>]>([
    ['addColumn() with an enum', (runner) => runner.addColumn('order_totals', mood)],
    ['addColumns() with an enum', (runner) => runner.addColumns('public.order_totals', [text, mood])],
    ['addColumn() of a Table', (runner) => runner.addColumn(new Table({ name: 'order_totals' }), mood)],
    [
      'addColumn() of a Table in a schema',
      (runner) => runner.addColumn(new Table({ name: 'public.order_totals' }), mood),
    ],
    ['changeColumn() to an enum', (runner) => runner.changeColumn('order_totals', 'total', mood)],
    ['renameTable()', (runner) => runner.renameTable('order_totals', 'gone')],
    ['dropTable()', (runner) => runner.dropTable(new Table({ name: 'order_totals' }))],
    [
      'createForeignKeys()',
      (runner) =>
        runner.createForeignKeys('order_totals', [
          new TableForeignKey({ columnNames: ['a'], referencedTableName: 'customers', referencedColumnNames: ['id'] }),
        ]),
    ],
  ])('by %s is refused, and nothing but reads is sent before', async (_, change) => {
    const runner = newRunner();
    const { length } = dataSource.sent;
    await expect(change(runner)).rejects.toMatchObject({ code: 'READ_ONLY', schema: 'public', table: 'order_totals' });
    expect(dataSource.sent.slice(length).filter((sent) => !/^\s*SELECT\b/.test(sent))).toEqual([]);
  });

  it('is none where it is only written down', async () => {
    const runner = newRunner();
    runner.enableSqlMemory();
    await runner.addColumn('archive', text);
    expect(runner.getMemorySql().upQueries).toHaveLength(1);
    runner.disableSqlMemory();
  });
});

it('an ordinary table and its enum are made, changed and dropped', async () => {
  const runner = newRunner();
  await runner.createTable(new Table({ name: 'moods', columns: [{ name: 'id', type: 'int', isPrimary: true }] }));
  await runner.addColumn('moods', mood);
  await runner.dropColumn('moods', 'mood');
  await runner.dropTable('moods');
  expect(await runner.hasTable('moods')).toBe(false);
});

describe('DROP SCHEMA', () => {
  it('that would drop a stream table is refused, as text', async () => {
    for (const statement of [
      'DROP SCHEMA analytics CASCADE',
      'DROP SCHEMA IF EXISTS nothing, "analytics" CASCADE',
      'ALTER SCHEMA analytics RENAME TO other',
    ]) {
      await expect(dataSource.query(statement)).rejects.toThrow(
        /^(?:drop|alter) schema was refused: "analytics\.region_totals" is a stream table/,
      );
    }
    // PostgreSQL’s own refusal: there is something in it.
    await expect(dataSource.query('DROP SCHEMA analytics')).rejects.toThrow('cannot drop schema analytics');
    await dataSource.query('CREATE SCHEMA other; DROP SCHEMA other CASCADE');
  });

  it('by dropSchema() asks the database, which may know of more stream tables, or of none any more', async () => {
    const runner = newRunner();
    await runner.query(
      `CREATE SCHEMA hidden; SELECT ${extension.schema}.create_stream_table('hidden.undeclared', 'SELECT id FROM public.orders')`,
    );
    await expect(runner.dropSchema('hidden', true, true)).rejects.toMatchObject({
      code: 'READ_ONLY',
      operation: 'dropSchema',
      schema: 'hidden',
      table: 'undeclared',
    });
    await runner.query(`SELECT ${extension.schema}.drop_stream_table('hidden.undeclared')`);
    await runner.dropSchema('hidden', true, true);
    await expect(runner.dropSchema('analytics', false, true)).rejects.toMatchObject({ table: 'region_totals' });
    await expect(runner.dropSchema('analytics')).rejects.toThrow('cannot drop schema');
    await runner.startTransaction();
    await runner.query(`SELECT ${extension.schema}.drop_stream_table('analytics.region_totals')`);
    await runner.dropSchema('analytics', true, true);
    expect(await runner.hasSchema('analytics')).toBe(false);
    await runner.rollbackTransaction();
    await expect(runner.query('DROP SCHEMA analytics CASCADE')).rejects.toThrow('drop schema was refused');
  });
});
