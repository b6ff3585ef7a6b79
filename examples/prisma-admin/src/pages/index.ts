export { originDelaysPage } from './origin-delays.ts';
export { type Outcome, overviewPage } from './overview.ts';
export { problemPage } from './problem.ts';
