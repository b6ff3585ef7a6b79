import type { FactoryProvider } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import { PgStreamError } from '@pgstream/core';
import {
  type DataSource,
  type EntityTarget,
  getMetadataArgsStorage,
  InstanceChecker,
  type ObjectLiteral,
} from 'typeorm';
import { protectStreamTables } from '../guard/index.ts';
import { type StreamRepository, streamRepository } from '../repository/index.ts';
import { entityName, type StreamEntity } from './entity.ts';
import { type DataSourceName, getStreamRepositoryToken } from './token.ts';

/** Provides the read-only repository of a stream table. */
export function streamRepositoryProvider(
  entity: StreamEntity,
  dataSource: DataSourceName | undefined,
): FactoryProvider<StreamRepository<ObjectLiteral>> {
  const provider: FactoryProvider<StreamRepository<ObjectLiteral>> = {
    provide: getStreamRepositoryToken(entity, dataSource),
    inject: [getDataSourceToken(dataSource)],
    useFactory: (source: DataSource) => repositoryOf(source, entity),
  };
  // Nest 10 takes modules for one that look the same as text. As in @nestjs/typeorm, the table tells classes of one name apart.
  return Object.assign(provider, {
    targetEntitySchema: getMetadataArgsStorage().tables.find(({ target }) => target === entity),
  });
}

function repositoryOf(source: DataSource, entity: StreamEntity): StreamRepository<ObjectLiteral> {
  const target = entity as EntityTarget<ObjectLiteral>;
  // Before it is initialised, a DataSource knows no entities.
  if (source.isInitialized && !source.hasMetadata(target)) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      `The DataSource has no entity ${entityName(entity)}. Add it to the entities of TypeOrmModule.forRoot(), or set autoLoadEntities: true there.`,
    );
  }
  if (InstanceChecker.isEntitySchema(entity)) protectStreamTables(source, { entities: [entity] });
  return streamRepository(source, target);
}
