import type { PgStreamError } from '@pgstream/core';

/** Core's sentence, or, where that tells a program which method to call, which command to run. */
export function sentenceOf({ code, message, schema, table }: PgStreamError): string {
  if (table === undefined) return message;
  if (code === 'NOT_FOUND') {
    return `There is no stream table "${table}" in schema "${schema}" of this database. \`pgstream list\` shows which there are, and -d connects to another database.`;
  }
  if (code === 'SUSPENDED')
    return message.replace(/ See status\(\) .*$/, ' `pgstream status` says why, and `pgstream resume` lets it go on.');
  return message;
}
