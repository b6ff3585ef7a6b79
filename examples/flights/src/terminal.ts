import { inspect, styleText } from 'node:util';

import Table from 'cli-table3';

const sides = ['top', 'mid', 'bottom', 'left', 'right'];
const borderless = {
  ...Object.fromEntries(
    sides.flatMap((one) => [one, `${one}-mid`, `${one}-left`, `${one}-right`].map((name) => [name, ''])),
  ),
  middle: '  ',
};

export function heading(text: string): void {
  console.log(`\n${styleText('bold', text)}`);
}

export function line(text: string): void {
  console.log(text);
}

export function printTable(head: readonly string[], rows: readonly (readonly unknown[])[]): void {
  const table = new Table({
    head: head.map((title) => styleText('underline', title)),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    chars: borderless,
  });
  table.push(...rows.map((row) => row.map((cell) => (typeof cell === 'string' ? cell : inspect(cell)))));
  console.log(table.toString());
}

/** Prints how a write was refused; a write that succeeds ends the demonstration. */
export async function refusal(operation: string, write: () => PromiseLike<unknown>): Promise<void> {
  let error: unknown;
  try {
    await write();
  } catch (thrown) {
    error = thrown;
  }
  if (!(error instanceof Error)) throw new Error(`The ${operation} was not refused.`);
  console.log(`${operation}: ${styleText('red', error.name)}: ${error.message}`);
}
