import { PgStreamError } from '../errors/index.ts';

/** The server answers the COMMIT of a failed transaction with a rollback, and no error. */
export function throwIfRolledBack(answer: unknown): void {
  if ((answer as { readonly command?: unknown }).command !== 'ROLLBACK') return;
  throw new PgStreamError(
    'UNKNOWN',
    'The transaction was rolled back and not committed, because a statement in it had failed before.',
  );
}
