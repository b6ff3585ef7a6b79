export { observeMetrics, type ObservedMetrics, type ObserveOptions } from './observe.ts';
