export { findingsText, inItsWords, verdictOf, type Finding } from './findings.ts';
export { NOTHING } from './nothing.ts';
export { createOutput, type Output, type OutputFlags } from './output.ts';
export { freshText, scheduleText, stateText } from './states.ts';
export type { Column } from './table.ts';
export { streamTablesText } from './stream-tables.ts';
