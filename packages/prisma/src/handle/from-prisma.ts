import { PgStreamError, type SqlExecutor } from '@pgstream/core';
import { baseOf, isOfPrisma8, isPrismaClient } from './client.ts';
import { clientExecutor } from './executor.ts';

/** A client of Prisma, extended or not, or the client of an interactive transaction: by shape, whatever generated it. */
export interface PrismaConnection {
  $queryRawUnsafe<T = unknown>(text: string, ...values: unknown[]): PromiseLike<T>;
}

/**
 * The executor of `@pgstream/core` over a client of Prisma: for what is not about one model, such as all stream tables
 * of the database, over the connections that Prisma has. With the client of an interactive transaction it is part of
 * that; it cannot be part of a batch, `$transaction([…])`.
 *
 * Throws INVALID_ARGUMENT for what is no client of Prisma.
 *
 * @example
 * const stale = await createPgStream(fromPrisma(prisma)).list();
 */
export function fromPrisma(client: PrismaConnection): SqlExecutor {
  if (isOfPrisma8(client)) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      'This is a client of Prisma 8: fromPrisma() of @pgstream/prisma8 takes it, once guard.extend() has been given it.',
      { operation: 'fromPrisma' },
    );
  }
  if (!isPrismaClient(client)) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      'fromPrisma() takes a client of Prisma, or that of a transaction: fromPrisma(prisma), or fromPrisma(tx) in prisma.$transaction(async (tx) => …).',
      { operation: 'fromPrisma' },
    );
  }
  return clientExecutor(client, baseOf(client));
}
