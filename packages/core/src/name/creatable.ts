import { PgStreamError } from '../errors/index.ts';
import type { NameGrammar, QualifiedName } from './name.ts';

const MAX_BYTES = 63;
const CREATABLE = /^[a-z_0-9$]+$/;

/**
 * Refuses with INVALID_NAME what create would bind to another table, cut short or break on (contract A.1, observed
 * case by case): left are lower-case letters, digits, `_` and `$`, up to 63 bytes. Where names are read as SQL reads them
 * (contract F.7), only their length matters.
 */
export function checkCreatable({ schema, name }: QualifiedName, { readsQuotedNames }: NameGrammar): void {
  for (const [part, value] of [
    ['schema', schema],
    ['name', name],
  ] as const) {
    const problem = tooLong(value) ?? (readsQuotedNames ? undefined : unspeakable(value));
    if (problem) {
      throw new PgStreamError(
        'INVALID_NAME',
        `A stream table cannot be created with the ${part} ${JSON.stringify(value)}: ${problem}. ${readsQuotedNames ? `Use at most ${MAX_BYTES} bytes.` : `Use lower-case letters (a to z), digits, _ and $, at most ${MAX_BYTES} characters.${part === 'name' && value.includes('.') ? ' One in another schema is { schema, name }.' : ''}`}`,
        { schema, table: name, operation: 'create' },
      );
    }
  }
}

function tooLong(value: string): string | undefined {
  return new TextEncoder().encode(value).length > MAX_BYTES
    ? 'PostgreSQL would cut it, and nothing would find the stream table again'
    : undefined;
}

function unspeakable(value: string): string | undefined {
  if (/[A-Z]/.test(value))
    return 'the extension loses upper-case letters and may bind the stream table to another table';
  if (!CREATABLE.test(value)) return 'the extension cannot handle one of its characters';
  return undefined;
}
