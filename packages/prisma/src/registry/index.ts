export { registryOf, type ModelOfSchema } from './reachable.ts';
export {
  propertyOf,
  type ForeignKeySide,
  type RegisteredModel,
  type RegisteredRelation,
  type StreamTableRegistry,
} from './registry.ts';
