import { CommanderError } from 'commander';
import { CliError, EXIT, exitCodeOf } from './exit/index.ts';
import { createProgram } from './program.ts';
import { sentenceOf, usageSentence } from './sentences/index.ts';

/** Does what a command line says, as `process.argv` has it; gives the exit code. What goes wrong is said, and not thrown. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = createProgram();
  try {
    process.exitCode = undefined;
    await program.parseAsync(argv);
    return process.exitCode ?? EXIT.done;
  } catch (error) {
    return await report(error, argv.includes('--json'), program.opts<{ color?: boolean }>().color);
  }
}

/** Says what went wrong, where results do not go; gives the exit code. */
async function report(error: unknown, json: boolean, color: boolean | undefined): Promise<number> {
  // Help, or the version: commander has shown it.
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
  if (error instanceof CommanderError && error.code === 'commander.help') return EXIT.usage;
  const { message, code, exitCode } = await explained(error);
  const { colorsFor } = await import('./colors/index.ts');
  const said = json
    ? JSON.stringify({ error: { code, message, exitCode } })
    : `${colorsFor(process.stderr, color).bad('pgstream:')} ${message}`;
  process.stderr.write(`${said}\n`);
  return exitCode;
}

async function explained(error: unknown): Promise<{ message: string; code: string; exitCode: number }> {
  if (error instanceof CliError) return error;
  if (error instanceof CommanderError)
    return { message: usageSentence(error.message), code: 'INVALID_ARGUMENT', exitCode: EXIT.usage };
  const { isPgStreamError } = await import('@pgstream/core');
  if (isPgStreamError(error)) return { message: sentenceOf(error), code: error.code, exitCode: exitCodeOf(error.code) };
  return { message: error instanceof Error ? error.message : String(error), code: 'UNKNOWN', exitCode: EXIT.failed };
}
