import type { StreamTableState, StreamTableStatus } from '../catalog/index.ts';
import type { QualifiedName } from '../name/index.ts';
import { components, follow, reversed, stepsTo, type Edges } from './walks.ts';

/** A stream table of the graph, with what decides about its refreshes. */
export interface StreamTableNode {
  readonly kind: 'STREAM_TABLE';
  readonly oid: number;
  readonly name: QualifiedName;
  /** The oids of what it reads: tables, views and other stream tables. What is below a view may be among them. */
  readonly reads: readonly number[];
  readonly status: StreamTableState;
  readonly refreshMode: StreamTableStatus['refreshMode'];
  readonly orchestration: StreamTableStatus['orchestration'];
  /** The same as `isStale()`, when the graph was read: null where the schedule gives no bound. */
  readonly isStale: boolean | null;
}

/** Something else that stream tables read, themselves or through views. */
export interface SourceNode {
  /** `MISSING`: it was dropped. */
  readonly kind: 'TABLE' | 'VIEW' | 'MATVIEW' | 'FOREIGN_TABLE' | 'MISSING';
  readonly oid: number;
  /** Null if it was dropped. */
  readonly name: QualifiedName | null;
  /** The oids of what a view reads; empty for all others. */
  readonly reads: readonly number[];
}

export type DependencyNode = StreamTableNode | SourceNode;

/** A relation on a path. The name is null if it was dropped. */
export type PathStep = Pick<DependencyNode, 'kind' | 'oid' | 'name'>;

/** How a stream table comes to read something: each relation reads the next one. */
export interface DependencyPath {
  readonly streamTable: QualifiedName;
  /** The stream table first. */
  readonly path: readonly PathStep[];
}

/** Which stream tables read what. It holds no Date and no function: JSON loses nothing of it. */
export interface DependencyGraph {
  /** The stream tables and everything that they read: sources before what reads them. */
  readonly nodes: readonly DependencyNode[];
  /**
   * The stream tables by how many others are below them: those of one layer read only those of earlier ones. Those of a
   * cycle are in one layer.
   */
  readonly layers: readonly (readonly QualifiedName[])[];
  /** One path for each group of stream tables that read each other, from one of them back to itself. */
  readonly cycles: readonly DependencyPath[];
  /** For each stream table that was built on something that is gone, itself or through others, the path to that. */
  readonly missing: readonly DependencyPath[];
}

/** The graph of these relations. */
export function dependencyGraph(relations: readonly DependencyNode[]): DependencyGraph {
  const reads = edgesOf(relations.toSorted(compareNodes));
  const readers = reversed(reads);
  const groups = components(reads);
  const nodes = groups.flat();
  return {
    nodes,
    layers: layersOf(groups, reads),
    cycles: groups.flatMap((group) => {
      const first = group.filter(isStreamTable).toSorted(compareNodes)[0];
      return first ? pathsTo(first, [first], readers) : [];
    }),
    missing: nodes
      .filter(({ kind }) => kind === 'MISSING')
      .flatMap((gone) => pathsTo(gone, nodes.filter(isStreamTable), readers)),
  };
}

/** What each node reads. */
export function edgesOf(relations: readonly DependencyNode[]): Edges<DependencyNode> {
  const byOid = new Map(relations.map((node) => [node.oid, node]));
  return new Map(relations.map((node) => [node, node.reads.flatMap((oid) => byOid.get(oid) ?? [])]));
}

/** A group comes after all that it reads, so the heights of those are known by then. */
function layersOf(groups: readonly (readonly DependencyNode[])[], reads: Edges<DependencyNode>): QualifiedName[][] {
  const layers: StreamTableNode[][] = [];
  /** How many layers there are up to a node, with its own. */
  const heights = new Map<DependencyNode, number>();
  for (const group of groups) {
    const sources = group.flatMap((node) => reads.get(node) ?? []);
    const depth = Math.max(0, ...sources.map((source) => heights.get(source) ?? 0));
    const streamTables = group.filter(isStreamTable);
    const isLayer = streamTables.length > 0;
    for (const node of group) heights.set(node, isLayer ? depth + 1 : depth);
    if (isLayer) (layers[depth] ??= []).push(...streamTables);
  }
  return layers.map((layer) => layer.toSorted(compareNodes).map(({ name }) => name));
}

/** The paths from those of the stream tables that lead to the target. */
export function pathsTo(
  target: DependencyNode,
  from: readonly StreamTableNode[],
  readers: Edges<DependencyNode>,
): DependencyPath[] {
  const steps = stepsTo(target, readers);
  return from
    .filter((node) => steps.has(node))
    .map((node) => ({
      streamTable: node.name,
      path: follow<DependencyNode>(node, target, steps).map((each) => stepOf(each)),
    }));
}

/** A relation as paths have it. */
export function stepOf({ kind, oid, name }: DependencyNode): PathStep {
  return { kind, oid, name };
}

/** Whether a node is a stream table. */
export function isStreamTable(node: DependencyNode): node is StreamTableNode {
  return node.kind === 'STREAM_TABLE';
}

/** By code units: the order is the same in every locale. */
function compareNodes(a: DependencyNode, b: DependencyNode): number {
  return (
    compare(a.name?.schema ?? '', b.name?.schema ?? '') ||
    compare(a.name?.name ?? '', b.name?.name ?? '') ||
    a.oid - b.oid
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
