export { streamTablesFilter, type StreamTablesFilterOptions } from './tables-filter.ts';
