import { PgStreamError } from '@pgstream/core';
import { type EntitySchema, InstanceChecker } from 'typeorm';
import { type EntityFunction, isStreamTable } from '../identity/index.ts';

/**
 * An entity that is a stream table: a class of `@StreamTable` or `defineStreamTable`, or an `EntitySchema` with
 * `synchronize: false`, which becomes a stream table by being named here.
 */
export type StreamEntity = EntityFunction | EntitySchema;

/** What an entity is, whether it is given as it is or by a schema. */
export function classOf(entity: StreamEntity): StreamEntity {
  return InstanceChecker.isEntitySchema(entity) ? (entity.options.target ?? entity) : entity;
}

/** What TypeORM calls an entity. */
export function entityName(entity: StreamEntity): string {
  const known = classOf(entity);
  return InstanceChecker.isEntitySchema(known) ? known.options.name : known.name;
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
