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
  type ModelOfStreamTable,
  type ModelsOptions,
  type RegistryOptions,
  type StreamTables,
  type StreamTablesExtension,
  type StreamTablesOptions,
} from './extension/index.ts';
export { externalTables, type ExternalTablesOptions } from './external-tables/index.ts';
export type { StreamTableHandle, StreamTablePromise } from './handle/index.ts';
export type { ForeignKeySide, RegisteredModel, RegisteredRelation, StreamTableRegistry } from './registry/index.ts';
