import type { DependencyGraph, DependencyNode } from '@pgstream/core';
import archy from 'archy';

/** What a node is called, and what is said of it. */
export interface Labels {
  /** Its name. */
  readonly name: (node: DependencyNode) => string;
  /** The same with kind and state, for people. */
  readonly full: (node: DependencyNode) => string;
}

/** Sources with what reads them below: what is reached by several ways is shown once in full. */
export function tree({ nodes }: DependencyGraph, { full, name }: Labels): string {
  const shown = new Set<number>();
  const branch = (node: DependencyNode): archy.Data => {
    const readers = nodes.filter(({ reads }) => reads.includes(node.oid));
    if (shown.has(node.oid)) return { label: readers.length === 0 ? full(node) : `${name(node)} (see above)` };
    shown.add(node.oid);
    return { label: full(node), nodes: readers.map((reader) => branch(reader)) };
  };
  const tops = nodes.filter(({ reads }) => reads.length === 0);
  const trees = tops.map((node) => archy(branch(node)));
  // What is in a cycle may have nothing above it.
  for (const node of nodes) if (!shown.has(node.oid)) trees.push(archy(branch(node)));
  return trees.join('').trimEnd();
}
