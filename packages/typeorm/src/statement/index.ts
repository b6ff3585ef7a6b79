export { cannotWrite } from './keywords.ts';
export type { WriteTarget } from './target.ts';
export { writeTargets } from './write-targets.ts';
