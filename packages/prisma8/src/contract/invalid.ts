import { PgStreamError } from '@pgstream/core';

/** What was declared wrong, said where the client is made. */
export function invalid(message: string): PgStreamError {
  return new PgStreamError('INVALID_ARGUMENT', message, { operation: 'streamTables' });
}
