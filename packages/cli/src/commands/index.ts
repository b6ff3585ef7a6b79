import type { Command } from 'commander';
import { list } from './list.ts';
import { status } from './status.ts';

/** The commands by what they are for, in the order of the help. A new one is a file here and a line. */
export const COMMANDS: Readonly<Record<string, readonly (() => Command)[]>> = {
  'Look:': [list, status],
};
