export { cannotWrite } from './keywords.ts';
export type { WriteTarget } from './target.ts';
export { relationPassedOnTo } from './view.ts';
export { writeTargets } from './write-targets.ts';
