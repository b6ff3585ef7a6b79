import type { ColumnMetadata } from './place.ts';

/** What TypeORM read of a row and must find again, while nobody else can: not in the entity, and gone with it. */
const values = new WeakMap<object, Map<string, unknown>>();

/** Takes a column for one like others, whose value is kept beside the entity. */
export function keepBeside(column: ColumnMetadata): void {
  Object.assign(column, {
    isVirtual: false,
    setEntityValue(entity: object, value: unknown): void {
      const known = values.get(entity);
      if (known) known.set(column.databaseName, value);
      else values.set(entity, new Map([[column.databaseName, value]]));
    },
  });
}

/** The value of a column that was kept; undefined for an object that no row was read into. */
export function keptValue(entity: unknown, { databaseName }: ColumnMetadata): unknown {
  return typeof entity === 'object' && entity !== null ? values.get(entity)?.get(databaseName) : undefined;
}
