export { DIALECTS, HIDDEN_COLUMN_PREFIXES, isHiddenColumn, type Dialect, type DialectName } from './names.ts';
export { epochMs, statement, type Statement } from './statement.ts';
