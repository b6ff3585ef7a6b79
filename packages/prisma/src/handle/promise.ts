/**
 * What the helpers give: a promise as Prisma's own calls give it. It begins when it is awaited, and it can be an element
 * of `prisma.$transaction([…])`.
 */
export interface StreamTablePromise<T> extends Promise<T> {
  [Symbol.toStringTag]: 'PrismaPromise';
}

/** A StreamTablePromise; `alone` does it when it is awaited, `inBatch` when Prisma makes it part of a batch. */
export function prismaPromise<T>(
  alone: () => Promise<T>,
  inBatch: (batch: unknown) => Promise<T>,
): StreamTablePromise<T> {
  let begun: Promise<T> | undefined;
  const begin = (): Promise<T> => (begun ??= alone());
  const promise: StreamTablePromise<T> & { requestTransaction(batch: unknown): Promise<T> } = {
    // A thenable on purpose: this is what Prisma's promises are.
    // oxlint-disable-next-line unicorn/no-thenable
    then: (onFulfilled, onRejected) => begin().then(onFulfilled, onRejected),
    catch: (onRejected) => begin().catch(onRejected),
    finally: (onFinally) => begin().finally(onFinally),
    requestTransaction: inBatch,
    [Symbol.toStringTag]: 'PrismaPromise',
  };
  return promise;
}
