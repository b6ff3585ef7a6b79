import type { DataSource, QueryRunner, ReplicationMode, Table } from 'typeorm';
import { refuseToDropStreamTables } from './drop-database.ts';
import { refusedDefinition } from './refusal.ts';
import type { StatementGuard } from './statements.ts';
import type { StreamEntities } from './stream-entities.ts';

/** The class of a driver's query runners. */
type RunnerClass = new (driver: DataSource['driver'], mode: ReplicationMode) => QueryRunner;

/** What a guard has of its DataSource, as it is now. */
export interface Guarding {
  readonly streams: () => StreamEntities;
  readonly statements: () => StatementGuard;
}

/**
 * A class of query runners that refuse what is told to no subscriber, because its rows are streamed; and what they drop by
 * more than one statement, of which the first would be sent before one is refused: other tables, or indexes by statements
 * that do not say of which table. (What drops several columns, or changes some, comes to `dropColumn`, and
 * `dropDatabase()` of a DataSource to `clearDatabase`.)
 */
export function refusingRunners({ driver }: DataSource, { streams, statements }: Guarding): RunnerClass {
  const refuse = (table: Table | string, operation: string): void => {
    const { schema, tableName } = driver.parseTableName(table);
    const stream = streams().named({ schema, name: tableName });
    if (stream) throw refusedDefinition(stream, operation);
  };
  const Unguarded = driver.createQueryRunner('master').constructor as RunnerClass;
  return class extends Unguarded {
    override async stream(...[sql, ...rest]: Parameters<QueryRunner['stream']>) {
      statements().check(sql);
      return await super.stream(sql, ...rest);
    }

    override async clearDatabase(...args: Parameters<QueryRunner['clearDatabase']>) {
      await refuseToDropStreamTables(this);
      await super.clearDatabase(...args);
    }

    override async dropTable(...[table, ...rest]: Parameters<QueryRunner['dropTable']>) {
      refuse(table, 'drop table');
      await super.dropTable(table, ...rest);
    }

    override async dropColumn(...[table, ...rest]: Parameters<QueryRunner['dropColumn']>) {
      refuse(table, 'alter table');
      await super.dropColumn(table, ...rest);
    }
  };
}
