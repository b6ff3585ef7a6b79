export { streamAlias, type StreamTableAlias } from './alias.ts';
export { type Casing, nameIn } from './casing.ts';
export { declaredStreamTables } from './declared.ts';
export { type Definable, type DefiningQuery, definingQuery } from './defining-query.ts';
export { identity, identityOf, type StreamTableIdentity } from './identity.ts';
export { quoted } from './quoted.ts';
export { declaration, ReadOnlySelect, selectText } from './read-only-select.ts';
export {
  pgStreamSchema,
  pgStreamTable,
  type AnyPgStreamTable,
  type PgStreamSchema,
  type PgStreamTable,
  type PgStreamTableDeclaration,
  type PgStreamTableFn,
  type StreamTableIsReadOnly,
  type StreamTableOptions,
} from './stream-table.ts';
export { TableColumns, TableName } from './table-symbols.ts';
