/**
 * What Drizzle reads of the table behind a column or a relation. These are symbols of its registry
 * (drizzle-orm/table.js), which has no public name for them.
 */
export const TableName = Symbol.for('drizzle:Name');
export const TableOriginalName = Symbol.for('drizzle:OriginalName');
export const TableBaseName = Symbol.for('drizzle:BaseName');
export const TableSchema = Symbol.for('drizzle:Schema');
export const TableColumns = Symbol.for('drizzle:Columns');
export const TableIsAlias = Symbol.for('drizzle:IsAlias');
/** What a cache of 1.0 calls a table. */
export const TableCacheKey = Symbol.for('drizzle:CacheKey');
