/** What is drawn: something that reads others of the drawing. */
export interface Vertex {
  readonly id: number;
  readonly reads: readonly number[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** An arrow from what is read to what reads it, through the points of each layer in between. */
interface Arrow {
  readonly from: number;
  readonly to: number;
  readonly points: readonly Point[];
}

/** Places in units of layers (x) and rows (y), from 0. */
export interface Layout {
  readonly places: ReadonlyMap<number, Point>;
  readonly arrows: readonly Arrow[];
  readonly layers: number;
  readonly rows: number;
}

/** A box, or where an arrow passes through a layer. */
interface Slot {
  readonly layer: number;
  readonly before: Slot[];
  readonly after: Slot[];
  row: number;
}

/** How often the order within layers is improved, in each direction. More changes next to nothing at this size. */
const SWEEPS = 6;

/**
 * Places a graph in layers, by the usual way (Sugiyama's): each right of all that it reads, arrows over several layers bent in
 * each, what belongs together near each other. For some dozens of boxes; an arrow that closes a circle points back.
 */
export function layoutOf(vertices: readonly Vertex[]): Layout {
  const layerOf = longestPaths(vertices);
  const layers: Slot[][] = [];
  const slotIn = (layer: number): Slot => {
    const slots = (layers[layer] ??= []);
    const slot: Slot = { layer, before: [], after: [], row: slots.length };
    slots.push(slot);
    return slot;
  };
  const boxes = new Map(vertices.map(({ id }) => [id, slotIn(layerOf.get(id) ?? 0)]));
  const ways = vertices.flatMap(({ id, reads }) =>
    reads.flatMap((from) => {
      const [start, end] = [boxes.get(from), boxes.get(id)];
      return start && end && from !== id ? [{ from, to: id, slots: wayBetween(start, end, slotIn) }] : [];
    }),
  );
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (const layer of layers) settle(layer, 'before');
    for (const layer of layers.toReversed()) settle(layer, 'after');
  }
  const top = Math.min(0, ...layers.flat().map(({ row }) => row));
  const pointOf = ({ layer, row }: Slot): Point => ({ x: layer, y: row - top });
  const places = new Map([...boxes].map(([id, slot]) => [id, pointOf(slot)]));
  const arrows = ways.map(({ from, to, slots }) => ({ from, to, points: slots.map(pointOf) }));
  const bottom = Math.max(0, ...layers.flat().map((slot) => pointOf(slot).y));
  return { places, arrows, layers: layers.length, rows: bottom + 1 };
}

/** By how many others each is away from the beginning. What it comes back to, in a circle, does not count. */
function longestPaths(vertices: readonly Vertex[]): Map<number, number> {
  const byId = new Map(vertices.map((vertex) => [vertex.id, vertex]));
  const found = new Map<number, number>();
  const open = new Set<number>();
  const visit = (vertex: Vertex): number => {
    const known = found.get(vertex.id);
    if (known !== undefined) return known;
    open.add(vertex.id);
    const below = vertex.reads.flatMap((id) => {
      const source = byId.get(id);
      return source && !open.has(id) ? [visit(source) + 1] : [];
    });
    open.delete(vertex.id);
    const layer = Math.max(0, ...below);
    found.set(vertex.id, layer);
    return layer;
  };
  for (const vertex of vertices) visit(vertex);
  return found;
}

/** From the one to the other, with a slot in each layer between; linked, so that they are placed near each other. */
function wayBetween(start: Slot, end: Slot, slotIn: (layer: number) => Slot): Slot[] {
  const between = Array.from({ length: Math.max(0, end.layer - start.layer - 1) }, (_, index) =>
    slotIn(start.layer + 1 + index),
  );
  const slots = [start, ...between, end];
  for (const [index, slot] of slots.entries()) {
    const next = slots[index + 1];
    // One that points back is drawn, and moves nothing.
    if (!next || next.layer <= slot.layer) continue;
    slot.after.push(next);
    next.before.push(slot);
  }
  return slots;
}

/** Orders a layer by where the neighbours of each are, and has each as near to them as the others let it. */
function settle(layer: Slot[], side: 'before' | 'after'): void {
  const wanted = new Map(layer.map((slot) => [slot, wantedRow(slot, side)]));
  const order = layer.toSorted((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0) || a.row - b.row);
  let free = Number.NEGATIVE_INFINITY;
  let surplus = 0;
  for (const slot of order) {
    const row = Math.max(free, wanted.get(slot) ?? 0);
    surplus += row - (wanted.get(slot) ?? 0);
    slot.row = row;
    free = row + 1;
  }
  // Whoever was pushed was pushed down: all of them share that.
  for (const slot of order) slot.row -= surplus / order.length;
  layer.splice(0, layer.length, ...order);
}

function wantedRow(slot: Slot, side: 'before' | 'after'): number {
  const neighbours = slot[side];
  if (neighbours.length === 0) return slot.row;
  return neighbours.reduce((sum, { row }) => sum + row, 0) / neighbours.length;
}
