export { observeMetrics, type ObservedMetrics, type ObserveOptions } from './otel/index.ts';
export type { CountFrom, ReaderOptions } from './reader/index.ts';
