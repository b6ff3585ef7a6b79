export { baseOf, isPrismaClient, type PrismaClientLike } from './client.ts';
export { streamTableHandle, type StreamTableHandle } from './handle.ts';
export type { StreamTablePromise } from './promise.ts';
