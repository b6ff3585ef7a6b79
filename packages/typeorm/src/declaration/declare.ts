import { PgStreamError } from '@pgstream/core';
import { getMetadataArgsStorage, Entity, type EntityOptions } from 'typeorm';
import {
  checkVisible,
  type EntityFunction,
  identifyRows,
  markStreamTable,
  type StreamTableMaking,
} from '../identity/index.ts';
import { attachOnBuild } from './attach-on-build.ts';

/**
 * What is said of a stream table. With a `query` it is a definition, too, which `streamTableDefinitions()` hands to `plan()`; by
 * itself nothing is created.
 */
export interface StreamTableOptions
  extends Pick<EntityOptions, 'name' | 'schema' | 'orderBy' | 'comment'>, StreamTableMaking {
  /** Its name in the database. Default: what the naming strategy makes of the class's name, as for any entity. */
  readonly name?: string;
  /** Its schema. Default: the `schema` of the DataSource, or `public`; the search_path plays no part. */
  readonly schema?: string;
}

/**
 * Makes an entity of a class whose columns are declared already: read-only, and left alone by the schema builder.
 * Throws INVALID_NAME for a column of the extension's own, and for a dot in a name.
 */
export function declareStreamTable(
  target: EntityFunction,
  { query, schedule, refreshMode, view, ...options }: StreamTableOptions,
): void {
  checkDots(target.name, options);
  const storage = getMetadataArgsStorage();
  const columns = storage.filterColumns(chainOf(target));
  checkVisible(
    target.name,
    columns.map(({ propertyName, options: { name } }) => ({ propertyName, databaseName: name })),
  );
  if (!columns.some(({ options: { primary } }) => primary)) identifyRows(storage, target);
  // The schema builder of TypeORM would drop the extension's columns and their index, and add a primary key.
  Entity({ ...options, synchronize: false })(target);
  markStreamTable(target, { query, schedule, refreshMode, view });
  attachOnBuild(target);
}

/** TypeORM splits at them: the stream table would be looked for by three names, or by none that it has. */
function checkDots(entity: string, { name, schema }: StreamTableOptions): void {
  const dotted = [name, schema].find((each) => each?.includes('.'));
  if (dotted === undefined) return;
  throw new PgStreamError(
    'INVALID_NAME',
    `The stream entity ${entity} cannot be of "${dotted}": TypeORM can say no name with a dot in it. Where it parts schema and table: give the schema by itself, { schema: 'analytics', name: 'region_totals' }.`,
    { operation: 'declare' },
  );
}

/** A class and those that it extends. */
function chainOf(target: EntityFunction): EntityFunction[] {
  const chain: EntityFunction[] = [];
  for (let each: unknown = target; typeof each === 'function' && each !== Function.prototype;) {
    chain.push(each);
    each = Object.getPrototypeOf(each);
  }
  return chain;
}
