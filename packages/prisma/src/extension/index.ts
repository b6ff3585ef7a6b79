export { defineStreamTables, pgStream, type StreamTables } from './extension.ts';
export type { ModelOfStreamTable, ModelsOptions, RegistryOptions, StreamTablesOptions } from './options.ts';
export type { FluentApi } from './operation.ts';
export type { RegistryOfModels, StreamTableIsReadOnly, StreamTablesExtension } from './types.ts';
export type { GuardedWrite, WriteWithoutArguments } from './write-guards.ts';
