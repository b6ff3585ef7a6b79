export { streamTables, type StreamTablesGuard, type StreamTablesOptions } from './stream-tables.ts';
