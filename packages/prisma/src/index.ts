export type {
  IsStaleOptions,
  RefreshAfterOptions,
  RefreshIfStaleOptions,
  RefreshIfStaleResult,
  RefreshOptions,
  RefreshResult,
  StreamTableStatus,
} from '@pgstream/core';
export {
  isPgStreamError,
  PgStreamError,
  StreamTableNotFoundError,
  StreamTableReadOnlyError,
  type PgStreamErrorCode,
} from '@pgstream/core';
export {
  defineStreamTables,
  pgStream,
  type FluentApi,
  type GuardedWrite,
  type ModelOfStreamTable,
  type ModelsOptions,
  type RegistryOfModels,
  type RegistryOptions,
  type StreamTableIsReadOnly,
  type StreamTables,
  type StreamTablesExtension,
  type StreamTablesOptions,
  type WriteWithoutArguments,
} from './extension/index.ts';
export {
  fromPrisma,
  type IsStale,
  type LastRefreshAt,
  type PrismaConnection,
  type Refresh,
  type RefreshAfter,
  type RefreshIfStale,
  type Status,
  type StalenessMs,
  type StreamTableHandle,
  type StreamTablePromise,
} from './handle/index.ts';
export type { ForeignKeySide, RegisteredModel, RegisteredRelation, StreamTableRegistry } from './registry/index.ts';
