export { loadDefinitions } from './load.ts';
export { shownSteps } from './shown.ts';
export { writeSqlFile } from './sql-file.ts';
