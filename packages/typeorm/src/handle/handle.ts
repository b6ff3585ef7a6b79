import { createPgStream, type QualifiedName, type StreamTable } from '@pgstream/core';
import type { EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm';
import { type Connection, dataSourceOf, managerOf } from './connection.ts';
import { fromTypeORM } from './executor.ts';

/**
 * What an application asks of a stream table and does with it. Creating, altering and dropping belong to
 * `@pgstream/core`.
 */
export type StreamTableHandle = Pick<
  StreamTable,
  | 'isStale'
  | 'lastRefreshAt'
  | 'stalenessMs'
  | 'status'
  | 'verify'
  | 'refresh'
  | 'refreshIfStale'
  | 'refreshAfter'
  | 'waitUntilFresh'
>;

/** The helpers of an entity's stream table, on a DataSource or in a transaction. */
export function handleOf(connection: Connection, target: EntityTarget<ObjectLiteral>): StreamTable {
  const manager = managerOf(connection);
  return createPgStream(fromTypeORM(manager)).table(nameOf(dataSourceOf(manager).getMetadata(target)));
}

/** As the naming strategy, the prefix of entities and the DataSource's schema have made it. */
export function nameOf({ schema = 'public', tableName }: EntityMetadata): QualifiedName {
  return { schema, name: tableName };
}
