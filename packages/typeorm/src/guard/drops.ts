import type { DataSource, QueryRunner, Table } from 'typeorm';
import { refusedDefinition } from './refusal.ts';
import type { StreamEntities } from './stream-entities.ts';

type Drops = Pick<QueryRunner, 'dropTable' | 'dropColumn'>;

/**
 * What a query runner drops by more than one statement, the first of which drop indexes and do not say of which table: it
 * is refused before those are sent. (What drops several columns, or changes some, comes to `dropColumn`.)
 */
export function refusingDrops({ driver }: DataSource, streams: () => StreamEntities): Drops {
  const refuse = (table: Table | string, operation: string): void => {
    const { schema, tableName } = driver.parseTableName(table);
    const stream = streams().named({ schema, name: tableName });
    if (stream) throw refusedDefinition(stream, operation);
  };
  return {
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
