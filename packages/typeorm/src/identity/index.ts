export {
  type EntityFunction,
  isStreamTable,
  makingOf,
  markStreamTable,
  type SelectQuery,
  type StreamTableMaking,
} from './mark.ts';
export { cannotReload } from './no-ids.ts';
export { identifyRows } from './place.ts';
export { refuseReferencesToPlaces } from './references.ts';
export { findRowsByPlace } from './row-identity.ts';
export { WRITES_BY_ENTITY, WRITES_BY_TARGET } from './writes.ts';
export { checkVisible } from './visible-columns.ts';
