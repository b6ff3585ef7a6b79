import type { EntityMetadata, getMetadataArgsStorage } from 'typeorm';
import type { EntityFunction } from './mark.ts';

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

/**
 * Makes rows of nothing but NULLs count: TypeORM drops a row in which no column that is not virtual has a value. So the
 * row's place is taken for a column like others, whose value goes nowhere.
 */
export function keepRowsOfNulls({ primaryColumns }: EntityMetadata): void {
  for (const column of primaryColumns) {
    const isPlace = PLACE.some(({ propertyName }) => propertyName === column.propertyName) && column.isVirtual;
    if (isPlace) Object.assign(column, { isVirtual: false, setEntityValue: keepUntilLookedAt });
  }
}

const KEPT = '@pgstream/typeorm';

/**
 * Early TypeORMs (0.3.18 is one) look at the entity, too, and drop one whose properties are all null, as soon as it is made: it
 * has one more for so long, and none when anybody else can see it.
 */
function keepUntilLookedAt(entity: Record<string, unknown>): void {
  if (KEPT in entity || !Object.values(entity).every((value) => value === null)) return;
  entity[KEPT] = true;
  queueMicrotask(() => {
    delete entity[KEPT];
  });
}
