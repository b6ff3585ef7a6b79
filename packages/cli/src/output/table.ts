import { createRequire } from 'node:module';
import type Table from 'cli-table3';
import type stringWidth from 'string-width';

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly align?: 'left' | 'right';
  /** What is cut where the terminal is too narrow, the longest of these first: names in the middle, for many begin alike. */
  readonly mayBeCut?: 'middle' | 'end';
  /** What is left out where even that is not enough; the last of these first. */
  readonly mayGo?: boolean;
}

// Loaded with the first table: what prints none starts without them.
const require = createRequire(import.meta.url);

const GAP = 2;
/** What is left of a column that is cut: as long as others can be left out instead, and after that. */
const SHORT = 18;
const SHORTEST = 8;

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};

/** An aligned table without lines, no wider than `width`. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  strong: (text: string) => string,
): string {
  const [Layout, widthOf] = [require('cli-table3') as typeof Table, require('string-width') as typeof stringWidth];
  const titles = columns.map(({ title }) => title);
  const widths = columns.map((_, index) => Math.max(...[titles, ...rows].map((row) => widthOf(row[index] ?? ''))));
  const shown = fitted(columns, widths, width);
  const pick = (row: readonly string[]): string[] => shown.map(({ index }) => row[index] ?? '');
  const layout = new Layout({
    head: pick(titles).map(strong),
    colWidths: shown.map((each) => each.width + GAP),
    colAligns: shown.map(({ index }) => columns[index]?.align ?? 'left'),
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
  });
  const cellOf = (row: readonly string[], { index, width: most }: ShownColumn): string => {
    const cell = (row[index] ?? '').replaceAll(/\s*\n\s*/g, ' ');
    return columns[index]?.mayBeCut === 'middle' && widthOf(cell) > most ? withoutMiddle(cell, most) : cell;
  };
  layout.push(...rows.map((row) => shown.map((column) => cellOf(row, column))));
  return layout
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** What is left of a name. */
function withoutMiddle(name: string, most: number): string {
  const characters = Array.from(new Intl.Segmenter().segment(name), ({ segment }) => segment);
  const end = Math.floor((most - 1) / 2);
  return [...characters.slice(0, most - 1 - end), '…', ...characters.slice(-end)].join('');
}

/** Names and what they stand for, one a line. */
export function facts(
  entries: readonly (readonly [name: string, value: string])[],
  strong: (text: string) => string,
): string {
  const widest = Math.max(...entries.map(([name]) => name.length));
  return entries
    .map(([name, value]) => `${strong(name.padEnd(widest))}  ${value.replaceAll('\n', `\n${' '.repeat(widest + 2)}`)}`)
    .join('\n');
}

interface ShownColumn {
  readonly index: number;
  width: number;
}

/** The columns that are shown, and how wide each is. */
function fitted(columns: readonly Column[], natural: readonly number[], width: number): readonly ShownColumn[] {
  let shown: ShownColumn[] = natural.map((each, index) => ({ index, width: each }));
  for (;;) {
    const surplus = shown.reduce((sum, each) => sum + each.width + GAP, -GAP) - width;
    if (surplus <= 0) return shown;
    const last = shown.findLast(({ index }) => columns[index]?.mayGo === true);
    const shortest = last ? SHORT : SHORTEST;
    const [longest] = shown
      .filter((each) => columns[each.index]?.mayBeCut !== undefined && each.width > shortest)
      .toSorted((one, other) => other.width - one.width);
    if (longest) longest.width = Math.max(shortest, longest.width - surplus);
    else if (last) shown = shown.filter((each) => each !== last);
    else return shown;
  }
}
