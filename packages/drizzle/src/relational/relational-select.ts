import { StreamTableReadOnlyError } from '@pgstream/core';
import { entityKind, type SQLChunk, type StringChunk, sql, Table } from 'drizzle-orm';
import { isDrizzle1 } from '../major.ts';
import {
  identity,
  quoted,
  type ReadOnlySelect,
  selectText,
  type StreamTableIdentity,
  TableColumns,
  TableName,
} from '../stream-table/index.ts';

/**
 * What relational queries read a stream table by. They name the table itself, under an alias of their own, so that there
 * a whole row has the hidden columns, too. Where they put this object into a statement, as the inside of a sub-select, it
 * is the text of its select: the declared columns, unless the `casing` of a db names them. Nothing writes to that.
 *
 * drizzle-kit looks for tables of PostgreSQL by their class, and does not find one here.
 */
abstract class RelationalTable extends Table {
  readonly [identity]: StreamTableIdentity;

  constructor(source: ReadOnlySelect) {
    const table = source[identity];
    super(table.name, table.schema, table.name);
    this[identity] = table;
    const columns = source[TableColumns];
    // 1.0 hands it to callbacks. Its queries always name it by an alias; by its own name it would be the target of a write.
    // 0.45 tells the tables of a schema apart by that: an alias has its own.
    if (isDrizzle1) Object.assign(this, columns, { [TableName]: new RefusedName(table) });
    else Object.assign(this, { [TableName]: source[TableName] });
    Object.assign(this, { [TableColumns]: columns });
  }
}

/** A piece of SQL to Drizzle, that is a text. */
class TextTable extends RelationalTable {
  static override readonly [entityKind]: string = 'StringChunk';

  constructor(source: ReadOnlySelect) {
    super(source);
    const [chunk] = chunksOf(source) as [StringChunk];
    Object.assign(this, { value: chunk.value });
  }
}

/** The same where a column is called as the text would be. */
class SqlTable extends RelationalTable {
  static override readonly [entityKind]: string = 'SQL';

  constructor(source: ReadOnlySelect) {
    super(source);
    Object.assign(this, { queryChunks: chunksOf(source), shouldInlineParams: false });
  }
}

/** A name that nobody can write down: of the names in a statement Drizzle wants nothing but that they be quoted. */
class RefusedName {
  readonly #table: StreamTableIdentity;

  constructor(table: StreamTableIdentity) {
    this.#table = table;
  }

  replace(): never {
    const { schema, name } = this.#table;
    throw new StreamTableReadOnlyError(name, 'update', { schema });
  }
}

function chunksOf(source: ReadOnlySelect): SQLChunk[] {
  const { schema, name } = source[identity];
  return sql.raw(source[selectText] ?? `select * from ${quoted(schema)}.${quoted(name)}`).queryChunks;
}

/** The one way to make one. */
export function relationalSelect(source: ReadOnlySelect): Table {
  return isDrizzle1 && 'value' in source[TableColumns] ? new SqlTable(source) : new TextTable(source);
}
