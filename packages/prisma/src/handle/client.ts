import { PgStreamError, type Row } from '@pgstream/core';

/** The promise of a Prisma call that has not begun: `then` begins it, `requestTransaction` as part of a batch. */
export interface PrismaPromiseLike<T> extends PromiseLike<T> {
  requestTransaction?(batch: unknown): PromiseLike<T>;
}

/** A client of Prisma, extended or not, or the client of an interactive transaction, by shape. */
export interface PrismaClientLike {
  $queryRawUnsafe(text: string, ...values: unknown[]): PrismaPromiseLike<readonly Row[]>;
  /** The client that this one extends; the one that `new PrismaClient` gave has itself. */
  readonly $parent?: unknown;
  /** Absent from the clients of transactions. */
  readonly $connect?: unknown;
  $transaction?<T>(
    work: (tx: PrismaClientLike) => Promise<T>,
    options: { readonly maxWait: number; readonly timeout: number; readonly isolationLevel: 'ReadCommitted' },
  ): Promise<T>;
}

/** Whether a value can send SQL as a client of Prisma does. */
export function isPrismaClient(value: unknown): value is PrismaClientLike {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<PrismaClientLike>).$queryRawUnsafe === 'function'
  );
}

/** Whether a value is a client of Prisma 8, or of a transaction of it, which is another product and has another package. */
export function isOfPrisma8(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'orm' in value && 'sql' in value && !isPrismaClient(value);
}

/**
 * What `new PrismaClient` gave: the one thing that all clients have in common which extend it, and those of its
 * transactions.
 */
export function baseOf(client: PrismaClientLike): object {
  // Private, and the only way from the client of a transaction, which makes its parent anew whenever it is asked for it.
  const original: unknown = Reflect.get(client, '_originalClient');
  if (typeof original === 'object' && original !== null) return original;
  // A transaction then remembers by itself what it has learnt about the server.
  if (client.$connect === undefined) return client;
  let base = client;
  while (isPrismaClient(base.$parent) && base.$parent !== base) base = base.$parent;
  return base;
}

/**
 * The client that a model belongs to, without our extension: within a transaction the one of that transaction. Throws
 * INVALID_ARGUMENT for a helper that was called without its model.
 */
export function clientOf(model: unknown, helper: string): PrismaClientLike {
  const client = (model as { readonly $parent?: unknown } | undefined)?.$parent;
  if (!isPrismaClient(client)) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      `${helper}() has to be called on a model, as in prisma.orderTotals.${helper}(): taken off it, it cannot tell in which transaction it is.`,
      { operation: helper },
    );
  }
  return client;
}
