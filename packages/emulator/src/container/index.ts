export { type Fallback, PgStreamContainer } from './pg-stream-container.ts';
export type { StartedPgStreamContainer } from './started.ts';
