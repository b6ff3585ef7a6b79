import type { ExitCode } from './codes.ts';

/** Ends the program with a sentence and an exit code. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  /** For programs that read the errors of `--json`. */
  readonly code: string;

  constructor(exitCode: ExitCode, code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CliError';
    this.exitCode = exitCode;
    this.code = code;
  }
}
