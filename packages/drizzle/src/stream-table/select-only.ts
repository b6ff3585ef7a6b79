import { PgStreamError } from '@pgstream/core';
import { entityKind, type SQL, type SQLChunk } from 'drizzle-orm';
import type { StreamTableIdentity } from './identity.ts';

/**
 * The select of a stream table in Drizzle 1.0. In its place, behind FROM or JOIN, Drizzle takes the pieces out of it. As a
 * piece itself it is in but one place: relational queries make a CTE of it, which hides a table of the same name. There it
 * says what relational queries take.
 *
 * No subclass of SQL, which 1.0 would take for SQL itself.
 */
class SelectOnly implements Pick<SQL, 'queryChunks'> {
  static readonly [entityKind]: string = 'StringChunk';

  readonly queryChunks: SQLChunk[];
  readonly shouldInlineParams = false;
  readonly #table: StreamTableIdentity;

  constructor(chunks: SQLChunk[], table: StreamTableIdentity) {
    this.queryChunks = chunks;
    this.#table = table;
  }

  get value(): never {
    const { schema, name } = this.#table;
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      `Relational queries do not take the stream table "${name}" as it is. Give defineRelations() what streamSchema() makes of your schema: defineRelations(streamSchema(schema), …).`,
      { schema, table: name, operation: 'query' },
    );
  }
}

export function selectOnly(chunks: SQLChunk[], table: StreamTableIdentity): SQL {
  return new SelectOnly(chunks, table) as unknown as SQL;
}
