import { StreamTableReadOnlyError } from '@pgstream/core';
import type { Column } from 'drizzle-orm';
import type { StreamTableIdentity } from './identity.ts';

/**
 * A name that no statement can have in it, for where Drizzle takes the target of an UPDATE from. Whoever compares it or
 * makes a key of it meets a string; Drizzle quotes a name with `replace()`, and that refuses.
 */
export class RefusedTarget extends String {
  readonly #table: StreamTableIdentity;

  constructor(table: StreamTableIdentity, text: string) {
    super(text);
    this.#table = table;
  }

  override replace(): never {
    throw new StreamTableReadOnlyError(this.#table.name, 'update', { schema: this.#table.schema });
  }
}

/** INSERT asks every column whether it takes values, and nothing else asks: the columns of a stream table refuse. */
export function refuseInserts(column: Column, table: StreamTableIdentity): void {
  Object.defineProperty(column, 'shouldDisableInsert', {
    value: () => {
      throw new StreamTableReadOnlyError(table.name, 'insert', { schema: table.schema });
    },
  });
}
