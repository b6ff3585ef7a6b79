import type { DependencyGraph, DependencyNode } from '@pgstream/core';
import type { Labels } from './tree.ts';

/** A flowchart of Mermaid, as Markdown pages show it. */
export function mermaid({ nodes }: DependencyGraph, { name }: Labels): string {
  const known = new Set(nodes.map(({ oid }) => oid));
  const text = (node: DependencyNode): string => name(node).replaceAll('#', '#35;').replaceAll('"', '#quot;');
  return [
    'flowchart TD',
    ...nodes.map(
      (node) => `  n${node.oid}${node.kind === 'STREAM_TABLE' ? `(["${text(node)}"])` : `["${text(node)}"]`}`,
    ),
    ...edges(nodes, known).map(([from, to]) => `  n${from} --> n${to}`),
  ].join('\n');
}

/** A graph of Graphviz. */
export function dot({ nodes }: DependencyGraph, { name }: Labels): string {
  const known = new Set(nodes.map(({ oid }) => oid));
  const text = (node: DependencyNode): string => name(node).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  return [
    'digraph pgstream {',
    '  node [shape=box];',
    ...nodes.map(
      (node) => `  n${node.oid} [label="${text(node)}"${node.kind === 'STREAM_TABLE' ? ', style=rounded' : ''}];`,
    ),
    ...edges(nodes, known).map(([from, to]) => `  n${from} -> n${to};`),
    '}',
  ].join('\n');
}

function edges(nodes: readonly DependencyNode[], known: ReadonlySet<number>): (readonly [from: number, to: number])[] {
  return nodes.flatMap(({ oid, reads }) =>
    reads.filter((source) => known.has(source)).map((source) => [source, oid] as const),
  );
}
