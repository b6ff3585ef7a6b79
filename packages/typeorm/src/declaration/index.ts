export { columnOf, type StreamColumn, type StreamColumnOptions, type TypedColumn } from './column-values.ts';
export type { StreamTableOptions } from './declare.ts';
export {
  defineStreamTable,
  type DefinedStreamTable,
  type StreamRelation,
  type StreamTableDeclaration,
  type StreamTableRow,
} from './define.ts';
export { StreamTable } from './stream-table.ts';
