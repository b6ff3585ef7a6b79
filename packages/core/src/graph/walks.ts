/** What each node leads to. */
export type Edges<Node> = ReadonlyMap<Node, readonly Node[]>;

/** The same edges the other way round. */
export function reversed<Node>(edges: Edges<Node>): Edges<Node> {
  const back = new Map<Node, Node[]>(Array.from(edges.keys(), (node) => [node, []]));
  for (const [node, targets] of edges) for (const target of targets) back.get(target)?.push(node);
  return back;
}

/**
 * The nodes in groups, each after all that it leads to; those in one group lead to each other (Tarjan's strongly
 * connected components).
 */
export function components<Node>(edges: Edges<Node>): Node[][] {
  const groups: Node[][] = [];
  const open: Node[] = [];
  /** When a node was reached; Infinity once its group is complete, so that nothing is taken for its member any more. */
  const reached = new Map<Node, number>();

  /** Gives the earliest open node that can be reached from here. */
  const visit = (node: Node): number => {
    const mine = reached.size;
    reached.set(node, mine);
    open.push(node);
    let earliest = mine;
    for (const target of edges.get(node) ?? []) earliest = Math.min(earliest, reached.get(target) ?? visit(target));
    if (earliest === mine) {
      const group = open.splice(open.indexOf(node));
      for (const member of group) reached.set(member, Infinity);
      groups.push(group);
    }
    return earliest;
  };
  for (const node of edges.keys()) if (!reached.has(node)) visit(node);
  return groups;
}

/** For each node that leads to the target, the next one on a shortest way there. */
export function stepsTo<Node>(target: Node, back: Edges<Node>): ReadonlyMap<Node, Node> {
  const steps = new Map<Node, Node>();
  const queue = [target];
  for (const node of queue) {
    for (const reader of back.get(node) ?? []) {
      if (steps.has(reader)) continue;
      steps.set(reader, node);
      queue.push(reader);
    }
  }
  return steps;
}

/** The nodes from one to the target, both included; where they are the same one, round and back to it. */
export function follow<Node>(from: Node, target: Node, steps: ReadonlyMap<Node, Node>): Node[] {
  const path = [from];
  for (let node = steps.get(from); node !== undefined; node = node === target ? undefined : steps.get(node)) {
    path.push(node);
  }
  return path;
}
