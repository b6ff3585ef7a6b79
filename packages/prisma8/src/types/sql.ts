import type { PostgresClient } from '@prisma/orm-postgres/runtime';
import type { Named, PostgresContract, TableOf } from './contract.ts';
import type { StreamTableIsReadOnly } from './read-only.ts';

/** The tables of the SQL builder: those of stream tables are read only. */
export type GuardedSql<C extends PostgresContract, Streams> = {
  readonly [Namespace in keyof PostgresClient<C>['sql'] & string]: {
    readonly [Table in keyof PostgresClient<C>['sql'][Namespace] & string]: Table extends TableOf<
      C,
      Namespace,
      Named<Streams, Namespace>
    >
      ? ReadOnlyTable<PostgresClient<C>['sql'][Namespace][Table], Table>
      : PostgresClient<C>['sql'][Namespace][Table];
  };
};

type ReadOnlyTable<Original, Table extends string> = Omit<Original, TableWrite> & {
  readonly [Operation in TableWrite]: StreamTableIsReadOnly<Table, Operation>;
};

type TableWrite = 'insert' | 'update' | 'delete';
