export { type Outcome, overviewPage } from './overview.ts';
export { originDelaysPage } from './origin-delays.ts';
export { problemPage } from './problem.ts';
