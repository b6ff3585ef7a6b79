import Table from 'cli-table3';
import stringWidth from 'string-width';

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly align?: 'left' | 'right';
  /** What is cut where the terminal is too narrow; the longest of these first. */
  readonly mayBeCut?: boolean;
}

const GAP = 2;
/** What is left of a column that is cut. */
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
  const titles = columns.map(({ title }) => title);
  const natural = columns.map((_, index) => Math.max(...[titles, ...rows].map((row) => stringWidth(row[index] ?? ''))));
  const layout = new Table({
    head: titles.map(strong),
    colWidths: fitted(columns, natural, width).map((each) => each + GAP),
    colAligns: columns.map(({ align = 'left' }) => align),
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
  });
  layout.push(...rows.map((row) => row.map((cell) => cell.replaceAll(/\s*\n\s*/g, ' '))));
  return layout
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
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

function fitted(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  for (;;) {
    const surplus = widths.reduce((sum, each) => sum + each + GAP, -GAP) - width;
    if (surplus <= 0) return widths;
    const longest = Math.max(...widths.filter((each, index) => columns[index]?.mayBeCut === true && each > SHORTEST));
    if (!Number.isFinite(longest)) return widths;
    const index = widths.findIndex((each, at) => each === longest && columns[at]?.mayBeCut === true);
    widths[index] = Math.max(SHORTEST, longest - surplus);
  }
}
