import { PgStreamError } from '@pgstream/core';
import type { DeclaredColumn, DeclaredStreamTable } from '@pgstream/core/definitions';
import { inlineParameters } from '@pgstream/core/statement';
import type { DataSource } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { nameOf } from '../handle/index.ts';
import { makingOf, type StreamTableMaking } from '../identity/index.ts';

/** What is said of the definitions. */
export interface StreamTableDefinitionsOptions {
  /** Where the entities are, for messages of `plan()`: `src/entities.ts`. */
  readonly source?: string | undefined;
}

/**
 * The definitions of a DataSource's stream tables, for `plan()` and `apply()` of `@pgstream/core/definitions` and for the command
 * line: those that were declared with a `query`. Schemas, prefixes, naming strategies and names of columns are the DataSource's,
 * which has to be initialized for that. A stream table without a query, which something else creates, is passed over.
 *
 * What a query builder selects is named as the columns of the entity are named in the database: `.select('o.customerId',
 * 'customer_id')`. Values of parameters are written into the query: a defining query has none.
 *
 * Throws INVALID_ARGUMENT for a DataSource that is not initialized, and for a value that cannot be written as SQL.
 *
 * @example
 * await apply(pgstream, await plan(pgstream, streamTableDefinitions(dataSource)));
 */
export function streamTableDefinitions(
  dataSource: DataSource,
  { source }: StreamTableDefinitionsOptions = {},
): DeclaredStreamTable[] {
  if (!dataSource.isInitialized) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      'The DataSource is not initialized, and what tables and columns are called is not known before: await dataSource.initialize() first.',
      { operation: 'declare' },
    );
  }
  return dataSource.entityMetadatas.flatMap((metadata) => {
    const { query, ...making } = makingOf(metadata.target) ?? {};
    if (query === undefined) return [];
    const columns = metadata.nonVirtualColumns.map((column) => declaredColumn(dataSource, column));
    return [
      {
        name: nameOf(metadata),
        ...making,
        query: textOf(query, dataSource),
        columns,
        comment: metadata.comment,
        source,
      },
    ];
  });
}

function textOf(query: NonNullable<StreamTableMaking['query']>, dataSource: DataSource): string {
  const given = typeof query === 'function' ? query(dataSource) : query;
  return typeof given === 'string' ? given : inlineParameters(...given.getQueryAndParameters());
}

/** A type that only the property's class tells, or an enum's, whose name is made elsewhere, is left to the query. */
function declaredColumn({ driver }: DataSource, column: ColumnMetadata): DeclaredColumn {
  const { databaseName: name, type, isArray } = column;
  if (typeof type !== 'string' || type === 'enum' || type === 'simple-enum') return { name };
  return { name, type: `${driver.normalizeType(column)}${isArray ? '[]' : ''}` };
}
