import { type Html, html } from '../html/index.ts';

/** One bar of a chart, from left to right. */
export interface Bar {
  /** Null where there is no number: a stump. */
  readonly value: number | null;
  readonly failed: boolean;
  /** What it says where it is pointed at. */
  readonly label: string;
}

const HEIGHT = 64;
const STEP = 12;
const THICKNESS = 9;
/** What a bar has at least, to be seen. */
const STUMP = 2;
const MARK = 10;

/**
 * A bar chart as a picture with a title and a description, in words that say what there is to see. What has failed has a
 * cross above it, so that no colour is needed. The numbers belong into a table beside it.
 */
export function barChart(
  id: string,
  bars: readonly Bar[],
  words: { readonly title: string; readonly text: string },
): Html {
  const top = Math.max(0, ...bars.map(({ value }) => value ?? 0));
  const width = bars.length * STEP;
  return html`<svg
    class="chart"
    role="img"
    aria-labelledby="${id}-title ${id}-text"
    viewBox="0 0 ${width} ${HEIGHT + MARK}"
    width="${width}"
    height="${HEIGHT + MARK}"
  >
    <title id="${id}-title">${words.title}</title>
    <desc id="${id}-text">${words.text}</desc>
    ${bars.map((bar, index) => drawn(bar, index * STEP, top))}
    <path class="axis" d="M0 ${HEIGHT + MARK - 0.5}H${width}" />
  </svg>`;
}

function drawn({ value, failed, label }: Bar, x: number, top: number): Html {
  const height = Math.max(STUMP, top === 0 || value === null ? 0 : (value / top) * HEIGHT);
  const y = HEIGHT + MARK - height;
  const [middle, cross] = [x + THICKNESS / 2, y - 6];
  return html`<g>
    <title>${label}</title>
    <rect
      class="${failed ? 'failed' : 'bar'}"
      x="${x}"
      y="${rounded(y)}"
      width="${THICKNESS}"
      height="${rounded(height)}"
    />
    ${failed && html`<path class="cross" d="M${middle - 3} ${rounded(cross - 3)}l6 6m0 -6l-6 6" />`}</g
  >`;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

/** How much of its bound is over, as a strip. The words beside it say the same. */
export function strip(share: number, isOver: boolean): Html {
  const width = Math.round(Math.min(1, Math.max(0, share)) * 60);
  return html`<svg class="strip" aria-hidden="true" viewBox="0 0 60 4" width="60" height="4">
    <rect class="ground" width="60" height="4" rx="2" />
    <rect class="${isOver ? 'failed' : 'bar'}" width="${width}" height="4" rx="2" />
  </svg>`;
}
