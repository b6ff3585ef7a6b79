import type { Command } from 'commander';
import { whatIsNext } from './next.ts';
import type { Shell } from './scripts.ts';
import { forBash, unquoted, withoutRedirections } from './words.ts';

/**
 * What a script of a shell asks for and reads: a line each, `value<TAB>what it is`, and at the end `:0` where it is a file, else
 * `:4`, as the scripts of cobra have it.
 */
export async function offersText(program: Command, raw: readonly string[], shell: Shell | undefined): Promise<string> {
  const typed = raw.at(-1) ?? '';
  const words = plain(raw, shell);
  const { offers, isFile } = await whatIsNext(program, words);
  const lines = offers
    .filter(({ value }) => !/[\t\n]/.test(value))
    .map(({ value, says }) => `${shell === 'bash' ? forBash(value, typed) : value}\t${says}`);
  return `${[...lines, isFile ? ':0' : ':4'].join('\n')}\n`;
}

/** What the words mean: bash gives all as they stand on the line, fish the last. */
function plain(raw: readonly string[], shell: Shell | undefined): readonly string[] {
  if (shell === 'bash') return withoutRedirections(raw).map((word) => unquoted(word));
  if (shell !== 'fish') return raw;
  return [...raw.slice(0, -1), unquoted(raw.at(-1) ?? '')];
}
