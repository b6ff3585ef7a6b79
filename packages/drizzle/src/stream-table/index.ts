export { streamAlias, type StreamTableAlias } from './alias.ts';
export { identityOf } from './identity.ts';
export {
  pgStreamSchema,
  pgStreamTable,
  type AnyPgStreamTable,
  type PgStreamSchema,
  type PgStreamTable,
  type PgStreamTableFn,
} from './stream-table.ts';
