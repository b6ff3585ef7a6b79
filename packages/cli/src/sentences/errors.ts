import type { PgStreamError } from '@pgstream/core';
import { onTheCommandLine } from './words.ts';

/** What an error of core's says to who types commands. */
export function sentenceOf({ code, message, schema, table, operation }: PgStreamError): string {
  if (code === 'NOT_FOUND' && table !== undefined) {
    return `There is no stream table "${table}" in schema "${schema}" of this database. \`pgstream list\` shows which there are, and -d connects to another database.`;
  }
  // A mode that is declared in a file is no option of the line.
  const isDeclared = operation === 'plan' || operation === 'apply';
  return onTheCommandLine(message, isDeclared ? ['refreshMode', "refreshMode 'FULL'"] : []);
}
