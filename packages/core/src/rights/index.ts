export { canWrite, type CanWriteOptions } from './can-write.ts';
export { readOnlyRoleSql, type ReadOnlyRoleOptions } from './read-only-role.ts';
export { refreshFunctionSql, type RefreshFunctionOptions } from './refresh-function.ts';
export { refreshRoleSql, type RefreshRoleOptions } from './refresh-role.ts';
export { sourceWriterSql, type SourceWriterOptions } from './source-writer.ts';
export type { SqlTextOptions } from './sql-text.ts';
