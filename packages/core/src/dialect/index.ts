export { ASKED_FUNCTIONS, type Facts } from './abilities.ts';
export { DIALECTS, dialectOf, type Dialect } from './dialect.ts';
export {
  EXTENSION_SCHEMAS,
  HIDDEN_COLUMN_PREFIXES,
  isHiddenColumn,
  NAMES,
  type DialectName,
  type Names,
} from './names.ts';
export { EQUALS, epochMs, floatBits, fromNamed, statement, type Statement } from './statement.ts';
