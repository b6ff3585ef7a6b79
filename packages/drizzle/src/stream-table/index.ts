export { streamAlias, type StreamTableAlias } from './alias.ts';
export { declaredStreamTables } from './declared.ts';
export { identity, identityOf, type StreamTableIdentity } from './identity.ts';
export { quoted } from './quoted.ts';
export { ReadOnlySelect, selectText } from './read-only-select.ts';
export {
  pgStreamSchema,
  pgStreamTable,
  type AnyPgStreamTable,
  type PgStreamSchema,
  type PgStreamTable,
  type PgStreamTableFn,
  type StreamTableIsReadOnly,
  type StreamTableOptions,
} from './stream-table.ts';
export { TableColumns, TableName } from './table-symbols.ts';
