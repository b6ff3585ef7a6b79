import { colorsFor, type Colors } from '../colors/index.ts';
import { progressBar, silent, type Progress } from './progress.ts';
import { facts, table, type Column } from './table.ts';
import { ago, duration, moment } from './words.ts';

/** How results are shown. */
export interface OutputFlags {
  readonly json?: boolean | undefined;
  readonly color?: boolean | undefined;
}

/**
 * Where results go: standard output has them and nothing else, standard error what is said about them. And what a text is
 * made of, which commands have from here so that nothing of it is loaded for help.
 */
export interface Output {
  readonly json: boolean;
  readonly colors: Colors;
  /** A result: as JSON, or the text for people, which is made only then. */
  readonly show: (result: unknown, text: () => string) => void;
  /** A word on what happens, for people. */
  readonly note: (text: string) => void;
  /** Shows how far something is, to people alone. */
  readonly progress: () => Progress;
  /** An aligned table, as wide as the terminal at most; without an end where there is none. */
  readonly table: (columns: readonly Column[], rows: readonly (readonly string[])[]) => string;
  /** Names and what they stand for, one a line. */
  readonly facts: (entries: readonly (readonly [name: string, value: string])[]) => string;
  readonly ago: typeof ago;
  readonly duration: typeof duration;
  readonly moment: typeof moment;
}

export function createOutput({ json = false, color }: OutputFlags): Output {
  const colors = colorsFor(process.stdout, color);
  return {
    json,
    colors,
    show(result, text) {
      const shown = json ? JSON.stringify(result, null, 2) : text();
      if (shown !== '') process.stdout.write(`${shown}\n`);
    },
    note(text) {
      if (!json) process.stderr.write(`${text}\n`);
    },
    progress: () => (json ? silent : progressBar()),
    table: (columns, rows) => table(columns, rows, terminalWidth(), colors.strong),
    facts: (entries) => facts(entries, colors.strong),
    ago,
    duration,
    moment,
  };
}

function terminalWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
}
