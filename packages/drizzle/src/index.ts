export {
  isPgStreamError,
  PgStreamError,
  StreamTableNotFoundError,
  StreamTableReadOnlyError,
  type PgStreamErrorCode,
} from '@pgstream/core';
export { guardStreamTables } from './guard/index.ts';
export { streamTable, type StreamTableHandle } from './handle/index.ts';
export { relational, streamSchema, type RelationalStreamTable, type StreamSchema } from './relational/index.ts';
export {
  pgStreamSchema,
  pgStreamTable,
  streamAlias,
  type AnyPgStreamTable,
  type PgStreamSchema,
  type PgStreamTable,
  type PgStreamTableFn,
  type StreamTableAlias,
} from './stream-table/index.ts';
