export { relational, type RelationalStreamTable } from './relational-table.ts';
export { streamSchema, type StreamSchema } from './stream-schema.ts';
