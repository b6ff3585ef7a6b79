export { streamTableDefinitions, type StreamTableDefinitionsOptions } from './definitions/index.ts';
export { externalTables, type ExternalTablesOptions } from './external-tables/index.ts';
