import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { CliError, EXIT } from '../exit/index.ts';

/**
 * The defining query: as an argument, from a file, or from standard input (`-`). A semicolon at its end, which a file of SQL
 * has and the extension refuses, is left out. Undefined where neither is given.
 */
export async function queryFrom(argument: string | undefined, file: string | undefined): Promise<string | undefined> {
  if (argument !== undefined && file !== undefined) throw usage('Give the query, or --file, not both.');
  const query = file === undefined ? argument : await contentOf(file);
  return query?.replace(/\s*;\s*$/, '');
}

async function contentOf(file: string): Promise<string> {
  try {
    return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  } catch {
    throw usage(`The file ${file} cannot be read: it is missing, or not yours to read.`);
  }
}

/** Ends with the exit code of a wrong command line. */
export function usage(message: string): CliError {
  return new CliError(EXIT.usage, 'INVALID_ARGUMENT', message);
}
