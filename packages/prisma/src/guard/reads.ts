/** The operations of Prisma Client that write nothing. Whatever is not here is taken for a write. */
const READS: ReadonlySet<string> = new Set([
  'findUnique',
  'findUniqueOrThrow',
  'findFirst',
  'findFirstOrThrow',
  'findMany',
  'count',
  'aggregate',
  'groupBy',
]);

/** Whether an operation only reads. */
export function isRead(operation: string): boolean {
  return READS.has(operation);
}
