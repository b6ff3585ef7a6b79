import { Command } from 'commander';

/** What a command is, for help, completion and documentation. */
export interface CommandText {
  readonly summary: string;
  /** More than the summary says. */
  readonly description?: string;
  /** Command lines that work as they stand, each with what it does. */
  readonly examples: readonly (readonly [commandLine: string, does: string])[];
}

/** A command with its help. Its arguments, options and action are added by who defines it. */
export function command(name: string, { summary, description, examples }: CommandText): Command {
  const shown = examples.map(([line, does]) => `  $ ${line}\n      ${does}`);
  return new Command(name)
    .summary(summary)
    .description(description === undefined ? `${summary}.` : `${summary}.\n\n${description}`)
    .helpOption('--help', 'this help')
    .addHelpText('after', `\nExamples:\n${shown.join('\n')}\n`);
}

/** How a stream table is named on the command line. */
export const NAME = 'stream table: name, or schema.name';
