export { streamTablesFilter, type StreamTablesFilterOptions } from './kit/index.ts';
