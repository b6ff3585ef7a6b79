import { PgStreamError } from '@pgstream/core';
import { type EntitySchema, InstanceChecker } from 'typeorm';
import { type EntityFunction, isStreamTable } from '../identity/index.ts';

/**
 * An entity that is a stream table: a class of `@StreamTable` or `defineStreamTable`, or an `EntitySchema` with
 * `synchronize: false`, which becomes a stream table by being named here.
 */
export type StreamEntity = EntityFunction | EntitySchema;

/** What TypeORM calls an entity, and @nestjs/typeorm names its repository by. */
export function entityName(entity: StreamEntity): string {
  return InstanceChecker.isEntitySchema(entity) ? (entity.options.target?.name ?? entity.options.name) : entity.name;
}

/** Refuses with INVALID_ARGUMENT what is not known to be a stream table, or would be changed by TypeORM. */
export function checkStreamEntity(entity: StreamEntity): void {
  if (isStreamTable(entity)) return;
  const name = entityName(entity);
  if (!InstanceChecker.isEntitySchema(entity)) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      `StreamTablesModule.forFeature() was given ${name}, which is not declared as a stream table. Declare it with @StreamTable() in place of @Entity(); entities that are written belong into TypeOrmModule.forFeature().`,
    );
  }
  // It is guarded when the repository is made: by then the DataSource may have synchronised.
  if (entity.options.synchronize !== false) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      `StreamTablesModule.forFeature() was given the EntitySchema ${name}, which TypeORM may synchronise. Give it the option synchronize: false; or declare it by @StreamTable() or defineStreamTable().`,
    );
  }
}
