import {
  type Column,
  entityKind,
  getTableColumns,
  type SQL,
  type SQLChunk,
  sql,
  Subquery,
  ViewBaseConfig,
} from 'drizzle-orm';
import { pgTable } from 'drizzle-orm/pg-core';
import type { PgColumnsBuilders } from 'drizzle-orm/pg-core/columns/all';
import { isDrizzle1 } from '../major.ts';
import type { RefreshMode, ScheduleInput } from '@pgstream/core';
import { CACHE_MARK, CacheMark, cacheKeyOf } from './cache-key.ts';
import { type Casing, nameByCasing } from './casing.ts';
import { type DefiningQuery, definingQuery } from './defining-query.ts';
import { identity, type StreamTableIdentity } from './identity.ts';
import { refuseWrites } from './refuse-writes.ts';
import {
  TableBaseName,
  TableColumns,
  TableIsAlias,
  TableName,
  TableOriginalName,
  TableSchema,
} from './table-symbols.ts';
import { quoted } from './quoted.ts';
import { selectOnly } from './select-only.ts';
import { followsCasing, selectPieces } from './select-text.ts';
import { checkIdentifier, checkVisible, type ColumnBuilders } from './visible-columns.ts';

const DEFAULT_SCHEMA = 'public';

/** Where a stream table keeps what it was declared with. A symbol, because a column may be called anything. */
export const declaration = Symbol.for('@pgstream/drizzle.declaration');

/** Where it keeps the text of its select. */
export const selectText = Symbol.for('@pgstream/drizzle.selectText');

/** What a stream table was declared with. */
export interface Declaration {
  readonly name: string;
  /** undefined: the default schema. */
  readonly schema: string | undefined;
  readonly columns: ColumnBuilders | ((types: PgColumnsBuilders) => ColumnBuilders);
  /** What makes names of keys, for columns that were given none. */
  readonly casing: Casing | undefined;
  readonly schedule: ScheduleInput | undefined;
  readonly refreshMode: RefreshMode | undefined;
  readonly view: string | undefined;
}

/** A declaration that was looked through, with columns of its own. */
interface Declared {
  readonly declaration: Declaration;
  readonly table: StreamTableIdentity;
  readonly columns: Readonly<Record<string, Column>>;
}

/** The constructor of both majors: 1.0 finds the tables by itself. */
type AnySubquery = new (
  select: SQL,
  fields: Readonly<Record<string, Column>>,
  alias: string,
  isWith: boolean,
  usedTables: readonly string[],
) => Subquery;

/**
 * A stream table as Drizzle meets it: `(select <visible columns> from "schema"."name" "alias") "alias"`. PostgreSQL
 * takes that wherever it takes a view, plans it as it plans the table, and refuses it as the target of any write.
 * Inserts and updates do not come that far: its columns refuse to be in one. (To build a delete Drizzle reads nothing
 * that a select does not read.)
 *
 * It stands behind its own columns, too, so that no column leads to a table that could be written.
 */
export class ReadOnlySelect extends (Subquery as unknown as AnySubquery) {
  static readonly [entityKind]: string = 'PgStreamTable';

  readonly [declaration]: Declaration;
  /** What `.as()` was given; undefined where it was not called. */
  [definingQuery]: DefiningQuery | undefined;
  readonly [identity]: StreamTableIdentity;
  readonly [ViewBaseConfig]: object;

  /** Its select as SQL; undefined where the `casing` of a db has a say in it. */
  readonly [selectText]: string | undefined;

  readonly [TableName]: string;
  readonly [TableBaseName]: string;
  readonly [TableSchema]: string;
  readonly [TableColumns]: Readonly<Record<string, Column>>;
  readonly [TableIsAlias] = true;
  /**
   * Of what can be read, Drizzle makes of this only a key for its cache of column names. It has the columns in it, because
   * one stream table may be declared twice with different ones.
   */
  readonly [TableOriginalName]: string;

  constructor(declared: Declared, alias: string, select: SQL, text?: string) {
    const { schema, name } = declared.table;
    const { columns } = declared;
    super(select, columns, alias, false, [cacheKeyOf(declared.declaration)]);

    this[declaration] = declared.declaration;
    this[identity] = declared.table;
    this[selectText] = text;
    this[ViewBaseConfig] = {
      name: alias,
      originalName: name,
      schema: declared.declaration.schema,
      selectedFields: columns,
      query: undefined,
      isExisting: true,
      isAlias: alias !== name,
    };
    this[TableName] = alias;
    this[TableBaseName] = alias;
    this[TableSchema] = schema;
    this[TableColumns] = columns;
    this[TableOriginalName] = `read-only stream table ${schema}.${name} (${Object.values(columns)
      .map((column) => column.name)
      .join(', ')})`;
    for (const column of Object.values(columns)) this.#standBehind(column);
    Object.assign(this, columns);
  }

  /** See Definable. A column of that name stands before it. */
  as(query: DefiningQuery): this {
    this[definingQuery] = query;
    return this;
  }

  #standBehind(column: Column): void {
    // A name that no casing changes need not be looked up for each query.
    Object.assign(column, { table: this, keyAsName: followsCasing(column) });
    refuseWrites(column, this[identity]);
    // In 0.45 the elements of an array have a column of their own.
    const { baseColumn } = column as { readonly baseColumn?: Column };
    if (baseColumn) this.#standBehind(baseColumn);
  }
}

/**
 * The same for Drizzle 0.45 where the select is one text: it tries what a piece of SQL is, and text comes first. It makes
 * building a query from it as quick as from a table.
 */
class TextSelect extends ReadOnlySelect {
  static override readonly [entityKind]: string = 'StringChunk';

  readonly value: readonly string[];

  constructor(declared: Declared, alias: string, text: string) {
    super(declared, alias, sql.raw(text), text);
    this.value = [`(${text}) ${quoted(alias)}`];
  }
}

/** The stream table of a declaration. Throws INVALID_NAME. */
export function readOnlySelect(declared: Declaration, alias: string = declared.name): ReadOnlySelect {
  const { name, schema = DEFAULT_SCHEMA, casing } = declared;
  checkIdentifier('name', name);
  checkIdentifier('schema', schema);
  const columns = buildColumns(declared);
  if (casing) for (const column of Object.values(columns)) nameByCasing(column, casing);
  checkVisible(name, columns);
  // Two keys may read one column, say in two modes: it is selected once, or its name would be ambiguous.
  const distinct = new Map(Object.values(columns).map((column) => [column.name, column]));
  const built: Declared = { declaration: declared, table: { schema, name }, columns };
  return isDrizzle1 ? selectFor1(built, alias, distinct.values()) : selectFor045(built, alias, distinct.values());
}

/** Of Drizzle 1.0, where no db names columns, and which looks for the tables of a query in its pieces. */
function selectFor1(declared: Declared, alias: string, columns: Iterable<Column>): ReadOnlySelect {
  const [text] = selectPieces({ ...declared.table, alias: CACHE_MARK }, columns) as [string];
  const chunks = [sql.raw(text), new CacheMark(cacheKeyOf(declared.declaration))];
  return new ReadOnlySelect(declared, alias, selectOnly(chunks, declared.table), `${text}${quoted(CACHE_MARK)}`);
}

function selectFor045(declared: Declared, alias: string, columns: Iterable<Column>): ReadOnlySelect {
  const pieces = selectPieces({ ...declared.table, alias }, columns);
  const [first, ...others] = pieces;
  const text = typeof first === 'string' && others.length === 0 ? `${first}${quoted(alias)}` : undefined;
  // Drizzle reads text from `value`, which may be a column here.
  return text !== undefined && !('value' in declared.columns)
    ? new TextSelect(declared, alias, text)
    : new ReadOnlySelect(declared, alias, sql.join([...pieces.map(chunkOf), sql.identifier(alias)]), text);
}

function chunkOf(piece: string | Column): SQLChunk {
  return typeof piece === 'string' ? sql.raw(piece) : piece;
}

/** Builders make columns for a table: for one that nobody ever holds. */
function buildColumns({ name, columns }: Declaration): Record<string, Column> {
  // The same call twice: pgTable() takes both forms, but by two overloads.
  return getTableColumns(typeof columns === 'function' ? pgTable(name, columns) : pgTable(name, columns));
}
