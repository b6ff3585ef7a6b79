export { cannotWrite } from './keywords.ts';
export { type WriteOperation, type WriteTarget } from './target.ts';
export { writeTargets } from './write-targets.ts';
