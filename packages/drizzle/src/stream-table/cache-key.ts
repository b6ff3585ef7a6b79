import { entityKind, Table } from 'drizzle-orm';
import { TableCacheKey, TableColumns, TableIsAlias } from './table-symbols.ts';

/** What a cache of Drizzle's calls a stream table: as it calls a table that was declared so. */
export function cacheKeyOf({ schema, name }: { readonly schema: string | undefined; readonly name: string }): string {
  return schema === undefined ? name : `${schema}.${name}`;
}

/** What the inside of the sub-select calls the stream table: no table has that name, so nothing writes to it. */
export const CACHE_MARK = 'stream table';

/**
 * For Drizzle 1.0, which asks each piece of a query for a table and what a cache calls that. As SQL it is an alias, and
 * that alone.
 */
export class CacheMark extends Table {
  static override readonly [entityKind]: string = 'PgStreamTableMark';

  constructor(cacheKey: string) {
    super(CACHE_MARK, undefined, CACHE_MARK);
    Object.assign(this, { [TableIsAlias]: true, [TableCacheKey]: cacheKey, [TableColumns]: {} });
  }
}
