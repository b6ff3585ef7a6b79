export { DIALECTS, HIDDEN_COLUMN_PREFIXES, isHiddenColumn, type Dialect, type DialectName } from './names.ts';
export { EQUALS, epochMs, floatBits, fromNamed, statement, type Statement } from './statement.ts';
