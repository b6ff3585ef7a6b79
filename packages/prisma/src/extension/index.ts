export { defineStreamTables, pgStream, type StreamTables } from './extension.ts';
export type { ModelOfStreamTable, ModelsOptions, RegistryOptions, StreamTablesOptions } from './options.ts';
export type { StreamTablesExtension } from './types.ts';
