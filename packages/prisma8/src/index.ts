export type {
  IsStaleOptions,
  Lsn,
  RefreshAfterOptions,
  RefreshIfStaleOptions,
  RefreshIfStaleResult,
  RefreshOptions,
  RefreshResult,
  StreamTableStatus,
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
export { streamTables, type StreamTablesGuard, type StreamTablesOptions } from './client/index.ts';
export type { StreamModels } from './contract/index.ts';
export { fromPrisma, type StreamTableHandle } from './handle/index.ts';
export type {
  GuardedClient,
  GuardedCollection,
  GuardedOrm,
  GuardedSql,
  GuardedTransaction,
  GuardOf,
  StreamTableIsReadOnly,
} from './types/index.ts';
