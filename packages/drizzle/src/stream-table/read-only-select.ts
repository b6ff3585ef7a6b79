import {
  type Column,
  entityKind,
  getTableColumns,
  is,
  type SQL,
  sql,
  type SQLChunk,
  Subquery,
  ViewBaseConfig,
} from 'drizzle-orm';
import { toCamelCase, toSnakeCase } from 'drizzle-orm/casing';
import { PgArray, pgTable } from 'drizzle-orm/pg-core';
import type { PgColumnsBuilders } from 'drizzle-orm/pg-core/columns/all';
import { identity, type StreamTableIdentity } from './identity.ts';
import { RefusedTarget, refuseInserts } from './refused-target.ts';
import {
  TableBaseName,
  TableColumns,
  TableIsAlias,
  TableName,
  TableOriginalName,
  TableSchema,
} from './table-symbols.ts';
import { quoted } from './quoted.ts';
import { checkIdentifier, checkVisible, type ColumnBuilders } from './visible-columns.ts';

const DEFAULT_SCHEMA = 'public';

/** Where a stream table keeps what it was declared with. A symbol, because a column may be called anything. */
export const declaration = Symbol.for('@pgstream/drizzle.declaration');

/** What a stream table was declared with. */
export interface Declaration {
  readonly name: string;
  /** undefined: the default schema. */
  readonly schema: string | undefined;
  readonly columns: ColumnBuilders | ((types: PgColumnsBuilders) => ColumnBuilders);
}

/**
 * A stream table as Drizzle meets it: `(select <visible columns> from "schema"."name" "alias") "alias"`. PostgreSQL
 * takes that wherever it takes a view, plans it as it plans the table, and refuses it as the target of any write.
 * Inserts and updates do not come that far: what Drizzle reads of it to build them throws. (To build a delete it reads
 * nothing that a select does not read.)
 *
 * It stands behind its own columns, too, so that no column leads to a table that could be written.
 */
export class ReadOnlySelect extends Subquery {
  static override readonly [entityKind]: string = 'PgStreamTable';

  readonly [declaration]: Declaration;
  readonly [identity]: StreamTableIdentity;
  readonly [ViewBaseConfig]: object;

  readonly [TableName]: string;
  readonly [TableBaseName]: string;
  readonly [TableSchema]: string;
  readonly [TableColumns]: Readonly<Record<string, Column>>;
  readonly [TableIsAlias] = true;
  /**
   * Drizzle takes the target of an UPDATE from here, and else only a key for its cache of column names, which has the
   * columns in it, because one stream table may be declared twice with different ones.
   */
  readonly [TableOriginalName]: RefusedTarget;

  constructor(declared: Declaration, alias: string = declared.name) {
    const { name, schema = DEFAULT_SCHEMA } = declared;
    checkIdentifier('name', name);
    checkIdentifier('schema', schema);
    const columns = buildColumns(declared);
    checkVisible(name, columns);

    // Two keys may read one column, say in two modes: it is selected once, or its name would be ambiguous.
    const distinct = new Map(Object.values(columns).map((column) => [column.name, column]));
    super(selectText(schema, name, alias, [...distinct.values()]), columns, alias, false, [
      declared.schema === undefined ? name : `${schema}.${name}`,
    ]);

    this[declaration] = declared;
    this[identity] = { schema, name };
    this[ViewBaseConfig] = {
      name: alias,
      originalName: name,
      schema: declared.schema,
      selectedFields: columns,
      query: undefined,
      isExisting: true,
      isAlias: alias !== name,
    };
    this[TableName] = alias;
    this[TableBaseName] = alias;
    this[TableSchema] = schema;
    this[TableColumns] = columns;
    this[TableOriginalName] = new RefusedTarget(
      this[identity],
      `read-only stream table ${schema}.${name} (${[...distinct.keys()].join(', ')})`,
    );
    for (const column of Object.values(columns)) this.#standBehind(column);
    Object.assign(this, columns);
  }

  #standBehind(column: Column): void {
    Object.assign(column, { table: this });
    refuseInserts(column, this[identity]);
    if (is(column, PgArray)) this.#standBehind(column.baseColumn);
  }
}

/**
 * The select, as few pieces of SQL as can be: Drizzle puts it together for each query anew. The name of a column is a
 * piece of its own where the `casing` of a db may change it.
 */
function selectText(schema: string, name: string, alias: string, columns: readonly Column[]): SQL {
  const chunks: SQLChunk[] = [];
  let text = 'select ';
  for (const [index, column] of columns.entries()) {
    if (index > 0) text += ', ';
    if (followsCasing(column)) {
      chunks.push(sql.raw(text), column);
      text = '';
    } else {
      text += `${quoted(alias)}.${quoted(column.name)}`;
    }
  }
  return sql.join([...chunks, sql.raw(`${text} from ${quoted(schema)}.${quoted(name)} ${quoted(alias)}`)]);
}

function followsCasing({ keyAsName, name }: Column): boolean {
  return keyAsName && (toSnakeCase(name) !== name || toCamelCase(name) !== name);
}

/** Builders make columns for a table: for one that nobody ever holds. */
function buildColumns({ name, columns }: Declaration): Record<string, Column> {
  // The same call twice: pgTable() takes both forms, but by two overloads.
  return getTableColumns(typeof columns === 'function' ? pgTable(name, columns) : pgTable(name, columns));
}
