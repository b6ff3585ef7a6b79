import { StreamTable } from '@pgstream/typeorm';
import { type ObjectLiteral, PrimaryColumn, Tree, TreeChildren, TreeParent } from 'typeorm';
import type { Write } from './write.ts';

/** Each writes more than the row itself: paths, bounds or a table of its own. */
const TREES = (['materialized-path', 'nested-set', 'closure-table'] as const).map((type) => {
  @StreamTable('user')
  @Tree(type)
  class Node {
    @PrimaryColumn('int') select!: number;
    @TreeChildren({ cascade: true }) children?: Node[];
    @TreeParent() parent?: Node | null;
  }
  return { type, Node };
});

export const treeEntities: readonly (new () => ObjectLiteral)[] = TREES.map(({ Node }) => Node);

export const treeWrites: readonly Write[] = TREES.flatMap(({ type, Node }): Write[] => {
  const parent = Object.assign(new Node(), { select: 1 });
  const child = Object.assign(new Node(), { select: 9, parent });
  return [
    {
      name: `save() of a new one in a tree, ${type}`,
      operation: 'save',
      table: 'user',
      call: ({ manager }) => manager.getTreeRepository(Node).save(child),
    },
    {
      name: `save() of a stored one with a new child in a tree, ${type}, without listeners`,
      operation: 'save',
      table: 'user',
      call: ({ manager }) =>
        manager
          .getTreeRepository(Node)
          .save(Object.assign(new Node(), { select: 1, children: [child] }), { listeners: false }),
    },
    {
      name: `remove() of one in a tree, ${type}`,
      operation: 'remove',
      table: 'user',
      call: ({ manager }) => manager.getTreeRepository(Node).remove(parent),
    },
  ];
});
