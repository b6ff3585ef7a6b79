export { registerMetrics, type RegisteredMetrics, type RegisterOptions } from './prometheus/index.ts';
export type { CountFrom, ReaderOptions } from './reader/index.ts';
