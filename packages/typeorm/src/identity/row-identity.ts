import type { DataSource, EntityMetadata } from 'typeorm';
import { keepBeside, keptValue } from './kept-values.ts';
import { haveNoIds } from './no-ids.ts';
import { type ColumnMetadata, isPlace } from './place.ts';
import { loadByJoinColumns } from './relation-loader.ts';
import { hidePlaces } from './raw-rows.ts';
import { keepWhileLookedAt, letGoBeforeListeners } from './rows-of-nulls.ts';

/**
 * Lets TypeORM find again the rows of an entity that has no key, by their place, which nobody else
 * sees.
 *
 * The place is read as a column like others, or TypeORM would also drop a row of nothing but NULLs: one in which no column that
 * is not virtual has a value.
 */
export function findRowsByPlace(dataSource: DataSource, metadata: EntityMetadata): void {
  const places = metadata.primaryColumns.filter((column) => isPlace(column) && column.isVirtual);
  const last = places.at(-1);
  if (last === undefined) return;
  for (const column of places) keepPlace(column);
  keepRowsOfNulls(metadata, last);
  haveNoIds(metadata);
  for (const { joinColumns } of metadata.relations) {
    for (const column of joinColumns) if (column.isVirtual) keepBeside(column);
  }
  loadByJoinColumns(dataSource);
  hidePlaces(dataSource);
}

function keepPlace(column: ColumnMetadata): void {
  const getEntityValue = column.getEntityValue.bind(column);
  const getEntityValueMap = column.getEntityValueMap.bind(column);
  keepBeside(column);
  // What TypeORM takes for ids by themselves are objects of its own, which have the values as properties.
  column.getEntityValue = (entity, transform) =>
    keptValue(entity, column) ?? (getEntityValue(entity, transform) as unknown);
  column.getEntityValueMap = (entity, ...rest) => {
    const value = keptValue(entity, column);
    return value === undefined ? getEntityValueMap(entity, ...rest) : { [column.propertyName]: value };
  };
}

function keepRowsOfNulls(metadata: EntityMetadata, last: ColumnMetadata): void {
  const setEntityValue = last.setEntityValue.bind(last);
  last.setEntityValue = (entity, value) => {
    setEntityValue(entity, value);
    keepWhileLookedAt(entity);
  };
  letGoBeforeListeners(metadata);
}
