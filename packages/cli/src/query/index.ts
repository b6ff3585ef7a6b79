export { namedIn, type Named } from './named.ts';
export { functionName, isStar, selectOf, targetsOf } from './select.ts';
export { anywhere, at, list, type Node } from './tree.ts';
