export { cannotWrite, relationPassedOnTo, writeTargets, type WriteTarget } from './statement/index.ts';
