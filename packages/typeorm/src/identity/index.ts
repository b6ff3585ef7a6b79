export { type EntityFunction, isStreamTable, markStreamTable } from './mark.ts';
export { identifyRows, keepRowsOfNulls } from './row-identity.ts';
export { checkVisible } from './visible-columns.ts';
