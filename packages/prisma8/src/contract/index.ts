export { invalid } from './invalid.ts';
export {
  declaredModels,
  type DeclaredModels,
  type GuardedModel,
  type GuardedRelation,
  type StreamModels,
} from './models.ts';
