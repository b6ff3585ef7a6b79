import { PgStreamError } from '@pgstream/core';
import { type DataSource, type EntityTarget, InstanceChecker, type ObjectLiteral } from 'typeorm';
import { DataSourceGuard } from './data-source.ts';

/** On a DataSource that is guarded: one place for both module formats of this package. */
const guard = Symbol.for('@pgstream/typeorm.guard');

/** What to guard besides the entities that are declared as stream tables. */
export interface ProtectOptions {
  /**
   * Entities that are stream tables and have no class to say so: an `EntitySchema`, or its name. They are kept out of
   * schema synchronisation, too. Default: none.
   */
  readonly entities?: readonly EntityTarget<ObjectLiteral>[];
}

/**
 * Makes every write to a stream table through this one DataSource fail with `StreamTableReadOnlyError`, which names the table
 * and the operation, before anything is sent. Returns the DataSource that it was given; guarding it again changes nothing.
 *
 * A DataSource with an entity of `@StreamTable` or `defineStreamTable` is guarded by itself, as soon as it is initialised.
 * Call this for stream tables that are named by a string or an EntitySchema; before `initialize()`, which may synchronise.
 *
 * Throws INVALID_ARGUMENT for anything but a PostgreSQL DataSource, and for TypeORM before 0.3.18, which cannot be guarded.
 *
 * @example
 * protectStreamTables(dataSource, { entities: ['OrderTotals'] });
 * await dataSource.initialize();
 */
export function protectStreamTables(dataSource: DataSource, { entities = [] }: ProtectOptions = {}): DataSource {
  if (!InstanceChecker.isDataSource(dataSource)) {
    throw new PgStreamError('INVALID_ARGUMENT', 'protectStreamTables() takes a DataSource of TypeORM.');
  }
  const guarded = dataSource as DataSource & { [guard]?: DataSourceGuard };
  if (!guarded[guard]) Object.defineProperty(guarded, guard, { value: new DataSourceGuard(dataSource) });
  if (entities.length > 0) guarded[guard]?.add(entities);
  else guarded[guard]?.update();
  return dataSource;
}
