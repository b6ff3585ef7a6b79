// What the results of the helpers and of fromTypeORM() are made of: whoever exports them has to name it.
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
export {
  isPgStreamError,
  PgStreamError,
  StreamTableNotFoundError,
  StreamTableReadOnlyError,
  type PgStreamErrorCode,
} from '@pgstream/core';
export {
  columnOf,
  defineStreamTable,
  StreamTable,
  type DefinedStreamTable,
  type StreamColumn,
  type StreamColumnOptions,
  type StreamRelation,
  type StreamTableDeclaration,
  type StreamTableOptions,
  type StreamTableRow,
  type TypedColumn,
} from './declaration/index.ts';
export { streamTableDefinitions, type StreamTableDefinitionsOptions } from './definitions/index.ts';
export { StreamTableEntity, type On, type StreamEntityClass } from './entity/index.ts';
export { protectStreamTables, type ProtectOptions } from './guard/index.ts';
export { fromTypeORM, type Connection, type StreamTableHandle } from './handle/index.ts';
export type { SelectQuery, StreamTableMaking } from './identity/index.ts';
export { streamRepository, type StreamQueryBuilder, type StreamRepository } from './repository/index.ts';
