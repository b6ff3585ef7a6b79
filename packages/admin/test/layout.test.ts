import { describe, expect, it } from 'vitest';
import { layoutOf, type Vertex } from '../src/drawing/layout.ts';

function graph(reads: Readonly<Record<number, readonly number[]>>): Vertex[] {
  return Object.entries(reads).map(([id, sources]) => ({ id: Number(id), reads: sources }));
}

/** Always the same numbers, from 0 to 1. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

function random(seed: number): Vertex[] {
  const next = numbers(seed);
  return Array.from({ length: 40 }, (_, id) => ({
    id,
    reads: Array.from({ length: id }, (_source, source) => source).filter(() => next() < 0.08),
  }));
}

describe('the layout of a graph', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('has each right of what it reads, and nothing upon something else (%i)', (seed) => {
    const vertices = random(seed);
    const { places, arrows, layers, rows } = layoutOf(vertices);
    for (const { id, reads } of vertices) {
      for (const source of reads) expect(places.get(id)!.x).toBeGreaterThan(places.get(source)!.x);
    }
    const boxes = [...places.values()];
    for (const [index, one] of boxes.entries()) {
      expect(one.x).toBeLessThan(layers);
      expect(one.y).toBeGreaterThanOrEqual(0);
      expect(one.y).toBeLessThanOrEqual(rows - 1);
      for (const other of boxes.slice(index + 1))
        expect(one.x !== other.x || Math.abs(one.y - other.y) >= 0.999).toBe(true);
    }
    expect(arrows).toHaveLength(vertices.flatMap(({ reads }) => reads).length);
    for (const { from, to, points } of arrows) {
      expect([points[0], points.at(-1)]).toEqual([places.get(from), places.get(to)]);
      // One point for each layer, so that it runs through no box.
      expect(points.map(({ x }) => x)).toEqual(points.map((_, index) => points[0]!.x + index));
      for (const point of points.slice(1, -1)) {
        expect(boxes.filter(({ x, y }) => x === point.x && Math.abs(y - point.y) < 0.999)).toEqual([]);
      }
    }
  });

  it('draws a chain as a line', () => {
    const { places } = layoutOf(graph({ 1: [], 2: [1], 3: [2], 4: [3] }));
    expect([...places.values()]).toEqual([0, 1, 2, 3].map((x) => ({ x, y: 0 })));
  });

  it('crosses no arrows where none need to be', () => {
    const { places } = layoutOf(graph({ 1: [], 2: [], 3: [], 11: [3], 12: [2], 13: [1] }));
    const rowOf = (id: number) => places.get(id)!.y;
    expect([rowOf(13) - rowOf(12) > 0, rowOf(12) - rowOf(11) > 0]).toEqual([
      rowOf(1) - rowOf(2) > 0,
      rowOf(2) - rowOf(3) > 0,
    ]);
  });

  it('has whatever reads in a circle, what reads itself, and what reads something that is not drawn', () => {
    const { places, arrows } = layoutOf(graph({ 1: [3, 99], 2: [1, 2], 3: [2] }));
    expect(places.size).toBe(3);
    expect(arrows.map(({ from, to }) => [from, to])).toEqual([
      [3, 1],
      [1, 2],
      [2, 3],
    ]);
  });

  it('has nothing of nothing', () => {
    expect(layoutOf([])).toMatchObject({ layers: 0, rows: 1, arrows: [] });
  });
});
