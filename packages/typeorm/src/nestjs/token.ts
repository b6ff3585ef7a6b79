import { Inject } from '@nestjs/common';
import { getDataSourcePrefix, getRepositoryToken } from '@nestjs/typeorm';
import type { DataSource, DataSourceOptions } from 'typeorm';
import { entityName, type StreamEntity } from './entity.ts';

/** A DataSource of the application: its name, as given to `TypeOrmModule.forRoot()`, or something that has the name. */
export type DataSourceName = DataSource | DataSourceOptions | string;

/**
 * The token by which the read-only repository of a stream table is injected: to provide a test double, or to ask a module
 * for it. `dataSource` is the name of a DataSource; by default the one that has none.
 *
 * Throws the CircularDependencyException of @nestjs/typeorm where the entity is not defined yet.
 *
 * @example
 * const module = await Test.createTestingModule({
 *   providers: [OrdersService, { provide: getStreamRepositoryToken(OrderTotals), useValue: totals }],
 * }).compile();
 */
export function getStreamRepositoryToken(entity: StreamEntity, dataSource?: DataSourceName): string {
  // For its complaint of an import that goes in a circle.
  getRepositoryToken(entity, dataSource);
  return `${getDataSourcePrefix(dataSource)}${entityName(entity)}StreamRepository`;
}

/**
 * Injects the read-only repository of a stream table, with `isStale()`, `lastRefreshAt()`, `stalenessMs()`, `status()` and
 * `refresh()`. `StreamTablesModule.forFeature()` provides it. `dataSource` is the name of a DataSource; by default the one
 * that has none.
 *
 * @example
 * constructor(@InjectStreamRepository(OrderTotals) private readonly totals: StreamRepository<OrderTotals>) {}
 */
export function InjectStreamRepository(entity: StreamEntity, dataSource?: DataSourceName): ReturnType<typeof Inject> {
  return Inject(getStreamRepositoryToken(entity, dataSource));
}
