import type { EntityMetadata, getMetadataArgsStorage } from 'typeorm';
import type { EntityFunction } from './mark.ts';

/** A column of an entity, as TypeORM knows it. */
export type ColumnMetadata = EntityMetadata['columns'][number];

/**
 * What tells rows apart where the query has no key: where PostgreSQL keeps them. The extension's own row id would not do:
 * it can be NULL (contract A.3), and TypeORM merges or drops rows whose key is NULL. `tableoid` counts where the storage
 * is partitioned.
 */
const PLACE = [
  { propertyName: 'storagePart', name: 'tableoid', type: 'int' },
  { propertyName: 'storagePlace', name: 'ctid', type: 'text' },
] as const;

/** Gives an entity without a key one that TypeORM reads and never shows: virtual columns are not part of an entity. */
export function identifyRows({ columns }: ReturnType<typeof getMetadataArgsStorage>, target: EntityFunction): void {
  for (const { propertyName, name, type } of PLACE) {
    columns.push({ target, propertyName, mode: 'virtual', options: { name, type, primary: true } });
  }
}

/** Whether a column is part of a row's place. */
export function isPlace({ isPrimary, propertyName, givenDatabaseName }: ColumnMetadata): boolean {
  return isPrimary && PLACE.some((part) => part.propertyName === propertyName && part.name === givenDatabaseName);
}

/** Whether the rows of an entity are told apart by their place. */
export function isKeyless({ primaryColumns }: EntityMetadata): boolean {
  return primaryColumns.some(isPlace);
}
