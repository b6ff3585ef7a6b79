export type { TableName } from './identifier.ts';
export { cannotWrite } from './keywords.ts';
export { knownTargets } from './known.ts';
export { inlineParameters } from './parameters.ts';
export type { WriteOperation, WriteTarget } from './target.ts';
export { relationPassedOnTo } from './view.ts';
export { writeTargets } from './write-targets.ts';
