import { PgStreamError } from '@pgstream/core';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';

/** What TypeORM's statements go through: a DataSource, or what a transaction gives. */
export type Connection = DataSource | EntityManager | QueryRunner;

/** The manager behind it, which knows its DataSource and its query runner. Throws INVALID_ARGUMENT for anything else. */
export function managerOf(connection: Connection): EntityManager {
  const given: unknown = connection;
  const manager = typeof given === 'object' && given !== null && 'manager' in given ? given.manager : given;
  if (!isManager(manager)) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      'A DataSource of TypeORM is expected here, or the EntityManager or QueryRunner of a transaction.',
    );
  }
  return manager;
}

/**
 * The runner that statements go to now; none where each takes a connection of the pool. A manager that has none of its own is
 * a DataSource's, and that one's `manager` may change with the transaction that the caller is in.
 */
export function runnerOf(connection: Connection): QueryRunner | undefined {
  const manager = managerOf(connection);
  return manager.queryRunner ?? dataSourceOf(manager).manager.queryRunner;
}

function isManager(value: unknown): value is EntityManager {
  return typeof value === 'object' && value !== null && 'getRepository' in value && 'connection' in value;
}

/** Called `connection` in TypeORM 0.3; 1.x keeps that name beside `dataSource`. */
export function dataSourceOf(manager: EntityManager): DataSource {
  return manager.connection;
}
