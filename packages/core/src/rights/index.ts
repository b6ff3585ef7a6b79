export { canWrite } from './can-write.ts';
export { readOnlyRoleSql } from './read-only-role.ts';
export { refreshFunctionSql, type RefreshFunctionOptions } from './refresh-function.ts';
export { explainWriteError, sourceWriterSql, type SourceWriterOptions } from './source-writer.ts';
export type { SqlTextOptions } from './sql-text.ts';
