import type { ErrorRule } from '../classification/index.ts';
import { PgStreamError } from '../errors/index.ts';
import type { QualifiedName } from '../name/index.ts';

/** The extension puts the query in brackets to try it, which an end of statement or of line breaks (contract A.1). */
export function checkQuery(query: unknown, name: QualifiedName, operation: string): string {
  const problem =
    typeof query !== 'string' || query.trim() === ''
      ? 'The defining query must be the text of a SELECT.'
      : /;\s*$/.test(query)
        ? 'The defining query must not end with a semicolon: remove it.'
        : undefined;
  if (problem === undefined && typeof query === 'string') return query;
  throw new PgStreamError('UNSUPPORTED_QUERY', problem ?? '', {
    schema: name.schema,
    table: name.name,
    operation,
  });
}

/** The server sees only that the text is over too early, and says so in its language. */
export function unfinished(query: string): ErrorRule {
  return ({ sqlState, message }) =>
    sqlState === '42601' && /--[^\n\r]*$/.test(query)
      ? {
          code: 'UNSUPPORTED_QUERY',
          message: `The server refused the defining query: ${message}. If it ends with a -- comment, remove that.`,
        }
      : undefined;
}
