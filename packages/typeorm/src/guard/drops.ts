import type { DataSource, QueryRunner, Table } from 'typeorm';
import { refuseToDropStreamTables } from './drop-database.ts';
import { refusedDefinition } from './refusal.ts';
import type { StreamEntities } from './stream-entities.ts';

type Drops = Pick<QueryRunner, 'clearDatabase' | 'dropTable' | 'dropColumn'>;

/**
 * What a query runner drops by more than one statement, of which the first would be sent before one is refused: other tables,
 * or indexes by statements that do not say of which table. (What drops several columns, or changes some, comes to
 * `dropColumn`, and `dropDatabase()` of a DataSource to `clearDatabase`.)
 */
export function refusingDrops({ driver }: DataSource, streams: () => StreamEntities): Drops {
  const refuse = (table: Table | string, operation: string): void => {
    const { schema, tableName } = driver.parseTableName(table);
    const stream = streams().named({ schema, name: tableName });
    if (stream) throw refusedDefinition(stream, operation);
  };
  return {
    async clearDatabase(this: QueryRunner, ...args) {
      await refuseToDropStreamTables(this);
      await originalOf(this).clearDatabase.call(this, ...args);
    },
    async dropTable(this: QueryRunner, table, ...rest) {
      refuse(table, 'drop table');
      await originalOf(this).dropTable.call(this, table, ...rest);
    },
    async dropColumn(this: QueryRunner, table, ...rest) {
      refuse(table, 'alter table');
      await originalOf(this).dropColumn.call(this, table, ...rest);
    },
  };
}

function originalOf(runner: QueryRunner): Drops {
  return Object.getPrototypeOf(runner) as Drops;
}
