import { StreamTableReadOnlyError } from '@pgstream/core';
import type { Column } from 'drizzle-orm';
import type { StreamTableIdentity } from './identity.ts';

/**
 * What Drizzle asks of each column to build a write, and asks of it for nothing else: an INSERT whether the column takes
 * values, an UPDATE what the column sets by itself.
 */
const ASKED_BY = { shouldDisableInsert: 'insert', onUpdateFn: 'update' } as const;

/**
 * Makes a column refuse to be written. Whatever Drizzle makes of a table (an alias of any name, a view, the table behind
 * a column) it builds its writes from the table's columns, so the refusal comes with them.
 */
export function refuseWrites(column: Column, table: StreamTableIdentity): void {
  for (const [asked, operation] of Object.entries(ASKED_BY)) {
    Object.defineProperty(column, asked, {
      value: () => {
        throw new StreamTableReadOnlyError(table.name, operation, { schema: table.schema });
      },
    });
  }
}
