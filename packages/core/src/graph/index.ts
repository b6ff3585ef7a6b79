export {
  dependencyGraph,
  isStreamTable,
  type DependencyGraph,
  type DependencyNode,
  type DependencyPath,
  type PathStep,
  type SourceNode,
  type StreamTableNode,
} from './graph.ts';
export { inOrder, withUpstream, type OrderedStreamTable } from './order.ts';
export { pathText } from './path.ts';
export { readGraph } from './read.ts';
