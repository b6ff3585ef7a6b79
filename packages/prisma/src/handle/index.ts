export { baseOf, isOfPrisma8, isPrismaClient } from './client.ts';
export { fromPrisma, type PrismaConnection } from './from-prisma.ts';
export {
  streamTableHandle,
  type IsStale,
  type LastRefreshAt,
  type Refresh,
  type RefreshAfter,
  type RefreshIfStale,
  type WaitUntilFresh,
  type Status,
  type StalenessMs,
  type StreamTableHandle,
  type Verify,
} from './handle.ts';
export type { StreamTablePromise } from './promise.ts';
