export { createStreamTable, type CreateStreamTable } from './create-stream-table.ts';
export type { MigrationOperation, MigrationStep } from './operation.ts';
