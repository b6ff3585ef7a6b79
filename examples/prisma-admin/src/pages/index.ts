export { originDelaysPage } from './origin-delays.ts';
export { problemPage } from './problem.ts';
