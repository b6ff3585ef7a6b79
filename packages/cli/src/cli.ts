#!/usr/bin/env node
import { CommanderError } from 'commander';
import { CliError, EXIT, exitCodeOf, sentenceOf } from './exit/index.ts';
import { colorsFor } from './output/index.ts';
import { createProgram } from './program.ts';

// A URL on the command line may hold a password: whoever lists the processes sees this instead.
process.title = 'pgstream';
// `pgstream list | head`: nobody reads on, and that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

const json = process.argv.includes('--json');
const program = createProgram();
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = await report(error);
}

/** Says what went wrong, where results do not go; gives the exit code. */
async function report(error: unknown): Promise<number> {
  // Commander has said it, or it was help.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const { message, code, exitCode } = await explained(error);
  if (json) console.error(JSON.stringify({ error: { code, message, exitCode } }));
  else
    console.error(
      `${colorsFor(process.stderr, program.opts<{ color?: boolean }>().color).bad('pgstream:')} ${message}`,
    );
  return exitCode;
}

async function explained(error: unknown): Promise<{ message: string; code: string; exitCode: number }> {
  if (error instanceof CliError) return error;
  const { isPgStreamError } = await import('@pgstream/core');
  if (isPgStreamError(error)) return { message: sentenceOf(error), code: error.code, exitCode: exitCodeOf(error.code) };
  return { message: error instanceof Error ? error.message : String(error), code: 'UNKNOWN', exitCode: EXIT.failed };
}
