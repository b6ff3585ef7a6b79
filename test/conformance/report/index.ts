export { caseOf } from './case.ts';
export { note } from './notes.ts';
