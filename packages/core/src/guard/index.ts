export { DeclaredTables } from './declared-tables.ts';
export { refusal, refusedDefinition } from './refusal.ts';
export { refusedWrites, type RefusedWrite } from './refused-writes.ts';
export type { ProtectedTable, StreamTables } from './stream-tables.ts';
export { type NamedTable, TableNames } from './table-names.ts';
