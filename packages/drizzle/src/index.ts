export {
  isPgStreamError,
  PgStreamError,
  StreamTableNotFoundError,
  StreamTableReadOnlyError,
  type PgStreamErrorCode,
} from '@pgstream/core';
// What the results of the helpers are made of: declarations of yours may have to name it.
export type {
  DifferentResult,
  IsStaleOptions,
  Lsn,
  RefreshAfterOptions,
  RefreshIfStaleOptions,
  RefreshIfStaleResult,
  RefreshMode,
  RefreshOptions,
  RefreshResult,
  Row,
  Schedule,
  ScheduleInput,
  SqlExecutor,
  StreamTableState,
  StreamTableStatus,
  TransactionState,
  UndecidableResult,
  VerifiedResult,
  VerifyOptions,
  VerifyResult,
  WaitUntilFreshOptions,
  WaitUntilFreshResult,
  Wakeups,
} from '@pgstream/core';
export { streamTableDefinitions, type StreamTableDefinitionsOptions } from './definitions/index.ts';
export { guardStreamTables, type GuardOptions } from './guard/index.ts';
export { fromDrizzle, streamTable, type PgDatabaseLike, type StreamTableHandle } from './handle/index.ts';
export { relational, streamSchema, type RelationalStreamTable, type StreamSchema } from './relational/index.ts';
export {
  pgStreamSchema,
  pgStreamTable,
  streamAlias,
  type AnyPgStreamTable,
  type PgStreamSchema,
  type Definable,
  type PgStreamTable,
  type PgStreamTableDeclaration,
  type PgStreamTableFn,
  type StreamTableAlias,
  type StreamTableIsReadOnly,
  type StreamTableOptions,
} from './stream-table/index.ts';
