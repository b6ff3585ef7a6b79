export { BY_VERDICT, EXIT, exitCodeOf, type ExitCode } from './codes.ts';
export { CliError } from './errors.ts';
