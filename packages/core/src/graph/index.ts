export {
  dependencyGraph,
  type DependencyGraph,
  type DependencyNode,
  type DependencyPath,
  type PathStep,
  type SourceNode,
  type StreamTableNode,
} from './graph.ts';
export { pathText } from './path.ts';
export { readGraph } from './read.ts';
