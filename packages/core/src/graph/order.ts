import {
  edgesOf,
  isStreamTable,
  pathsTo,
  stepOf,
  type DependencyGraph,
  type DependencyNode,
  type DependencyPath,
  type PathStep,
  type StreamTableNode,
} from './graph.ts';
import { reversed, type Edges } from './walks.ts';

/** A stream table whose turn comes after that of others. */
export interface OrderedStreamTable {
  readonly node: StreamTableNode;
  /**
   * The nearest of the others below it, each with the path to it. What is not among the ordered is passed through, as
   * views are.
   */
  readonly after: ReadonlyMap<StreamTableNode, readonly PathStep[]>;
  /** The path from it back to itself; undefined if there is none. */
  readonly cycle: DependencyPath | undefined;
  /** The path from it to something that is gone; undefined if all is there. */
  readonly missing: DependencyPath | undefined;
}

/** Some stream tables of a graph: what is read before what reads it, equals by name. */
export function inOrder(
  { nodes, layers, missing }: DependencyGraph,
  isWanted: (node: StreamTableNode) => boolean,
): OrderedStreamTable[] {
  const reads = edgesOf(nodes);
  const readers = reversed(reads);
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const wanted = layers.flat().flatMap((name) => {
    const node = byName.get(name);
    return node !== undefined && isStreamTable(node) && isWanted(node) ? [node] : [];
  });
  const among = new Set<DependencyNode>(wanted);
  return wanted.map((node) => ({
    node,
    after: nearest(node, among, reads),
    cycle: pathsTo(node, [node], readers)[0],
    missing: missing.find(({ streamTable }) => streamTable === node.name),
  }));
}

/** Stream tables and all those that they read. */
export function withUpstream({ nodes }: DependencyGraph, of: Iterable<StreamTableNode>): ReadonlySet<DependencyNode> {
  const reads = edgesOf(nodes);
  const found = new Set<DependencyNode>(of);
  // A set goes on to what is added to it meanwhile.
  for (const node of found) for (const source of reads.get(node) ?? []) found.add(source);
  return found;
}

function nearest(
  from: StreamTableNode,
  among: ReadonlySet<DependencyNode>,
  reads: Edges<DependencyNode>,
): Map<StreamTableNode, PathStep[]> {
  const paths = new Map<DependencyNode, PathStep[]>([[from, [stepOf(from)]]]);
  const found = new Map<StreamTableNode, PathStep[]>();
  for (const [node, path] of paths) {
    for (const source of reads.get(node) ?? []) {
      if (paths.has(source)) continue;
      const further = [...path, stepOf(source)];
      if (isStreamTable(source) && among.has(source)) found.set(source, further);
      else paths.set(source, further);
    }
  }
  return found;
}
