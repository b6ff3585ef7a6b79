import { PgStreamError } from '@pgstream/core';
import type { DeclaredStreamTable } from '@pgstream/core/definitions';
import { inlineParameters } from '@pgstream/core/statement';
import { is, Placeholder } from 'drizzle-orm';
import { PgDialect, QueryBuilder } from 'drizzle-orm/pg-core';
import {
  type Casing,
  declaration,
  type DefiningQuery,
  definingQuery,
  identity,
  nameIn,
  ReadOnlySelect,
  TableColumns,
} from '../stream-table/index.ts';

/** How the queries are written. */
export interface StreamTableDefinitionsOptions {
  /** The `casing` of the db, where it has one (Drizzle 0.45): names of columns by their keys, in queries and models alike. */
  readonly casing?: Casing | undefined;
  /** Where the models are, for messages of `plan()`: `src/schema.ts`. */
  readonly source?: string | undefined;
}

/**
 * The definitions of the stream tables of a schema, for `plan()` and `apply()` of `@pgstream/core/definitions` and for the
 * command line: those that were given their query by `.as()`. Takes what `drizzle()` takes as `schema`, or a list. What else is in
 * it, and a stream table without a query, which something else creates, is passed over.
 *
 * Values in a query are written into it: a defining query has no parameters.
 *
 * Throws INVALID_ARGUMENT for a query that has a placeholder, or a value that cannot be written as SQL.
 *
 * @example
 * import * as schema from './schema.ts';
 * export default streamTableDefinitions(schema);
 */
export function streamTableDefinitions(
  schema: Readonly<Record<string, unknown>> | readonly unknown[],
  { casing, source }: StreamTableDefinitionsOptions = {},
): DeclaredStreamTable[] {
  const tables = new Set(Object.values(schema).filter((value): value is ReadOnlySelect => is(value, ReadOnlySelect)));
  // 1.0 has no casing, and does not look for one.
  const dialect = new PgDialect({ casing } as object);
  return [...tables].flatMap((table) => {
    const query = table[definingQuery];
    return query === undefined ? [] : [{ ...declared(table, casing), query: textOf(query, dialect, table), source }];
  });
}

function declared(table: ReadOnlySelect, casing: Casing | undefined): Omit<DeclaredStreamTable, 'query'> {
  const { schedule, refreshMode, view } = table[declaration];
  const columns = Object.values(table[TableColumns]).map((column) => ({
    name: nameIn(column, casing),
    type: column.getSQLType(),
  }));
  return { name: table[identity], schedule, refreshMode, view, columns };
}

function textOf(query: DefiningQuery, dialect: PgDialect, table: ReadOnlySelect): string {
  const built = typeof query === 'function' ? query(new QueryBuilder(dialect)) : query;
  const { sql, params } = dialect.sqlToQuery(built.getSQL());
  const placeholder: unknown = params.find((value) => is(value, Placeholder));
  if (placeholder === undefined) return inlineParameters(sql, params);
  const { schema, name } = table[identity];
  throw new PgStreamError(
    'INVALID_ARGUMENT',
    `The defining query of "${name}" has the placeholder "${(placeholder as { name: string }).name}": nobody fills it in when the stream table is refreshed. Write the value into the query.`,
    { schema, table: name, operation: 'declare' },
  );
}
