export { clientExecutor, transactionExecutor } from './executor.ts';
export { fromPrisma, remember } from './from-prisma.ts';
export { addHelpers, type Asked, type StreamTableHandle } from './handle.ts';
export type { Client, Queryable } from './prisma.ts';
