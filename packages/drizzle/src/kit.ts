export {
  streamTablesConfig,
  streamTablesFilter,
  type StreamTablesConfig,
  type StreamTablesConfigOptions,
  type StreamTablesFilterOptions,
} from './kit/index.ts';
