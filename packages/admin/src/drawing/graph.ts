import type { DependencyNode } from '@pgstream/core';
import { type Html, html } from '../html/index.ts';
import { layoutOf, type Point } from './layout.ts';

/** A box of the drawing. */
export interface Box {
  readonly node: DependencyNode;
  /** The first line. */
  readonly title: string;
  /** The second: what it is, and how it is with it. */
  readonly text: string;
  readonly look: 'good' | 'bad' | 'plain';
  /** Where it leads; what is no stream table has no page. */
  readonly href: string | undefined;
  /** Whether the page is about it. */
  readonly isHere: boolean;
}

const BOX = { width: 168, height: 42 };
const GAP = { x: 56, y: 14 };
const MARGIN = 6;

/** The boxes with arrows from what is read to what reads it, left to right. */
export function graphDrawing(boxes: readonly Box[], title: string): Html {
  const drawn = new Set(boxes.map(({ node }) => node.oid));
  const layout = layoutOf(
    boxes.map(({ node }) => ({ id: node.oid, reads: node.reads.filter((oid) => drawn.has(oid)) })),
  );
  const width = layout.layers * (BOX.width + GAP.x) - GAP.x + 2 * MARGIN;
  const height = Math.round(layout.rows * (BOX.height + GAP.y) - GAP.y + 2 * MARGIN);
  return html`<div class="scroller" role="region" aria-label="${title}" tabindex="0">
    <svg
      class="graph"
      role="group"
      aria-label="${title}"
      viewBox="0 0 ${width} ${height}"
      width="${width}"
      height="${height}"
    >
      <defs>
        <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path class="head" d="M0 0.5L7.5 4L0 7.5z" />
        </marker>
      </defs>
      ${layout.arrows.map(({ points }) => html`<path class="arrow" marker-end="url(#arrow)" d="${pathThrough(points)}" />`)}
      ${boxes.map((box) => boxAt(box, layout.places.get(box.node.oid) ?? { x: 0, y: 0 }))}
    </svg>
  </div>`;
}

function corner({ x, y }: Point): Point {
  return { x: MARGIN + x * (BOX.width + GAP.x), y: Math.round(MARGIN + y * (BOX.height + GAP.y)) };
}

/** Out of the right side of a box, straight through the layers between, and into the left side of another. */
function pathThrough(points: readonly Point[]): string {
  const [first, ...rest] = points.map((point) => corner(point));
  if (!first) return '';
  const middle = BOX.height / 2;
  let path = `M${first.x + BOX.width} ${first.y + middle}`;
  let x = first.x + BOX.width;
  let y = first.y + middle;
  for (const [index, next] of rest.entries()) {
    const nextY = next.y + middle;
    const bend = GAP.x / 2;
    path += `C${x + bend} ${y} ${next.x - bend} ${nextY} ${next.x} ${nextY}`;
    const isLast = index === rest.length - 1;
    if (!isLast) path += `H${next.x + BOX.width}`;
    [x, y] = [next.x + BOX.width, nextY];
  }
  return path;
}

function boxAt({ title, text, look, href, isHere }: Box, place: Point): Html {
  const { x, y } = corner(place);
  const content = html`<title>${title}: ${text}</title>
    <rect width="${BOX.width}" height="${BOX.height}" rx="6" />
    <text class="name" x="10" y="18">${shortened(title, 22)}</text>
    <text class="what" x="10" y="33">${shortened(text, 26)}</text>`;
  return html`<g class="box ${look}${isHere ? ' here' : ''}" transform="translate(${x} ${y})">
    ${href === undefined ? content : html`<a href="${href}" ${isHere && html` aria-current="page"`}>${content}</a>`}
  </g>`;
}

/** As much of a text as fits: letters of some scripts are twice as wide. The whole of it is in the title. */
function shortened(text: string, length: number): string {
  let taken = '';
  let width = 0;
  for (const character of text) {
    width += (character.codePointAt(0) ?? 0) >= 0x1100 ? 2 : 1;
    if (width > length - 1 && taken.length + character.length < text.length) return `${taken}…`;
    taken += character;
  }
  return taken;
}
