import { Inject } from '@nestjs/common';
import { getDataSourcePrefix, getRepositoryToken } from '@nestjs/typeorm';
import type { DataSource, DataSourceOptions } from 'typeorm';
import { classOf, entityName, type StreamEntity } from './entity.ts';

/** A DataSource of the application: its name, as given to `TypeOrmModule.forRoot()`, or something that has the name. */
export type DataSourceName = DataSource | DataSourceOptions | string;

/** On a class or schema, its tokens by DataSource: one place for both module formats of this package. */
const tokens = Symbol.for('@pgstream/typeorm.tokens');

interface WithTokens {
  [tokens]?: Map<string, symbol>;
}

/**
 * The token by which the read-only repository of a stream table is injected: to provide a test double, or to ask a module
 * for it. Each class has its own, whatever it is called. `dataSource` is the name of a DataSource; by default the one that
 * has none.
 *
 * Throws the CircularDependencyException of @nestjs/typeorm where the entity is not defined yet.
 *
 * @example
 * const module = await Test.createTestingModule({
 *   providers: [OrdersService, { provide: getStreamRepositoryToken(OrderTotals), useValue: totals }],
 * }).compile();
 */
export function getStreamRepositoryToken(entity: StreamEntity, dataSource?: DataSourceName): symbol {
  // For its complaint of an import that goes in a circle.
  getRepositoryToken(entity, dataSource);
  const prefix = getDataSourcePrefix(dataSource);
  const known = tokensOf(classOf(entity));
  const token = known.get(prefix) ?? Symbol(`${prefix}${entityName(entity)}StreamRepository`);
  known.set(prefix, token);
  return token;
}

function tokensOf(entity: object & WithTokens): Map<string, symbol> {
  const known = Object.hasOwn(entity, tokens) ? entity[tokens] : undefined;
  if (known) return known;
  const none = new Map<string, symbol>();
  Object.defineProperty(entity, tokens, { value: none });
  return none;
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
