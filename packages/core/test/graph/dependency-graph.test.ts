import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dependencyGraph, pathText, type DependencyNode } from '../../src/graph/index.ts';

type Drawn = Readonly<Record<string, readonly string[]>>;

/**
 * Relations by their names, each with what it reads: in capitals stream tables, `v…` views, `gone…` what was dropped,
 * others tables.
 */
function drawn(relations: Drawn): DependencyNode[] {
  const names = [...new Set([...Object.keys(relations), ...Object.values(relations).flat()])];
  const oidOf = (name: string): number => 100 + names.indexOf(name);
  return names.map((name): DependencyNode => {
    const node = { oid: oidOf(name), name: { schema: 's', name }, reads: (relations[name] ?? []).map(oidOf) };
    if (name.startsWith('gone')) return { ...node, kind: 'MISSING', name: null };
    if (!/^[A-Z]/.test(name)) return { ...node, kind: name.startsWith('v') ? 'VIEW' : 'TABLE' };
    const facts = { status: 'ACTIVE', refreshMode: 'FULL', orchestration: null, isStale: false } as const;
    return { ...node, kind: 'STREAM_TABLE', ...facts };
  });
}

const layersOf = (relations: Drawn): string[][] =>
  dependencyGraph(drawn(relations)).layers.map((layer) => layer.map(({ name }) => name));

describe('layers', () => {
  it.each<[string, Drawn, string[][]]>([
    ['nothing', {}, []],
    ['equals by name', { B: ['t'], A: ['t', 'u'] }, [['A', 'B']]],
    ['a chain', { A: ['B'], B: ['C'], C: ['t'] }, [['C'], ['B'], ['A']]],
    ['a diamond', { Top: ['L', 'R'], L: ['Z'], R: ['Z'], Z: ['t'] }, [['Z'], ['L', 'R'], ['Top']]],
    ['the longest way decides', { A: ['B', 'C', 't'], B: ['C'], C: ['t'] }, [['C'], ['B'], ['A']]],
    ['views are no layer', { A: ['v1', 'B'], v1: ['v2'], v2: ['B'], B: ['t'] }, [['B'], ['A']]],
    ['a cycle is one layer', { A: ['B'], B: ['A', 'C'], C: ['t'], D: ['A'] }, [['C'], ['A', 'B'], ['D']]],
    ['what reads only what is gone', { A: ['gone'], B: ['A'] }, [['A'], ['B']]],
  ])('%s', (_, relations, layers) => {
    expect(layersOf(relations)).toStrictEqual(layers);
  });
});

describe('cycles', () => {
  it.each<[string, Drawn, string[]]>([
    ['none in a diamond', { A: ['B', 'C'], B: ['D'], C: ['D'] }, []],
    ['of one that reads itself', { A: ['A', 't'] }, ['"s"."A" -> "s"."A"']],
    ['through a view', { A: ['v1'], v1: ['A'] }, ['"s"."A" -> "s"."v1" -> "s"."A"']],
    [
      'the shortest one, from the first by name',
      { C: ['A'], A: ['B', 'C'], B: ['C'] },
      ['"s"."A" -> "s"."C" -> "s"."A"'],
    ],
    [
      'one of each group, and none of who reads it',
      { A: ['B'], B: ['A'], C: ['A', 'D'], D: ['E'], E: ['D'] },
      ['"s"."A" -> "s"."B" -> "s"."A"', '"s"."D" -> "s"."E" -> "s"."D"'],
    ],
  ])('%s', (_, relations, cycles) => {
    expect(dependencyGraph(drawn(relations)).cycles.map(({ path }) => pathText(path))).toStrictEqual(cycles);
  });
});

describe('missing', () => {
  it('names the way of each stream table that was built on it', () => {
    const { missing } = dependencyGraph(drawn({ A: ['B', 't'], B: ['v1'], v1: ['gone'], C: ['t'] }));
    expect(missing.map(({ streamTable }) => streamTable.name)).toStrictEqual(['B', 'A']);
    expect(missing.map(({ path }) => pathText(path))).toStrictEqual([
      '"s"."B" -> "s"."v1" -> a relation that was dropped (oid 105)',
      '"s"."A" -> "s"."B" -> "s"."v1" -> a relation that was dropped (oid 105)',
    ]);
  });
});

/** The oids that can be reached from one, by walking. */
function reachable(nodes: readonly DependencyNode[], from: DependencyNode): Set<number> {
  const found = new Set<number>();
  const queue = [...from.reads];
  for (const oid of queue) {
    if (found.has(oid)) continue;
    found.add(oid);
    queue.push(...(nodes.find((node) => node.oid === oid)?.reads ?? []));
  }
  return found;
}

const oids = (nodes: readonly DependencyNode[]): number[] => nodes.map(({ oid }) => oid).toSorted((a, b) => a - b);

describe('of any relations', () => {
  const names = ['A', 'B', 'C', 'D', 'E', 'F', 'v1', 'v2', 't', 'gone'] as const;
  const anyGraph = fc
    .array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)), { maxLength: 25 })
    .map((edges) => {
      const relations: Record<string, string[]> = {};
      for (const [reader, source] of edges) {
        if (/^[A-Zv]/.test(reader)) (relations[reader] ??= []).push(source);
      }
      return drawn(relations);
    });

  it('sources are before what reads them, unless both are in a cycle', () => {
    fc.assert(
      fc.property(anyGraph, (relations) => {
        const { nodes, layers } = dependencyGraph(relations);
        expect(oids(nodes)).toStrictEqual(oids(relations));
        for (const node of nodes) {
          for (const source of nodes.filter(({ oid }) => reachable(nodes, node).has(oid))) {
            if (reachable(nodes, source).has(node.oid)) continue;
            expect(nodes.indexOf(source)).toBeLessThan(nodes.indexOf(node));
            const [above, below] = [node, source].map(({ name }) =>
              layers.findIndex((layer) => layer.some((each) => each === name)),
            );
            expect(below === -1 || above === -1 || below! < above!).toBe(true);
          }
        }
        expect(layers.flat()).toHaveLength(nodes.filter(({ kind }) => kind === 'STREAM_TABLE').length);
      }),
    );
  });

  it('a path is told where there is one, and each step of it reads the next', () => {
    fc.assert(
      fc.property(anyGraph, (relations) => {
        const { nodes, cycles, missing } = dependencyGraph(relations);
        const isInCycle = nodes.some((node) => node.kind === 'STREAM_TABLE' && reachable(nodes, node).has(node.oid));
        expect(cycles.length > 0).toBe(isInCycle);
        const gone = nodes.find(({ kind }) => kind === 'MISSING')?.oid ?? NaN;
        expect(missing).toHaveLength(
          nodes.filter((node) => node.kind === 'STREAM_TABLE' && reachable(nodes, node).has(gone)).length,
        );
        for (const { streamTable, path } of [...cycles, ...missing]) {
          expect(path[0]?.name).toStrictEqual(streamTable);
          for (const [at, { oid }] of path.slice(1).entries()) {
            expect(nodes.find((node) => node.oid === path[at]?.oid)?.reads).toContain(oid);
          }
        }
        for (const { path } of cycles) expect(path.at(-1)).toStrictEqual(path[0]);
        for (const { path } of missing) expect(path.at(-1)).toMatchObject({ kind: 'MISSING', name: null });
      }),
    );
  });
});
