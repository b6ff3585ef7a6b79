import { PgStreamError } from '@pgstream/core';
import { refusedWrites, type StreamTables } from '@pgstream/core/statement';
import type { SqlMiddleware } from '@prisma/orm-postgres/family-runtime';

/**
 * Refuses what would write a stream table on whichever lane it comes: the ORM, the SQL builder, raw SQL, prepared statements,
 * a connection or a transaction of the runtime. It reads the text that is about to be sent, after every rewriting, and before
 * values are encoded.
 */
export function guardMiddleware(streamTables: StreamTables): SqlMiddleware {
  const refuse = async ({ sql }: { readonly sql: unknown }): Promise<void> => {
    if (typeof sql !== 'string') {
      throw new PgStreamError(
        'INVALID_ARGUMENT',
        'This version of Prisma shows its middleware no SQL, so that nobody can tell whether a stream table would be written: use one that @pgstream/prisma8 was tried with.',
      );
    }
    const [refused] = refusedWrites(sql, streamTables);
    if (refused) throw refused.error;
  };
  return Object.freeze({ name: '@pgstream/prisma8', familyId: 'sql', beforeQuery: refuse, beforeExecute: refuse });
}
