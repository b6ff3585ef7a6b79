export { HIDDEN_COLUMN_PREFIXES, isHiddenColumn, type DialectName } from './dialect/index.ts';
export {
  isPgStreamError,
  PgStreamError,
  StreamTableNotFoundError,
  StreamTableReadOnlyError,
  type PgStreamErrorCode,
  type PgStreamErrorFields,
} from './errors/index.ts';
export type { Row, SqlExecutor, TransactionState } from './executor/index.ts';
export type { IsStaleOptions } from './freshness/index.ts';
export type { QualifiedName, StreamTableName } from './name/index.ts';
export { createPgStream, type PgStream, type PgStreamOptions } from './pg-stream.ts';
export type { StreamTable } from './stream-table.ts';
