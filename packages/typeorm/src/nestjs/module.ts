import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { checkStreamEntity, type StreamEntity } from './entity.ts';
import { streamRepositoryProvider } from './provider.ts';
import type { DataSourceName } from './token.ts';

/** Stream tables in an application of NestJS, beside `TypeOrmModule` of @nestjs/typeorm. */
@Module({})
// oxlint-disable-next-line typescript/no-extraneous-class -- a module of Nest is a class
export class StreamTablesModule {
  /**
   * Provides the read-only repository of each stream table, for `@InjectStreamRepository()`. With `autoLoadEntities` their
   * entities become the DataSource's, as `TypeOrmModule.forFeature()` does it; otherwise list them in `entities`. `dataSource`
   * is the name of a DataSource; by default the one that has none.
   *
   * Throws INVALID_ARGUMENT for an entity that is not declared as a stream table; and when the application starts, for one
   * that its DataSource does not have.
   *
   * @example
   * @Module({
   *   imports: [TypeOrmModule.forFeature([Order]), StreamTablesModule.forFeature([OrderTotals])],
   *   providers: [OrdersService],
   * })
   * export class OrdersModule {}
   */
  static forFeature(entities: readonly StreamEntity[] = [], dataSource?: DataSourceName): DynamicModule {
    const providers = entities.map((entity) => streamRepositoryProvider(entity, dataSource));
    for (const entity of entities) checkStreamEntity(entity);
    // For autoLoadEntities alone: what it provides are repositories whose types allow writes.
    TypeOrmModule.forFeature([...entities], dataSource);
    return { module: StreamTablesModule, providers, exports: providers };
  }
}
