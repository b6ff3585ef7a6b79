export { ask, createContext, run, within, type About, type Context } from './context.ts';
export { findExtension } from './detect.ts';
export { DIALECTS, HIDDEN_COLUMN_PREFIXES, isHiddenColumn, type Dialect, type DialectName } from './names.ts';
export { epochMs, statement } from './statement.ts';
