import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A row of a table of transitions in a document of `docs`. */
export interface Transition {
  readonly state: string;
  readonly input: string;
  readonly next: string;
  /** The columns after the first three, by their heads. */
  readonly more: Readonly<Record<string, string>>;
}

/** The table of transitions under a heading, by state and input. */
export function transitionsOf(document: string, heading: string): ReadonlyMap<string, Transition> {
  const text = readFileSync(join(import.meta.dirname, '../docs', document), 'utf8');
  const section = text.split(/^## /m).find((each) => each.startsWith(heading));
  const rows = (section ?? '').split('\n').flatMap((line) =>
    line.startsWith('|')
      ? [
          line
            .split('|')
            .slice(1, -1)
            .map((cell) => cell.trim()),
        ]
      : [],
  );
  const [head = [], , ...body] = rows;
  return new Map(
    body.map(([state = '', input = '', next = '', ...rest]) => [
      `${state} ${input}`,
      { state, input, next, more: Object.fromEntries(rest.map((cell, index) => [head[index + 3] ?? '', cell])) },
    ]),
  );
}
