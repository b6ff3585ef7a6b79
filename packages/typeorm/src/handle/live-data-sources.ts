import { PgStreamError } from '@pgstream/core';
import type { DataSource } from 'typeorm';

/** On the class of an entity, its DataSources: one place for both module formats of this package. */
const dataSources = Symbol.for('@pgstream/typeorm.dataSources');

interface Known {
  [dataSources]?: Set<DataSource>;
}

/** Remembers that a DataSource knows a class. One that has ended is forgotten when the next one comes. */
export function noteDataSource(entity: object, dataSource: DataSource): void {
  const known = knownTo(entity) ?? new Set();
  for (const each of known) if (!each.isInitialized) known.delete(each);
  known.add(dataSource);
  Object.defineProperty(entity, dataSources, { value: known, configurable: true });
}

function knownTo(entity: object): Set<DataSource> | undefined {
  return Object.hasOwn(entity, dataSources) ? (entity as Known)[dataSources] : undefined;
}

/**
 * The one DataSource that an entity can be meant in when none is said: the only one that is initialised. TypeORM itself
 * would take the latest, which with several is a guess. Throws INVALID_ARGUMENT where there is none, or more than one;
 * `sayIt` is the call with the DataSource said.
 */
export function onlyDataSourceOf(entity: object, name: string, sayIt: string): DataSource {
  const live = [...(knownTo(entity) ?? [])].filter(({ isInitialized }) => isInitialized);
  const [only] = live;
  if (only === undefined) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      `No DataSource that is initialised has the entity ${name}. Add it to the DataSource's entities and await initialize().`,
    );
  }
  if (live.length > 1) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      `${live.length} DataSources have the entity ${name}, and which one is meant cannot be told. Say it: ${sayIt}.`,
    );
  }
  return only;
}
