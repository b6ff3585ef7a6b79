import { type QueryRunner, TableCheck, TableColumn, TableExclusion, TableForeignKey, TableUnique } from 'typeorm';
import { withRunner } from '../runner.ts';
import type { Write } from './write.ts';

const TABLE = 'order_totals';
const note = new TableColumn({ name: 'note', type: 'text', isNullable: true });
const mood = new TableColumn({ name: 'mood', type: 'enum', enum: ['good', 'bad'] });
const total = new TableColumn({ name: 'total', type: 'numeric' });
const unique = new TableUnique({ name: 'one_total', columnNames: ['total'] });
const check = new TableCheck({ name: 'positive', expression: 'total > 0' });
const exclusion = new TableExclusion({ name: 'apart', expression: 'USING gist (total WITH =)' });
const toCustomers = new TableForeignKey({
  name: 'of_customer',
  columnNames: ['customer_id'],
  referencedTableName: 'customers',
  referencedColumnNames: ['id'],
});

interface Change {
  readonly name: string;
  readonly operation?: string;
  change(runner: QueryRunner): Promise<unknown>;
}

/** What a query runner does to a table, as migrations do, and sends nothing before it. */
const AT_ONCE: readonly Change[] = [
  { name: 'clearTable()', operation: 'truncate', change: (runner) => runner.clearTable(TABLE) },
  {
    name: 'clearTable() with a schema',
    operation: 'truncate',
    change: (runner) => runner.clearTable(`public.${TABLE}`),
  },
  { name: 'dropTable()', operation: 'drop table', change: (runner) => runner.dropTable(TABLE) },
  {
    name: 'dropTable() with a schema',
    operation: 'drop table',
    change: (runner) => runner.dropTable(`public.${TABLE}`, true),
  },
  { name: 'dropColumn()', change: (runner) => runner.dropColumn(TABLE, 'customer_id') },
  { name: 'dropColumn() of the extension’s', change: (runner) => runner.dropColumn(TABLE, '__pgs_row_id') },
  { name: 'dropColumns()', change: (runner) => runner.dropColumns(TABLE, ['total', 'orders']) },
];

/** The same, where it reads the definition first. */
const AFTER_READS: readonly Change[] = [
  { name: 'renameTable()', change: (runner) => runner.renameTable(TABLE, 'gone') },
  { name: 'addColumn()', change: (runner) => runner.addColumn(TABLE, note) },
  { name: 'addColumn() with an enum', change: (runner) => runner.addColumn(`public.${TABLE}`, mood) },
  { name: 'addColumns()', change: (runner) => runner.addColumns(TABLE, [note, mood]) },
  { name: 'renameColumn()', change: (runner) => runner.renameColumn(TABLE, 'total', 'sum') },
  {
    name: 'changeColumn()',
    change: (runner) => runner.changeColumn(TABLE, 'total', new TableColumn({ name: 'total', type: 'text' })),
  },
  { name: 'changeColumns()', change: (runner) => runner.changeColumns(TABLE, [{ oldColumn: total, newColumn: note }]) },
  { name: 'createPrimaryKey()', change: (runner) => runner.createPrimaryKey(TABLE, ['customer_id']) },
  { name: 'updatePrimaryKeys()', change: (runner) => runner.updatePrimaryKeys(TABLE, [total]) },
  { name: 'createUniqueConstraint()', change: (runner) => runner.createUniqueConstraint(TABLE, unique) },
  { name: 'createCheckConstraint()', change: (runner) => runner.createCheckConstraint(TABLE, check) },
  { name: 'createExclusionConstraint()', change: (runner) => runner.createExclusionConstraint(TABLE, exclusion) },
  { name: 'createForeignKey()', change: (runner) => runner.createForeignKey(TABLE, toCustomers) },
];

export const definitionWrites: readonly Write[] = [
  ...AT_ONCE.map(writeOf),
  ...AFTER_READS.map((change): Write => ({ ...writeOf(change), sendsFirst: 'reads' })),
  {
    name: 'dropSchema() of a query runner',
    operation: 'dropSchema',
    schema: 'analytics',
    table: 'account_totals',
    sendsFirst: 'reads',
    call: ({ dataSource }) => withRunner(dataSource, (runner) => runner.dropSchema('analytics', true, true)),
  },
  {
    name: 'dropDatabase() of a DataSource',
    operation: 'dropDatabase',
    schema: 'analytics',
    table: 'account_totals',
    sendsFirst: 'reads',
    call: ({ dataSource }) => dataSource.dropDatabase(),
  },
  {
    name: 'synchronize() of a DataSource that drops the database first',
    operation: 'dropDatabase',
    schema: 'analytics',
    table: 'account_totals',
    sendsFirst: 'reads',
    call: ({ dataSource }) => dataSource.synchronize(true),
  },
  {
    name: 'clearDatabase() of a query runner',
    operation: 'dropDatabase',
    schema: 'analytics',
    table: 'account_totals',
    sendsFirst: 'reads',
    call: ({ dataSource }) => withRunner(dataSource, (runner) => runner.clearDatabase()),
  },
];

function writeOf({ name, operation = 'alter table', change }: Change): Write {
  return { name: `${name} of a query runner`, operation, call: ({ dataSource }) => withRunner(dataSource, change) };
}
