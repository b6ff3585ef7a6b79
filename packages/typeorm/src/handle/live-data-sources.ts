import { PgStreamError } from '@pgstream/core';
import type { DataSource } from 'typeorm';

/** The DataSources that have ever built the metadata of a class, until another one does after their end. */
const dataSources = new WeakMap<object, Set<DataSource>>();

/** Remembers that a DataSource knows a class. */
export function noteDataSource(entity: object, dataSource: DataSource): void {
  const known = dataSources.get(entity) ?? new Set();
  for (const each of known) if (!each.isInitialized) known.delete(each);
  dataSources.set(entity, known.add(dataSource));
}

/**
 * The one DataSource that an entity can be meant in when none is said: the only one that is initialised. TypeORM itself
 * would take the latest, which with several is a guess. Throws INVALID_ARGUMENT where there is none, or more than one.
 */
export function onlyDataSourceOf(entity: object, name: string): DataSource {
  const live = [...(dataSources.get(entity) ?? [])].filter(({ isInitialized }) => isInitialized);
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
      `${live.length} DataSources have the entity ${name}, and which one is meant cannot be told. Say it: ${name}.refresh({ on: dataSource }), or read through streamRepository(dataSource, ${name}).`,
    );
  }
  return only;
}
