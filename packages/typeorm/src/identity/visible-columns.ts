import { HIDDEN_COLUMN_PREFIXES, isHiddenColumn, PgStreamError } from '@pgstream/core';

/** A column by the names that it is known by: its property and, where that is known, its name in the database. */
export interface ColumnNames {
  readonly propertyName: string;
  readonly databaseName?: string | undefined;
}

/** Refuses with INVALID_NAME columns that are the extension's own. */
export function checkVisible(entity: string, columns: readonly ColumnNames[]): void {
  for (const { propertyName, databaseName } of columns) {
    const hidden = [databaseName, propertyName].find((name) => name !== undefined && isHiddenColumn(name));
    if (hidden !== undefined) {
      throw new PgStreamError(
        'INVALID_NAME',
        `The stream entity ${entity} cannot be declared with "${hidden}": names that begin with ${HIDDEN_COLUMN_PREFIXES.join(' or ')} are columns of the extension's own bookkeeping. Leave it out; where there is no key, declare none.`,
        { operation: 'declare' },
      );
    }
  }
}
