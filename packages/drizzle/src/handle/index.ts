export type { PgDatabaseLike } from './database.ts';
export { fromDrizzle } from './from-drizzle.ts';
export { streamTable, type StreamTableHandle } from './handle.ts';
